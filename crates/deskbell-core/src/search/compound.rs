//! What is indexed beside the parts: pairs of parts with the punctuation between them, so that
//! `2026-000123` is not `2026/000123`; whole addresses; and the joined spellings of what may be written in
//! pieces (`wi-fi`, an IBAN in groups of four).
//!
//! Punctuation inside such a token is a private-use character, which no text can contain after folding.

use std::ops::Range;

use super::scan::{Link, Scan, has_digit, is_digit};

/// Before a whole address, so that its beginning (`nora@`) is no word's beginning.
const ADDRESS: char = '\u{E001}';
/// Compounds of more parts than this have no joined form and are no address.
const PARTS_LIMIT: usize = 32;
/// The longest address, in bytes of folded text.
const ADDRESS_LIMIT: usize = 640;
/// A longer joined form is not made.
const JOINED_LIMIT: usize = 128;
/// Joined forms with digits have at least so many characters: `10-12` is not 1012.
const JOINED_NUMBER: usize = 6;
/// Groups of digits are one number from here on.
const GROUPED_NUMBER: usize = 8;
/// The longest IBAN.
const GROUPED_LIMIT: usize = 34;
/// The shortest IBAN.
const IBAN: usize = 15;

/// A token that stands for several parts.
#[derive(Debug)]
pub(super) struct Bag {
    pub(super) first: usize,
    pub(super) last: usize,
    /// It reads like a word, so a phrase of words must not run into it.
    pub(super) plain: bool,
    pub(super) text: Range<usize>,
}

/// The compounds of a text.
#[derive(Default, Debug)]
pub(super) struct Compounds {
    /// The second part of each pair, ascending.
    pub(super) pairs: Vec<usize>,
    /// Ascending by their last part.
    pub(super) bags: Vec<Bag>,
    pub(super) text: String,
}

impl Compounds {
    pub(super) fn of(scan: &Scan) -> Self {
        let mut all = Self::default();
        let (mut run_end, mut group_end) = (0, 0);
        for k in 0..scan.parts.len() {
            if scan.parts[k].dense {
                continue;
            }
            match scan.parts[k].link {
                Link::Hard => all.pairs.push(k),
                Link::At => all.put_address(scan, k),
                _ => {}
            }
            if k >= run_end && k + 1 < scan.parts.len() && scan.is_word_joint(k + 1) {
                run_end = scan.run_end(k);
                all.put_joined(scan, k, run_end);
            }
            if k >= group_end
                && let Some((last, good)) = scan.group(k)
            {
                group_end = last + 1;
                if good {
                    all.put(k, last, true, |out| (k..=last).for_each(|k| out.push_str(scan.token(k))));
                }
            }
            all.put_marked(scan, k);
        }
        all.bags.sort_by_key(|bag| bag.last);
        all
    }

    fn put(&mut self, first: usize, last: usize, plain: bool, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        self.bags.push(Bag { first, last, plain, text: start..self.text.len() });
    }

    fn put_address(&mut self, scan: &Scan, k: usize) {
        if let Some((first, last)) = scan.address(k) {
            self.put(first, last, false, |out| scan.write_address(first, last, out));
            self.put(k, last, false, |out| scan.write_domain(k, last, out));
        }
    }

    /// `@name` and `name@` with nothing on the other side, and hexadecimal numbers without their 0x.
    fn put_marked(&mut self, scan: &Scan, k: usize) {
        if scan.is_at_lead(k)
            && let Some(last) = scan.domain(k)
        {
            self.put(k, last, false, |out| scan.write_domain(k, last, out));
        }
        if scan.is_at_trail(k)
            && let Some(first) = scan.local(k)
        {
            self.put(first, k, false, |out| scan.write_local(first, k, out));
        }
        if let Some(digits) = scan.token(k).strip_prefix("0x")
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
        {
            self.put(k, k, true, |out| out.push_str(digits));
        }
    }

    fn put_joined(&mut self, scan: &Scan, first: usize, last: usize) {
        if last - first > 1 {
            for k in first + 1..=last {
                if scan.is_joinable(k - 1, k) && !has_digit(scan.token(k - 1)) && !has_digit(scan.token(k)) {
                    self.put(k - 1, k, true, |out| scan.write_joined(k - 1, k, out));
                }
            }
        }
        if scan.is_joinable(first, last) {
            self.put(first, last, true, |out| scan.write_joined(first, last, out));
        }
    }
}

impl Scan {
    /// A hyphen or an apostrophe joins part `k` to the one before.
    pub(super) fn is_word_joint(&self, k: usize) -> bool {
        match self.parts[k].link {
            Link::Soft => true,
            Link::Hard => self.joiner(k) == "-",
            _ => false,
        }
    }

    fn run_end(&self, first: usize) -> usize {
        let mut last = first;
        while last + 1 < self.parts.len() && self.is_word_joint(last + 1) {
            last += 1;
        }
        last
    }

    /// Whether these parts, all joined by hyphens or apostrophes, have a joined form.
    pub(super) fn is_joinable(&self, first: usize, last: usize) -> bool {
        let parts = || (first..=last).map(|k| self.token(k));
        if last - first >= PARTS_LIMIT {
            return false;
        }
        let length: usize = parts().map(|part| part.chars().count()).sum();
        let least = if parts().any(has_digit) { JOINED_NUMBER } else { 2 };
        (least..=JOINED_LIMIT).contains(&length)
    }

    pub(super) fn write_joined(&self, first: usize, last: usize, out: &mut String) {
        (first..=last).for_each(|k| out.push_str(self.token(k)));
    }

    /// The pair of part `k` and the one before it.
    pub(super) fn write_pair(&self, k: usize, out: &mut String) {
        out.push_str(self.token(k - 1));
        out.extend(self.joiner(k).chars().map(mark));
        out.push_str(self.token(k));
    }

    /// The first and last part of the address whose domain begins at part `k`.
    pub(super) fn address(&self, k: usize) -> Option<(usize, usize)> {
        let (first, last) = (self.local_start(k - 1), self.domain_end(k));
        self.is_short(first, last).then_some((first, last))
    }

    /// The last part of the domain that begins at part `k`.
    pub(super) fn domain(&self, k: usize) -> Option<usize> {
        let last = self.domain_end(k);
        self.is_short(k, last).then_some(last)
    }

    /// The first part of the local part that ends with part `k`.
    pub(super) fn local(&self, k: usize) -> Option<usize> {
        let first = self.local_start(k);
        self.is_short(first, k).then_some(first)
    }

    fn is_short(&self, first: usize, last: usize) -> bool {
        last - first < PARTS_LIMIT && self.parts[last].end - self.parts[first].start <= ADDRESS_LIMIT
    }

    fn local_start(&self, k: usize) -> usize {
        let mut first = k;
        while k - first < PARTS_LIMIT
            && self.is_joined(first)
            && matches!(self.joiner(first), "." | "_" | "-" | "+" | "~")
        {
            first -= 1;
        }
        first
    }

    fn domain_end(&self, k: usize) -> usize {
        let mut last = k;
        while last - k < PARTS_LIMIT && self.is_joined(last + 1) && matches!(self.joiner(last + 1), "." | "-")
        {
            last += 1;
        }
        last
    }

    /// `@` stands before part `k` and joins it to nothing.
    pub(super) fn is_at_lead(&self, k: usize) -> bool {
        let part = &self.parts[k];
        !part.dense && !self.is_joined(k) && self.text[..part.start].ends_with('@')
    }

    /// `@` stands after part `k` and joins it to nothing.
    pub(super) fn is_at_trail(&self, k: usize) -> bool {
        let part = &self.parts[k];
        !part.dense && !self.is_joined(k + 1) && self.text[part.end..].starts_with('@')
    }

    pub(super) fn write_address(&self, first: usize, last: usize, out: &mut String) {
        out.push(ADDRESS);
        self.write_chain(first, last, out);
    }

    /// The beginning that all addresses of this local part share.
    pub(super) fn write_local(&self, first: usize, last: usize, out: &mut String) {
        self.write_address(first, last, out);
        out.push(mark('@'));
    }

    pub(super) fn write_domain(&self, first: usize, last: usize, out: &mut String) {
        out.push(mark('@'));
        self.write_chain(first, last, out);
    }

    fn write_chain(&self, first: usize, last: usize, out: &mut String) {
        out.push_str(self.token(first));
        for k in first + 1..=last {
            out.extend(self.joiner(k).chars().map(mark));
            out.push_str(self.token(k));
        }
    }

    /// The last part of a number written in groups that begins at part `k`, and whether it is one to join.
    pub(super) fn group(&self, k: usize) -> Option<(usize, bool)> {
        let follows = |k: usize| {
            self.parts.get(k).is_some_and(|part| part.link == Link::Blank && !part.dense)
                && !self.is_joined(k + 1)
        };
        if !follows(k + 1) || self.is_joined(k) {
            return None;
        }
        let head = self.token(k);
        let (mut last, mut length) = (k, head.len());
        if is_iban_head(head) {
            while length <= GROUPED_LIMIT
                && follows(last + 1)
                && is_iban_group(self.token(last + 1), last == k)
            {
                last += 1;
                length += self.token(last).len();
                if self.token(last).len() < 4 {
                    break;
                }
            }
            return (IBAN..=GROUPED_LIMIT).contains(&length).then_some((last, true));
        }
        if !head.chars().all(is_digit) {
            return None;
        }
        while follows(last + 1) && self.token(last + 1).chars().all(is_digit) {
            last += 1;
            length += self.token(last).len();
        }
        (last > k).then_some((last, (GROUPED_NUMBER..=GROUPED_LIMIT).contains(&length)))
    }
}

/// The first four characters of an IBAN.
pub(super) fn is_iban_head(word: &str) -> bool {
    matches!(word.as_bytes(), [a, b, c, d]
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() && c.is_ascii_digit() && d.is_ascii_digit())
}

/// A further group of an IBAN; only the first may be of letters alone (the bank).
pub(super) fn is_iban_group(word: &str, first: bool) -> bool {
    let shape = (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric());
    shape && (has_digit(word) || (first && word.len() == 4))
}

/// The private-use character that stands for ASCII punctuation.
fn mark(c: char) -> char {
    char::from_u32(0xE100 + (u32::from(c) & 0x7F)).unwrap_or(c)
}

/// Ends a token so that only longer addresses of the same labels have it as a prefix.
pub(super) fn push_dot(out: &mut String) {
    out.push(mark('.'));
}
