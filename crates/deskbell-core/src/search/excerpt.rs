//! Where a text has what a query asks for: the stretch of it that is worth showing, in pieces, so that nobody has to
//! count characters or to trust a text with marks in it.

use super::field::Side;
use super::fold::fold;
use super::query::{Mark, Query};
use super::scan::{Part, Scan};

/// How many characters an excerpt has, and how many of them stand before the first hit.
const LENGTH: usize = 200;
const BEFORE: usize = 60;
/// Of a longer text so many bytes are looked through.
const LOOKED_THROUGH: usize = 256 * 1024;

/// A stretch of a text that has at least one hit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excerpt {
    /// Whether the text goes on before it.
    pub cut_before: bool,
    /// Whether the text goes on after it.
    pub cut_after: bool,
    /// The stretch in order. Put together they are the text as it is, only line breaks and other control characters are
    /// blanks.
    pub pieces: Vec<Piece>,
}

/// A piece of an excerpt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Plain text.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

impl Query {
    /// The stretch of a text around its first hit. `side`: the text says who a ticket is from or to. `None` where there is no
    /// hit, or none is seen: one that is found by a spelling without hyphens need not be.
    pub fn excerpt(&self, text: &str, side: Option<Side>) -> Option<Excerpt> {
        let marks: Vec<&Mark> =
            self.marks.iter().filter(|mark| mark.side.is_none() || mark.side == side).collect();
        if marks.is_empty() {
            return None;
        }
        let end = (0..=LOOKED_THROUGH.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let folded = Folded::of(&text[..end.unwrap_or(0)]);
        let hits = folded.hits(&marks);
        let first = *hits.first()?;
        Some(cut(text, first.0, &hits))
    }
}

/// A folded text that knows where its pieces come from.
struct Folded {
    scan: Scan,
    /// Where a character with its marks begins, in the folded text and in the text; the end last.
    places: Vec<(usize, usize)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len() + 1);
        let mut places = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let end = end_of_cluster(text, start);
            places.push((folded.len(), start));
            let piece = &text[start..end];
            if piece.is_ascii() {
                folded.push_str(&piece.to_ascii_lowercase());
            } else {
                folded.push_str(&fold(piece));
            }
            start = end;
        }
        places.push((folded.len(), text.len()));
        Self { scan: Scan::of_folded(folded), places }
    }

    /// The stretches of the text that are hits, in order, none in another.
    fn hits(&self, marks: &[&Mark]) -> Vec<(usize, usize)> {
        let parts = &self.scan.parts;
        let mut hits: Vec<(usize, usize)> = Vec::new();
        for (k, part) in parts.iter().enumerate() {
            let ends = marks.iter().filter_map(|mark| self.end_of(mark, k));
            let Some(end) = ends.max() else { continue };
            let (start, end) = (self.origin(part.start, false), self.origin(end, true));
            match hits.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => hits.push((start, end)),
            }
        }
        hits
    }

    /// Where a hit ends in the folded text that begins with part `k`.
    fn end_of(&self, mark: &Mark, k: usize) -> Option<usize> {
        let (last, before) = mark.words.split_last()?;
        let at = |n: usize| (k + n < self.scan.parts.len()).then(|| self.scan.token(k + n));
        if !before.iter().enumerate().all(|(n, word)| at(n) == Some(word)) {
            return self.joined(mark, k);
        }
        let Some(token) = at(before.len()) else { return self.joined(mark, k) };
        let part: Part = self.scan.parts[k + before.len()];
        if token == last {
            Some(part.end)
        } else if mark.open && token.starts_with(last.as_str()) {
            // A beginning of a word is shown by the whole word, but a pair of characters is two.
            Some(if part.dense { part.start + last.len() } else { part.end })
        } else {
            self.joined(mark, k)
        }
    }

    /// The same for `wifi` in a text with `wi-fi`, and the other way round.
    fn joined(&self, mark: &Mark, k: usize) -> Option<usize> {
        let wanted = mark.words.concat();
        let mut found = String::new();
        for n in k..self.scan.parts.len() {
            if n > k && !self.scan.is_joined(n) {
                return None;
            }
            found.push_str(self.scan.token(n));
            if found == wanted {
                return Some(self.scan.parts[n].end);
            }
            if !wanted.starts_with(&found) {
                return None;
            }
        }
        None
    }

    /// The place in the text of one in the folded text: where what makes it begins, or ends.
    fn origin(&self, at: usize, end: bool) -> usize {
        let place = if end {
            self.places.partition_point(|(folded, _)| *folded < at)
        } else {
            self.places.partition_point(|(folded, _)| *folded <= at).saturating_sub(1)
        };
        self.places[place.min(self.places.len() - 1)].1
    }
}

/// Where a character ends with the marks on it, and a syllable that is written in pieces.
fn end_of_cluster(text: &str, start: usize) -> usize {
    let mut chars = text[start..].char_indices();
    chars.next();
    let joins = |c: char| {
        unicode_normalization::char::is_combining_mark(c)
            || matches!(c, '\u{FF9E}' | '\u{FF9F}' | '\u{1160}'..='\u{11FF}')
    };
    chars.find(|(_, c)| !joins(*c)).map_or(text.len(), |(at, _)| start + at)
}

/// The stretch around the first hit, from one blank to another where there is one.
fn cut(text: &str, first: usize, hits: &[(usize, usize)]) -> Excerpt {
    let mut from = text[..first].char_indices().rev().take(BEFORE).last().map_or(first, |(at, _)| at);
    if from > 0
        && let Some(blank) = text[from..first].find(char::is_whitespace)
    {
        from += blank;
    }
    while from < first && is_mark_at(text, from) {
        from += text[from..].chars().next().map_or(1, char::len_utf8);
    }
    let mut to = text[from..].char_indices().nth(LENGTH).map_or(text.len(), |(at, _)| from + at);
    let shown = hits.first().map_or(first, |hit| hit.1.min(to));
    if to < text.len()
        && let Some(blank) = text[shown..to].rfind(char::is_whitespace)
    {
        to = shown + blank;
    }
    // Never between a character and its marks.
    while to < text.len() && end_of_cluster(text, to) > to && is_mark_at(text, to) {
        to = end_of_cluster(text, to);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |from: usize, to: usize, hit: bool| {
        if from < to {
            let text = text[from..to].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            pieces.push(Piece { text, hit });
        }
    };
    let mut at = from;
    for (start, end) in
        hits.iter().map(|(start, end)| (*start, (*end).min(to))).take_while(|(start, _)| *start < to)
    {
        push(at, start, false);
        push(start, end, true);
        at = end;
    }
    push(at, to, false);
    Excerpt { cut_before: from > 0, cut_after: to < text.len(), pieces }
}

fn is_mark_at(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(unicode_normalization::char::is_combining_mark)
}
