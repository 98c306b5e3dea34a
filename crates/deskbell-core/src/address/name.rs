//! Names on other networks: without a leading @, without case.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// The name as it is compared. `None` if it is empty, holds a blank, a control character or another @, or begins with
/// the + of a telephone number.
pub(super) fn folded(text: &str) -> Option<String> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let good = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    if name.is_empty() || name.starts_with('+') || !name.chars().all(good) {
        return None;
    }
    Some(name.nfd().default_case_fold().nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn case_and_the_leading_sign_do_not_matter() {
        assert_eq!(folded("@Anna.B"), Some("anna.b".into()));
        assert_eq!(folded("ÉMILE"), folded("e\u{301}mile"));
        for text in ["", "@", "@@anna", "anna b", "a\tb", "+4930"] {
            assert_eq!(folded(text), None, "{text:?}");
        }
    }
}
