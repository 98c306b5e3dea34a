//! Rules for text that comes from outside: one-line fields, lengths, comma separated lists with CSV quoting.

/// Limits in characters (Unicode scalar values), from api.md section 2.
pub mod limit {
    /// A ticket's title.
    pub const TITLE: usize = 1_000;
    /// An e-mail address, phone number or other address.
    pub const ADDRESS: usize = 320;
    /// Names of people and things.
    pub const NAME: usize = 200;
    /// A tag.
    pub const TAG: usize = 100;
}

/// A one-line field: each run of line breaks and other control characters becomes one space, and
/// invisible direction controls are dropped (joiners stay). Nothing is trimmed.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_run = false;
    for c in text.chars().filter(|c| !is_direction_control(*c)) {
        let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if !breaks {
            out.push(c);
        } else if !in_run {
            out.push(' ');
        }
        in_run = breaks;
    }
    out
}

/// Embeddings, overrides, isolates and marks that change the direction of text without being seen.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Splits comma separated text with CSV quoting: `late, "a, b", "say ""hi"""` is three values.
/// Blanks around a value are dropped unless it is quoted. `None` if a quote is not closed or text follows one.
pub fn split_csv(text: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut value = String::new();
            let mut chars = quoted.char_indices();
            let end = loop {
                let (at, c) = chars.next()?;
                if c != '"' {
                    value.push(c);
                } else if quoted[at + 1..].starts_with('"') {
                    chars.next();
                    value.push('"');
                } else {
                    break at + 1;
                }
            };
            values.push(value);
            rest = quoted[end..].trim_start_matches(' ');
            if rest.is_empty() {
                return Some(values);
            }
            rest = rest.strip_prefix(',')?;
        } else {
            let (value, more) = match rest.split_once(',') {
                Some((value, more)) => (value, Some(more)),
                None => (rest, None),
            };
            values.push(value.trim_end_matches(' ').to_owned());
            match more {
                Some(more) => rest = more,
                None => return Some(values),
            }
        }
    }
}

/// Joins values as comma separated text that `split_csv` reads back.
pub fn join_csv<S: AsRef<str>>(values: &[S]) -> String {
    let mut out = String::new();
    for (n, value) in values.iter().map(AsRef::as_ref).enumerate() {
        if n > 0 {
            out.push(',');
        }
        let plain = !value.is_empty() && !value.contains([',', '"']) && value.trim_matches(' ') == value;
        if plain {
            out.push_str(value);
        } else {
            out.push('"');
            out.push_str(&value.replace('"', "\"\""));
            out.push('"');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_become_one_blank_and_direction_controls_go() {
        assert_eq!(one_line("a\r\n\tb\u{85}\u{2028}c"), "a b c");
        assert_eq!(one_line("photos\u{202E}fdp.scr"), "photosfdp.scr");
        assert_eq!(one_line(" 👩\u{200D}👩\u{200D}👧 \u{200F}חשבונית "), " 👩\u{200D}👩\u{200D}👧 חשבונית ");
    }

    #[test]
    fn quoted_values_keep_commas_and_blanks() {
        let split = |t| split_csv(t).map(|v| v.join("|"));
        assert_eq!(split("a, b ,c"), Some("a|b|c".into()));
        assert_eq!(split("\"late, again\", \"say \"\"hi\"\"\""), Some("late, again|say \"hi\"".into()));
        assert_eq!(split("\" a \""), Some(" a ".into()));
        assert_eq!(split("\"open"), None);
        assert_eq!(split("\"a\"b"), None);
        assert_eq!(split(""), Some(String::new()));
    }

    proptest! {
        #[test]
        fn joined_values_split_into_themselves(values in prop::collection::vec("[a ,\"é]{0,6}", 1..6)) {
            prop_assert_eq!(split_csv(&join_csv(&values)), Some(values));
        }
    }
}
