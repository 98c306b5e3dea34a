//! Splits folded text into parts: words, and overlapping pairs of characters where a script has no blanks.
//! Each part knows how it hangs on the one before; what compounds are made of that is told in `compound`.

use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};

use super::fold::fold_into;

/// A longer word is cut to its first 128 characters, in texts and in queries alike.
pub(super) const WORD_LIMIT: usize = 128;

/// How a part hangs on the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Link {
    /// Another field of the entry begins here.
    Field,
    /// Something between them that joins nothing.
    Apart,
    /// Exactly one blank.
    Blank,
    /// Nothing between them, as from a Latin word to an ideograph.
    Touching,
    /// A hyphen between letters, or an apostrophe: `wi-fi`, `o'brien`.
    Soft,
    /// Punctuation that belongs to the text: `2026-000123/a`, `shop.example`.
    Hard,
    /// `@` alone.
    At,
}

/// One position of the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) link: Link,
    /// Of a script without blanks: two characters, or the last one of a run.
    pub(super) dense: bool,
}

/// Folded text and its parts.
#[derive(Default, Debug)]
pub(super) struct Scan {
    pub(super) text: String,
    pub(super) parts: Vec<Part>,
}

enum Class {
    Word,
    Dense,
    Other,
}

impl Scan {
    /// The parts of the fields of one entry.
    pub(super) fn of(fields: &[&str]) -> Self {
        let length: usize = fields.iter().map(|field| field.len() + 1).sum();
        let mut scan =
            Self { text: String::with_capacity(length), parts: Vec::with_capacity(length / 6 + 4) };
        for field in fields {
            let from = scan.text.len();
            fold_into(field, &mut scan.text);
            let known = scan.parts.len();
            scan.split(from);
            if known > 0 && known < scan.parts.len() {
                scan.parts[known].link = Link::Field;
            }
            scan.text.push('\n');
        }
        scan
    }

    /// The parts of a text that is folded already.
    pub(super) fn of_folded(mut text: String) -> Self {
        text.push('\n');
        let mut scan = Self { text, parts: Vec::new() };
        scan.split(0);
        scan
    }

    fn split(&mut self, from: usize) {
        let mut at = from;
        while at < self.text.len() {
            let (class, length) = class_at(&self.text, at);
            let start = at;
            at += length;
            match class {
                Class::Other => {}
                Class::Word => {
                    while at < self.text.len() {
                        let (Class::Word, length) = class_at(&self.text, at) else { break };
                        at += length;
                    }
                    let link = self.link(start, at, false);
                    self.parts.push(Part { start, end: at, link, dense: false });
                }
                Class::Dense => at = self.split_dense(start, at),
            }
        }
    }

    /// A run of n characters gives n parts: each character with its follower, and the last one alone.
    fn split_dense(&mut self, start: usize, second: usize) -> usize {
        let mut link = self.link(start, second, true);
        let (mut start, mut at) = (start, second);
        while at < self.text.len() {
            let (Class::Dense, length) = class_at(&self.text, at) else { break };
            self.parts.push(Part { start, end: at + length, link, dense: true });
            link = Link::Touching;
            start = at;
            at += length;
        }
        self.parts.push(Part { start, end: at, link, dense: true });
        at
    }

    fn link(&self, start: usize, end: usize, dense: bool) -> Link {
        let Some(previous) = self.parts.last() else { return Link::Apart };
        let between = &self.text[previous.end..start];
        match between {
            "" => return Link::Touching,
            " " => return Link::Blank,
            _ if dense || previous.dense || between.len() > 3 => return Link::Apart,
            _ => {}
        }
        let (left, right) = (&self.text[previous.start..previous.end], &self.text[start..end]);
        match between {
            "@" => Link::At,
            "'" => Link::Soft,
            "-" if !has_digit(left) && !has_digit(right) => Link::Soft,
            "," if left.ends_with(is_digit) && right.starts_with(is_digit) => Link::Hard,
            ".." | "..." | "--" | "---" => Link::Apart,
            _ if between.bytes().all(|b| b"./:\\@-_+&=#%~?".contains(&b)) => Link::Hard,
            _ => Link::Apart,
        }
    }

    /// The part as it is indexed.
    pub(super) fn token(&self, k: usize) -> &str {
        let part = &self.parts[k];
        let token = &self.text[part.start..part.end];
        if token.len() <= WORD_LIMIT {
            return token;
        }
        token.char_indices().nth(WORD_LIMIT).map_or(token, |(cut, _)| &token[..cut])
    }

    /// What stands between part `k` and the one before it.
    pub(super) fn joiner(&self, k: usize) -> &str {
        &self.text[self.parts[k - 1].end..self.parts[k].start]
    }

    /// Whether part `k` and the one before it are one compound.
    pub(super) fn is_joined(&self, k: usize) -> bool {
        self.parts.get(k).is_some_and(|part| matches!(part.link, Link::Soft | Link::Hard | Link::At))
    }
}

pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

pub(super) fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

fn class_at(text: &str, at: usize) -> (Class, usize) {
    let byte = text.as_bytes()[at];
    if byte.is_ascii() {
        return (if byte.is_ascii_alphanumeric() { Class::Word } else { Class::Other }, 1);
    }
    let Some(c) = text[at..].chars().next() else { return (Class::Other, 1) };
    (class(c), c.len_utf8())
}

fn class(c: char) -> Class {
    use GeneralCategoryGroup::{Letter, Mark, Number};
    let wordlike = is_combining_mark(c) || matches!(c.general_category_group(), Letter | Mark | Number);
    match c {
        // Planes of ideographs, also those that a later Unicode will fill.
        '\u{20000}'..='\u{3FFFD}' => Class::Dense,
        _ if wordlike && has_no_blanks(c) => Class::Dense,
        _ if wordlike => Class::Word,
        _ if c.is_emoji_char() => Class::Dense,
        _ => Class::Other,
    }
}

/// Scripts that are written without blanks, or (Hangul) with endings that nobody types in a search.
fn has_no_blanks(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'                             // Thai, Lao
        | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' // Burmese, Khmer
        | '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' // Hangul
        | '\u{2E80}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{A4CF}' // Han, kana, Bopomofo, Yi
        | '\u{F900}'..='\u{FAFF}' | '\u{16FE0}'..='\u{18DFF}' | '\u{1AFF0}'..='\u{1B2FF}')
}
