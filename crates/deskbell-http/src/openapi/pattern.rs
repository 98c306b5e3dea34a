//! Regular expressions for what is written as text: numbers within bounds, lists, comma separated text, times.

/// Any text but for U+0000.
pub(crate) const TEXT: &str = "^[^\\u0000]*$";

/// Several of `word`, comma separated, blanks allowed; or one, exactly. `empty`: each may be nothing.
pub(crate) fn separated(word: &str, empty: bool) -> String {
    let nothing = if empty { "?" } else { "" };
    let spaced = format!(" *(?:{word}){nothing} *");
    format!("^(?:(?:{word}){nothing}|{spaced}(?:,{spaced})+)$")
}

/// Ids in one text, separated by commas and blanks.
pub(crate) fn id_text(id: &str) -> String {
    format!("^[ ,]*{id}(?:[ ,]+{id})*[ ,]*$")
}

/// Comma separated text with CSV quoting, each value of at most `max` characters; `empty`: perhaps of none.
pub(crate) fn csv(max: usize, empty: bool) -> String {
    let rest = max - 1;
    let something = if empty { "" } else { "(?=[^\\u0000]*[^ ,\"\\u0000])" };
    let value =
        format!(" *(?:(?:[^\", \\u0000][^,\\u0000]{{0,{rest}}})?|\"(?:[^\"\\u0000]|\"\"){{0,{max}}}\" *)");
    format!("^{something}{value}(?:,{value})*$")
}

/// A value of a repeated field: as it is, or in quotation marks; `empty`: or nothing.
pub(crate) fn line_in_form(max: usize, empty: bool) -> String {
    let rest = max - 1;
    let (nothing, least) = if empty { ("?", 0) } else { ("", 1) };
    format!(
        "^(?:(?:[^\"\\u0000][^\\u0000]{{0,{rest}}}){nothing}|\"(?:[^\"\\u0000]|\"\"){{{least},{max}}}\")$"
    )
}

/// A date, alone or with a time. 29 February is left out: it would need the year.
pub(crate) fn time() -> String {
    let year = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})";
    let day =
        "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)";
    let clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
    let zone = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    format!("^{year}-{day}(?: {clock}|[Tt]{clock}(?:\\.[0-9]{{1,9}})?{zone})?$")
}

/// The regular expression of the decimal numbers from `min` (0 or more) to `max`, leading zeros allowed.
pub(crate) fn digits(min: i64, max: i64) -> String {
    let (low, high) = (min.to_string(), max.to_string());
    let mut ranges = Vec::new();
    let mut whole = 0;
    for width in low.len()..=high.len() {
        let first = if width == low.len() { low.clone() } else { format!("1{}", "0".repeat(width - 1)) };
        let last = if width == high.len() { high.clone() } else { "9".repeat(width) };
        // Widths of which every number is in are one expression, if they begin with one digit.
        if width == whole + 1
            && first.trim_start_matches(['0', '1']).is_empty()
            && last.bytes().all(|b| b == b'9')
        {
            whole = width;
        } else {
            ranges.extend(same_width(first.as_bytes(), last.as_bytes()));
        }
    }
    let first = if min == 0 { "[0-9]" } else { "[1-9]" };
    match whole {
        0 => {}
        1 => ranges.insert(0, first.to_owned()),
        // Leading zeros are allowed, so 0 to 99 are two digits that may be any.
        _ if min == 0 => ranges.insert(0, format!("[0-9]{{1,{whole}}}")),
        _ => ranges.insert(0, format!("[1-9][0-9]{{0,{}}}", whole - 1)),
    }
    format!("0*(?:{})", ranges.join("|"))
}

/// The regular expressions of the numbers between two of the same width.
fn same_width(first: &[u8], last: &[u8]) -> Vec<String> {
    let rest = first.len().saturating_sub(1);
    let (Some((&low, low_rest)), Some((&high, high_rest))) = (first.split_first(), last.split_first()) else {
        return vec![String::new()];
    };
    let prefixed =
        |digit: u8, tails: Vec<String>| tails.into_iter().map(move |t| format!("{}{t}", char::from(digit)));
    if low == high {
        return prefixed(low, same_width(low_rest, high_rest)).collect();
    }
    let mut found = Vec::new();
    let (mut from, mut to) = (low, high);
    if low_rest.iter().any(|d| *d != b'0') {
        found.extend(prefixed(low, same_width(low_rest, &vec![b'9'; rest])));
        from += 1;
    }
    let partial = high_rest.iter().any(|d| *d != b'9');
    if partial {
        to -= 1;
    }
    if from <= to {
        let class = if from == to {
            char::from(from).to_string()
        } else {
            format!("[{}-{}]", char::from(from), char::from(to))
        };
        found.push(match rest {
            0 => class,
            1 => format!("{class}[0-9]"),
            _ => format!("{class}[0-9]{{{rest}}}"),
        });
    }
    if partial {
        found.extend(prefixed(high, same_width(&vec![b'0'; rest], high_rest)));
    }
    found
}

#[cfg(test)]
mod tests {
    use deskbell_core::id::MAX_ID;

    use super::*;

    /// Whether an expression of `digits` matches: alternatives of digits, classes and counts.
    fn matches(expression: &str, text: &str) -> bool {
        let inner = expression.strip_prefix("0*(?:").and_then(|e| e.strip_suffix(')')).expect("a group");
        let text = text.as_bytes();
        inner.split('|').any(|branch| {
            (0..=text.len()).any(|n| {
                text[..n].iter().all(|b| *b == b'0') && branch_matches(branch.as_bytes(), &text[n..])
            })
        })
    }

    fn branch_matches(branch: &[u8], text: &[u8]) -> bool {
        let Some((&first, rest)) = branch.split_first() else { return text.is_empty() };
        let (from, to, mut rest) = match first {
            b'[' => (rest[0], rest[2], &rest[4..]),
            digit => (digit, digit, rest),
        };
        let mut counts = 1..=1;
        if rest.first() == Some(&b'{') {
            let end = rest.iter().position(|b| *b == b'}').expect("a count");
            let count = std::str::from_utf8(&rest[1..end]).expect("text");
            let (least, most) = count.split_once(',').unwrap_or((count, count));
            counts = least.parse().expect("number")..=most.parse().expect("number");
            rest = &rest[end + 1..];
        }
        counts.into_iter().any(|count: usize| {
            text.len() >= count
                && text[..count].iter().all(|b| (from..=to).contains(b))
                && branch_matches(rest, &text[count..])
        })
    }

    #[test]
    fn the_expression_of_a_range_matches_its_numbers_and_no_others() {
        for (min, max) in [
            (0, 0),
            (0, 9),
            (1, 9_999),
            (0, 9_999),
            (17, 305),
            (100, 1_000),
            (5, 123),
            (0, 120),
            (1, 7),
            (1, 99),
        ] {
            let expression = digits(min, max);
            for number in 0..12_000 {
                let inside = (min..=max).contains(&number);
                assert_eq!(matches(&expression, &number.to_string()), inside, "{number} in {expression}");
            }
        }
        let ids = digits(1, MAX_ID);
        for (text, inside) in [
            ("1", true),
            ("0", false),
            ("9007199254740991", true),
            ("9007199254740992", false),
            ("8999999999999999", true),
            ("9999999999999999", false),
            ("10000000000000000", false),
        ] {
            assert_eq!(matches(&ids, text), inside, "{text}");
        }
    }
}
