//! What a query asks of one entry, and how each engine is asked.

use super::compound::{is_iban_group, is_iban_head, push_dot};
use super::field::Side;
use super::fold::fold;
use super::scan::{Link, Scan, has_digit};
use super::segment::OVERLAP;

/// Tokens at neighbouring positions; the last one may be a beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Sequence {
    pub(super) tokens: Vec<String>,
    pub(super) prefix: bool,
}

/// A condition that one segment of one entry must meet: any of several alternatives, each of which is one
/// or more sequences that must all be there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clause {
    pub(super) any: Vec<Vec<Sequence>>,
}

impl Clause {
    /// An FTS5 MATCH expression over a table with one indexed column.
    pub fn fts5(&self) -> String {
        self.render(" OR ", " AND ", |sequence, out| {
            out.push('"');
            out.push_str(&sequence.tokens.join(" "));
            out.push_str(if sequence.prefix { "\" *" } else { "\"" });
        })
    }

    /// The text for a `::tsquery` cast.
    pub fn tsquery(&self) -> String {
        self.render(" | ", " & ", |sequence, out| {
            let several = sequence.tokens.len() > 1;
            out.push_str(if several { "('" } else { "'" });
            out.push_str(&sequence.tokens.join("' <-> '"));
            out.push_str(if sequence.prefix { "':*" } else { "'" });
            out.push_str(if several { ")" } else { "" });
        })
    }

    /// Tokens are letters, digits and characters beyond ASCII, so no engine sees an operator in them.
    fn render(&self, or: &str, and: &str, write: impl Fn(&Sequence, &mut String)) -> String {
        let mut out = String::new();
        for (n, all) in self.any.iter().enumerate() {
            out.push_str(if n > 0 { or } else { "" });
            out.push_str(if all.len() > 1 { "(" } else { "" });
            for (n, sequence) in all.iter().enumerate() {
                out.push_str(if n > 0 { and } else { "" });
                write(sequence, &mut out);
            }
            out.push_str(if all.len() > 1 { ")" } else { "" });
        }
        out
    }

    /// One that is met where any of them is.
    pub(super) fn any_of(clauses: Vec<Self>) -> Self {
        let mut any: Vec<Vec<Sequence>> = Vec::new();
        for all in clauses.into_iter().flat_map(|clause| clause.any) {
            if !any.contains(&all) {
                any.push(all);
            }
        }
        Self { any }
    }

    /// Whether a beginning is in it, for which SQLite puts together the places of all words that begin so each time it is asked.
    pub fn has_prefix(&self) -> bool {
        self.any.iter().flatten().any(|sequence| sequence.prefix)
    }

    /// Whether it is of one side of a ticket's head alone.
    pub(super) fn is_marked(&self) -> bool {
        let tokens = || self.any.iter().flatten().flat_map(|sequence| &sequence.tokens);
        tokens().all(|token| token.starts_with([Side::From.mark(), Side::To.mark()]))
    }

    /// The same of one side of a ticket's head alone.
    pub(super) fn marked(mut self, side: Side) -> Self {
        for token in self.any.iter_mut().flatten().flat_map(|sequence| &mut sequence.tokens) {
            token.insert(0, side.mark());
        }
        self
    }

    /// The clauses of a word or phrase: none if there is nothing to look for in it, several if it is so
    /// long that a text's segments would cut it.
    pub(super) fn of(text: &str, prefix: bool) -> Vec<Self> {
        let scan = Scan::of(&[text]);
        let Some((end, open)) = extent(&scan, prefix) else { return Vec::new() };
        let whole = Piece { scan: &scan, start: 0, end, open };
        if end <= OVERLAP {
            return vec![whole.clause()];
        }
        (0..end)
            .step_by(OVERLAP)
            .map(|start| {
                let stop = (start + OVERLAP).min(end);
                Piece { scan: &scan, start, end: stop, open: open && stop == end }.clause()
            })
            .collect()
    }
}

/// How many parts of a word or phrase are looked for, and whether the last one is a beginning. `None` if there are none.
fn extent(scan: &Scan, prefix: bool) -> Option<(usize, bool)> {
    let end = scan.parts.len();
    let last = scan.parts.last()?;
    if !last.dense {
        return Some((end, prefix));
    }
    // In a script without blanks any stretch is found, so the last character may have a follower. It is in the pair before,
    // or stands for every pair that begins with it.
    let in_pair = end > 1 && scan.parts[end - 2].dense && last.link == Link::Touching;
    Some((end - usize::from(in_pair), !in_pair))
}

/// The words of a word or phrase in order, for showing where a text has them, and whether the last one is a beginning.
pub(super) fn plain(text: &str, prefix: bool) -> Option<(Vec<String>, bool)> {
    let scan = Scan::of(&[text]);
    let (end, open) = extent(&scan, prefix)?;
    Some(((0..end).map(|k| scan.token(k).to_owned()).collect(), open))
}

/// Whether a beginning is so short that a large part of all words may have it: one letter or digit alone.
pub(super) fn is_short(text: &str) -> bool {
    let scan = Scan::of(&[text]);
    matches!(&scan.parts[..], [only] if !only.dense && scan.token(0).chars().count() < 2)
        && !text.contains('@')
}

/// Some parts of a word or phrase.
struct Piece<'s> {
    scan: &'s Scan,
    start: usize,
    end: usize,
    /// The last part is a beginning.
    open: bool,
}

impl Piece<'_> {
    fn clause(&self) -> Clause {
        let mut any = self.whole_address();
        if any.is_empty() {
            any.push(self.literal());
            any.extend(self.joined().map(|joined| vec![joined]));
        }
        Clause { any }
    }

    /// As it is written: the parts in order, and with the punctuation that counts.
    fn literal(&self) -> Vec<Sequence> {
        let mut all = Vec::new();
        let mut covered = self.addresses(&mut all);
        let mut k = self.start + 1;
        while k < self.end {
            let first = k;
            let mut tokens = Vec::new();
            while k < self.end && self.scan.parts[k].link == Link::Hard {
                let mut pair = String::new();
                self.scan.write_pair(k, &mut pair);
                tokens.push(pair);
                k += 1;
            }
            if !tokens.is_empty() {
                covered |= first == self.start + 1 && k == self.end;
                all.push(Sequence { tokens, prefix: self.open && k == self.end });
            }
            k += 1;
        }
        if !covered {
            let tokens = (self.start..self.end).map(|k| self.scan.token(k).to_owned()).collect();
            all.push(Sequence { tokens, prefix: self.open });
        }
        all
    }

    /// Adds the addresses that are complete, or are a beginning; tells whether one of them is all there is.
    fn addresses(&self, all: &mut Vec<Sequence>) -> bool {
        let mut covered = false;
        for k in self.start..self.end {
            let mut token = String::new();
            let mut prefix = false;
            let (first, last) = if let Some((first, last)) = self.address(k) {
                self.scan.write_address(first, last, &mut token);
                (first, last)
            } else if let Some(last) = self.domain(k) {
                self.scan.write_domain(k, last, &mut token);
                (k, last)
            } else if let Some(first) = self.local(k) {
                self.scan.write_local(first, k, &mut token);
                prefix = true;
                (first, k)
            } else {
                continue;
            };
            let open = self.open && last + 1 == self.end;
            if prefix || open || self.is_dotted(k, last) {
                all.push(Sequence { tokens: vec![token], prefix: prefix || open });
                covered |= first == self.start && last + 1 == self.end;
            }
        }
        covered
    }

    /// The alternatives of an address that may go on after its only label: `nora@werft`, `@werft`.
    fn whole_address(&self) -> Vec<Vec<Sequence>> {
        let mut token = String::new();
        if let Some((first, last)) = (self.start + 1..self.end).find_map(|k| self.address(k)) {
            if (first, last + 1) != (self.start, self.end) || self.is_dotted(first, last) {
                return Vec::new();
            }
            self.scan.write_address(first, last, &mut token);
        } else if let Some(last) = self.domain(self.start) {
            if last + 1 != self.end || self.is_dotted(self.start, last) {
                return Vec::new();
            }
            self.scan.write_domain(self.start, last, &mut token);
        }
        if token.is_empty() || self.open {
            return Vec::new();
        }
        let mut longer = token.clone();
        push_dot(&mut longer);
        vec![
            vec![Sequence { tokens: vec![token], prefix: false }],
            vec![Sequence { tokens: vec![longer], prefix: true }],
        ]
    }

    fn address(&self, k: usize) -> Option<(usize, usize)> {
        let inside = k > self.start && self.scan.parts[k].link == Link::At;
        let (first, last) = inside.then(|| self.scan.address(k)).flatten()?;
        (first >= self.start && last < self.end).then_some((first, last))
    }

    fn domain(&self, k: usize) -> Option<usize> {
        let last = self.scan.is_at_lead(k).then(|| self.scan.domain(k)).flatten()?;
        (last < self.end).then_some(last)
    }

    fn local(&self, k: usize) -> Option<usize> {
        let first = self.scan.is_at_trail(k).then(|| self.scan.local(k)).flatten()?;
        (first >= self.start).then_some(first)
    }

    /// Whether the domain that ends at `last` has two labels.
    fn is_dotted(&self, first: usize, last: usize) -> bool {
        let domain = (first + 1..=last).rev().take_while(|k| self.scan.parts[*k].link != Link::At);
        domain.into_iter().any(|k| self.scan.joiner(k) == ".")
    }

    /// The spelling without hyphens, apostrophes or the blanks of a number in groups.
    fn joined(&self) -> Option<Sequence> {
        let last = self.end.checked_sub(2).map(|_| self.end - 1)?;
        let run = (1..=last).all(|k| self.scan.is_word_joint(k)) && self.scan.is_joinable(0, last);
        if self.start > 0 || !(run || self.scan.group(0) == Some((last, true))) {
            return None;
        }
        let mut token = String::new();
        self.scan.write_joined(0, last, &mut token);
        // e-m* is the beginning of e-mail, and not of emma; with digits there is no such word.
        let prefix = self.open && has_digit(&token);
        Some(Sequence { tokens: vec![token], prefix })
    }
}

/// How many of these words are one IBAN in groups: 0, or at least 4.
pub(super) fn iban_words<'w>(words: impl Iterator<Item = &'w str>) -> usize {
    let (mut count, mut length) = (0, 0);
    for word in words {
        let word = fold(word.trim_end_matches(['.', ',', ';']));
        let fits = if count == 0 { is_iban_head(&word) } else { is_iban_group(&word, count == 1) };
        if !fits {
            break;
        }
        count += 1;
        length += word.len();
        if word.len() < 4 {
            break;
        }
    }
    if (15..=34).contains(&length) { count } else { 0 }
}
