//! Contact addresses in the form in which they are compared: e-mail without case and with its domain in ASCII,
//! telephone numbers as E.164, names of other networks without case.
//!
//! A text that cannot be read for certain has no canonical form: it stays a text and names nobody. No canonical form
//! of one kind is one of another kind, so tickets can keep the form alone.

mod email;
mod name;
mod phone;

#[cfg(test)]
mod laws;

use crate::text::limit;

/// What kind of address it is; the number is what the store keeps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// An e-mail address.
    Email = 1,
    /// A telephone number.
    Telephone = 2,
    /// A Facebook name.
    Facebook = 3,
    /// A Twitter name.
    Twitter = 4,
}

impl Kind {
    /// Every kind, by rank.
    pub const ALL: &'static [Self] = &[Self::Email, Self::Telephone, Self::Facebook, Self::Twitter];
    /// The words of the API, in the same order.
    pub const WORDS: &'static [&'static str] = &["email", "telephone", "facebook", "twitter"];

    /// The word as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Telephone => "telephone",
            Self::Facebook => "facebook",
            Self::Twitter => "twitter",
        }
    }

    /// The kind of a word; the spelling is exact.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// The number that the store keeps.
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// The kind with this rank.
    pub fn from_rank(rank: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.rank() == rank)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The canonical form of an address as it stands in a ticket, where the kind is not said: `@name` is a Twitter name,
/// what holds an @ elsewhere an e-mail address, the rest a telephone number. `country` is the brand's (ISO 3166
/// alpha-2; empty if unknown): without it only numbers in international form can be read. `None` if it is neither.
pub fn canonical(text: &str, country: &str) -> Option<(Kind, String)> {
    let kind = guess(text)?;
    canonical_of(kind, text, country).map(|form| (kind, form))
}

/// The canonical form of an address of a known kind. `None` if the text is none of that kind.
pub fn canonical_of(kind: Kind, text: &str, country: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > limit::ADDRESS && text.chars().count() > limit::ADDRESS {
        return None;
    }
    match kind {
        Kind::Email => email::canonical(text),
        Kind::Telephone => phone::read(text, country).map(|line| line.e164),
        Kind::Facebook => name::folded(text),
        Kind::Twitter => name::folded(text).map(|name| format!("@{name}")),
    }
}

/// A telephone number as E.164 (`+493023125042`), read as in `canonical`. `None` also for a number with an
/// extension, which E.164 cannot say.
pub fn e164(text: &str, country: &str) -> Option<String> {
    phone::read(text, country).filter(|line| !line.extension).map(|line| line.e164)
}

/// Loads the tables of telephone numbers, which the first number would otherwise wait for (a quarter of a second): for
/// a server that starts.
pub fn prepare() {
    let _ = phone::read("+49 30 23125042", "");
}

fn guess(text: &str) -> Option<Kind> {
    let bytes = text.trim().as_bytes();
    match bytes.iter().position(|b| *b == b'@') {
        Some(0) if bytes[1..].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') => Some(Kind::Twitter),
        Some(_) => Some(Kind::Email),
        None if text.chars().any(|c| phone::digit(c).is_some()) => Some(Kind::Telephone),
        None => None,
    }
}
