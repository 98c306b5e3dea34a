//! The JSON schema of a field: exactly what decoding takes, in JSON or in a form.
//!
//! Numbers are also taken as digits, so patterns say the same bounds as `minimum` and `maximum`.

use deskbell_core::id::MAX_ID;
use serde_json::{Value, json};

use crate::action::{ActionType, ValueKind};
use crate::field::{Field, Kind, Preset};

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a body of JSON, where null is "not sent".
    Json,
    /// In a form or a query string, where everything is text.
    Form,
}

/// The schema of a field, with its description and default.
pub(crate) fn of_field(field: &Field, place: Place) -> Value {
    let mut schema = of_kind(&field.kind, place, !field.required && !field.refuse_empty);
    let mut doc = field.doc.to_owned();
    if let Some(permission) = field.needs {
        doc.push_str(&format!(" Needs the permission {permission} as well."));
        schema["x-permission"] = permission.as_str().into();
    }
    if !doc.is_empty() {
        schema["description"] = doc.trim().into();
    }
    match field.default {
        Some(Preset::Number(number)) => schema["default"] = number.into(),
        Some(Preset::Flag(flag)) => schema["default"] = flag.into(),
        Some(Preset::Word(word)) => schema["default"] = word.into(),
        None => {}
    }
    schema
}

fn of_kind(kind: &Kind, place: Place, empty: bool) -> Value {
    match kind {
        Kind::Number { min, max } => number(*min, *max, place, empty),
        Kind::Flag => flag(place, empty),
        Kind::Word(words) => word(words, place, empty),
        Kind::Line { max } | Kind::Text { max } => text(*max, place, empty),
        Kind::Span | Kind::Moment => time(place, empty),
        Kind::Ids { zero, filter, .. } => {
            let id = || number(i64::from(!zero), MAX_ID, Place::Form, empty);
            list(id(), number(i64::from(!zero), MAX_ID, place, empty), *filter, place, empty)
        }
        Kind::Words { words, .. } => {
            let bare = pattern_of_list(&words.join("|"), empty);
            let one = text_matching(bare, place, empty);
            list(word(words, Place::Form, empty), one, false, place, empty)
        }
        Kind::Lines { max, .. } => {
            let items = match place {
                Place::Json => text(*max, Place::Form, empty),
                Place::Form => text_matching(line_in_form(*max), Place::Form, empty),
            };
            list(items, text_matching(csv(*max), place, empty), false, place, empty)
        }
        Kind::IdText { .. } => {
            let id = digits(1, MAX_ID);
            let pattern = format!("^[ ,]*0*{id}(?:[ ,]+0*{id})*[ ,]*$");
            let mut schema = text_matching(pattern, place, false);
            if place == Place::Json {
                schema["type"] = json!(["string", "integer"]);
                schema["minimum"] = 1.into();
                schema["maximum"] = MAX_ID.into();
            }
            schema
        }
        Kind::Versions => json!({
            "type": nullable("object", place),
            "propertyNames": { "pattern": format!("^{}$", digits(1, MAX_ID)) },
            "additionalProperties": number(1, MAX_ID, place, true),
        }),
        Kind::Map { pattern, max, .. } => json!({
            "type": nullable("object", place),
            "propertyNames": { "pattern": pattern },
            "additionalProperties": text(*max, place, true),
        }),
        Kind::Actions { types, most } => json!({
            "type": "array",
            "minItems": 1,
            "maxItems": most,
            "items": { "anyOf": types.iter().filter(|t| !t.later).map(|t| of_action(t, place)).collect::<Vec<_>>() },
        }),
    }
}

fn of_action(action: &ActionType, place: Place) -> Value {
    let value = match action.value {
        ValueKind::None => None,
        ValueKind::Word(words) => Some(word(words, Place::Form, false)),
        ValueKind::Id => Some(number(1, MAX_ID, Place::Form, false)),
        ValueKind::IdOrNone => Some(number(0, MAX_ID, Place::Form, false)),
        ValueKind::Line { max, empty } | ValueKind::Text { max, empty } => {
            let mut schema = text(max, Place::Form, empty);
            if place == Place::Json {
                schema["type"] = json!(["string", "number"]);
            }
            Some(schema)
        }
        ValueKind::Moment => Some(time(Place::Form, true)),
        ValueKind::Tags { max, empty } => Some(list(
            text(max, Place::Form, empty),
            text_matching(csv(max), Place::Form, empty),
            false,
            place,
            empty,
        )),
    };
    let mut schema = json!({
        "type": "object",
        "required": ["actionType"],
        "properties": { "actionType": { "type": "string", "const": action.name } },
        "additionalProperties": false,
        "x-permission": action.permission.as_str(),
    });
    if let Some(value) = value {
        schema["required"] = json!(["actionType", "value"]);
        schema["properties"]["value"] = value;
    }
    schema
}

fn nullable(name: &str, place: Place) -> Value {
    match place {
        Place::Json => json!([name, "null"]),
        Place::Form => json!(name),
    }
}

/// `type` of a value that may be left out as null (in JSON) when `empty` is fine.
fn types(names: &[&str], place: Place, empty: bool) -> Value {
    let mut names = names.to_vec();
    if empty && place == Place::Json {
        names.push("null");
    }
    match names[..] {
        [one] => json!(one),
        _ => json!(names),
    }
}

fn number(min: i64, max: i64, place: Place, empty: bool) -> Value {
    let nothing = if empty { "^$|" } else { "" };
    json!({
        "type": types(&["integer", "string"], place, empty),
        "minimum": min,
        "maximum": max,
        "pattern": format!("{nothing}^0*{}$", digits(min, max)),
    })
}

fn flag(place: Place, empty: bool) -> Value {
    let nothing = if empty { "^$|" } else { "" };
    let words = "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|1|0|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]";
    json!({
        "type": types(&["boolean", "string", "integer"], place, empty),
        "minimum": 0,
        "maximum": 1,
        "pattern": format!("{nothing}^(?:{words})$"),
    })
}

fn word(words: &[&str], place: Place, empty: bool) -> Value {
    let mut values: Vec<Value> = words.iter().map(|w| json!(w)).collect();
    if empty {
        values.push(json!(""));
        if place == Place::Json {
            values.push(Value::Null);
        }
    }
    json!({ "type": types(&["string"], place, empty), "enum": values })
}

/// Any text but for U+0000.
const TEXT: &str = "^[^\\u0000]*$";

fn text(max: usize, place: Place, empty: bool) -> Value {
    let names: &[&str] = if place == Place::Json { &["string", "number"] } else { &["string"] };
    let mut schema = json!({ "type": types(names, place, empty), "maxLength": max, "pattern": TEXT });
    if !empty {
        schema["minLength"] = 1.into();
    }
    schema
}

fn text_matching(pattern: String, place: Place, empty: bool) -> Value {
    json!({ "type": types(&["string"], place, empty), "pattern": pattern })
}

/// A list of `item`s, or `one` value that is not in a list.
fn list(item: Value, one: Value, comma_separated_ids: bool, place: Place, empty: bool) -> Value {
    let mut array = json!({ "type": "array", "items": item });
    if !empty {
        array["minItems"] = 1.into();
    }
    let mut one = one;
    if comma_separated_ids {
        let id = digits(0, MAX_ID);
        one["pattern"] = pattern_of_list(&format!("0*{id}"), empty).into();
        one["type"] = types(&["integer", "string"], place, empty);
    }
    json!({ "anyOf": [array, one] })
}

/// One of several words, comma separated.
fn pattern_of_list(word: &str, empty: bool) -> String {
    let nothing = if empty { "?" } else { "" };
    format!("^ *(?:{word}){nothing} *(?:, *(?:{word}){nothing} *)*$")
}

/// Comma separated text with CSV quoting, each value of at most `max` characters.
fn csv(max: usize) -> String {
    let rest = max - 1;
    let value =
        format!(" *(?:(?:[^\", \\u0000][^,\\u0000]{{0,{rest}}})?|\"(?:[^\"\\u0000]|\"\"){{0,{max}}}\" *)");
    format!("^{value}(?:,{value})*$")
}

/// A value of a repeated field: as it is, or in quotation marks.
fn line_in_form(max: usize) -> String {
    let rest = max - 1;
    format!("^(?:(?:[^\"\\u0000][^\\u0000]{{0,{rest}}})?|\"(?:[^\"\\u0000]|\"\"){{0,{max}}}\")$")
}

/// A date, alone or with a time. A day that its month does not have is left to the server.
fn time(place: Place, empty: bool) -> Value {
    let date = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)";
    let clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
    let zone = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    let nothing = if empty { "^$|" } else { "" };
    let pattern = format!("{nothing}^{date}(?: {clock}|[Tt]{clock}(?:\\.[0-9]{{1,9}})?{zone})?$");
    text_matching(pattern, place, empty)
}

/// The regular expression of the decimal numbers from `min` (0 or more) to `max` without leading zeros.
fn digits(min: i64, max: i64) -> String {
    let (low, high) = (min.to_string(), max.to_string());
    let mut ranges = Vec::new();
    for width in low.len()..=high.len() {
        let first = if width == low.len() { low.clone() } else { format!("1{}", "0".repeat(width - 1)) };
        let last = if width == high.len() { high.clone() } else { "9".repeat(width) };
        ranges.extend(same_width(first.as_bytes(), last.as_bytes()));
    }
    format!("(?:{})", ranges.join("|"))
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
    use super::*;

    /// Whether an expression of `digits` matches: alternatives of digits, classes and counts.
    fn matches(expression: &str, text: &str) -> bool {
        let inner = expression.strip_prefix("(?:").and_then(|e| e.strip_suffix(')')).expect("a group");
        inner.split('|').any(|branch| {
            let mut allowed: Vec<(u8, u8)> = Vec::new();
            let mut rest = branch.as_bytes();
            while let Some((&first, tail)) = rest.split_first() {
                if first == b'[' {
                    allowed.push((tail[0], tail[2]));
                    rest = &tail[4..];
                } else if first == b'{' {
                    let end = tail.iter().position(|b| *b == b'}').expect("a count");
                    let count: usize =
                        std::str::from_utf8(&tail[..end]).expect("text").parse().expect("number");
                    let last = *allowed.last().expect("a class");
                    allowed.extend(std::iter::repeat_n(last, count - 1));
                    rest = &tail[end + 1..];
                } else {
                    allowed.push((first, first));
                    rest = tail;
                }
            }
            allowed.len() == text.len()
                && allowed.iter().zip(text.bytes()).all(|((a, b), c)| (*a..=*b).contains(&c))
        })
    }

    #[test]
    fn the_expression_of_a_range_matches_its_numbers_and_no_others() {
        for (min, max) in [(0, 0), (0, 9), (1, 9_999), (0, 9_999), (17, 305), (100, 1_000), (5, 123)] {
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
