//! Folding: the spelling under which a text is indexed and looked for. Case, accents, compatibility
//! forms and the many kinds of dash and apostrophe stop mattering; letters that only look like an accented
//! one to outsiders (й, が) stay themselves.
//!
//! The tables come from crates that Cargo.lock pins, not from the standard library: a newer compiler must
//! not fold differently from the one that filled the index.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The folded text. Folding twice changes nothing more.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Appends the folded text to `out`.
pub(super) fn fold_into(text: &str, out: &mut String) {
    let start = out.len();
    out.reserve(text.len());
    let mut folder = Folder { out, base: ' ', recompose: false };
    for c in text.chars() {
        folder.take(c);
    }
    if folder.recompose {
        // Half-width kana, Hangul and the like were taken apart on the way; everything else is composed already.
        let composed: String = out[start..].nfc().collect();
        out.truncate(start);
        out.push_str(&composed);
    }
}

struct Folder<'o> {
    out: &'o mut String,
    /// The last character that is not a mark: what a mark means depends on it.
    base: char,
    recompose: bool,
}

impl Folder<'_> {
    fn take(&mut self, c: char) {
        if c.is_ascii() || is_settled(c) {
            return self.push(c.to_ascii_lowercase());
        }
        if let Some(plain) = substitute(c) {
            return self.push(plain);
        }
        if is_fraction(c) {
            // 1½ is not 11/2.
            self.push(' ');
        }
        decompose_compatible(c, |piece| self.take_piece(piece));
    }

    fn take_piece(&mut self, c: char) {
        if c.is_ascii() {
            self.push(c.to_ascii_lowercase());
        } else if let Some(plain) = substitute(c) {
            self.push(plain);
        } else if is_combining_mark(c) {
            if keeps(c, self.base) {
                self.out.push(c);
                self.recompose = true;
            }
        } else if !is_ignored(c) {
            for folded in std::iter::once(c).default_case_fold() {
                self.recompose |= matches!(folded, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}');
                match letters(folded) {
                    Some(plain) => plain.chars().for_each(|c| self.push(c)),
                    None => self.push(folded),
                }
            }
        }
    }

    fn push(&mut self, c: char) {
        self.out.push(c);
        self.base = c;
    }
}

/// Characters that fold to themselves, known without a look-up: ideographs, Hangul syllables, common kana.
fn is_settled(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}')
}

/// One spelling for each kind of punctuation that matters inside words, and a blank for signs that would
/// otherwise become letters of the word before them (`Windows™`).
fn substitute(c: char) -> Option<char> {
    Some(match c {
        '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{058A}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{00B4}' | '\u{00B7}' => '\'',
        '\u{02B9}' | '\u{02BB}' | '\u{02BC}' | '\u{FF07}' | '\u{055A}' | '\u{05F3}' => '\'',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{200B}' | '\u{00A9}' | '\u{00AE}' | '\u{2122}' | '\u{2120}' | '\u{2116}' | '\u{2139}' => ' ',
        '\u{0660}'..='\u{0669}' => digit(c, '\u{0660}'),
        '\u{06F0}'..='\u{06F9}' => digit(c, '\u{06F0}'),
        '\u{0966}'..='\u{096F}' => digit(c, '\u{0966}'),
        _ => return None,
    })
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// Invisible characters (soft hyphen, joiners, direction controls), skin tones, and the Arabic stretcher.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}' | '\u{0640}') || c.general_category() == GeneralCategory::Format
}

fn is_fraction(c: char) -> bool {
    matches!(c, '\u{00BC}'..='\u{00BE}' | '\u{2150}'..='\u{215F}' | '\u{2189}')
}

/// Whether a combining mark makes another letter of its base.
fn keeps(mark: char, base: char) -> bool {
    match mark {
        // Cyrillic: the stress marks and the dots of ё go; й, ї and ў are letters of their own.
        '\u{0300}'..='\u{036F}' => {
            matches!(base, '\u{0400}'..='\u{052F}')
                && !matches!(mark, '\u{0300}' | '\u{0301}')
                && !(mark == '\u{0308}' && base == 'е')
        }
        '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' => false,
        '\u{FE20}'..='\u{FE2F}' => false,
        // Variation selectors.
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => false,
        // Hebrew points and Arabic vowel signs are optional in writing.
        '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' => false,
        '\u{06D6}'..='\u{06ED}' | '\u{08CA}'..='\u{08FF}' => false,
        _ => true,
    }
}

/// Letters that Unicode does not take apart and that people type without their stroke.
fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'þ' => "th",
        'ı' => "i",
        'ȷ' => "j",
        _ => return None,
    })
}
