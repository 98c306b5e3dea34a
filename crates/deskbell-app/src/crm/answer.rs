//! What a place that keeps customers answers: a JSON array of objects. What is known is taken, the rest is left.

use deskbell_core::address::Kind;
use serde_json::{Map, Value};

use crate::customer::{MOST_FIELDS, VALUE, is_field_name};

/// How many customers of an answer are taken.
const MOST: usize = 20;

/// Characters of a name, and of an id.
const NAME: usize = 200;

/// A customer of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// The id that its owner gives it; empty = none.
    pub external_id: String,
    /// First name, if it is said.
    pub firstname: Option<String>,
    /// Last name, if it is said.
    pub lastname: Option<String>,
    /// Addresses.
    pub addresses: Vec<(Kind, String)>,
    /// Custom fields.
    pub fields: Vec<(String, String)>,
}

/// Reads an answer; the problem with one that is none.
pub fn read(text: &str) -> Result<Vec<Found>, String> {
    let parsed: Value =
        serde_json::from_str(text).map_err(|_| "the answer is not JSON, or was cut at 64 KiB".to_owned())?;
    let Value::Array(items) = parsed else { return Err("the answer is not an array of customers".into()) };
    let objects = items.into_iter().filter_map(|item| match item {
        Value::Object(object) => Some(found(object)),
        _ => None,
    });
    Ok(objects.take(MOST).collect())
}

fn found(object: Map<String, Value>) -> Found {
    let mut found = Found::default();
    for (name, value) in object {
        if let Some(kind) = Kind::parse(&name) {
            let several = match value {
                Value::Array(values) => values,
                one => vec![one],
            };
            found.addresses.extend(several.iter().filter_map(text).map(|address| (kind, address)));
            continue;
        }
        let Some(value) = text(&value) else { continue };
        match name.as_str() {
            "primary_id" | "externalPrimaryID" | "external_primary_id" if value.chars().count() <= NAME => {
                found.external_id = value;
            }
            "firstname" => found.firstname = Some(cut(&value, NAME)),
            "lastname" => found.lastname = Some(cut(&value, NAME)),
            // The id of its own store says nothing here.
            "id" => {}
            name if is_field_name(name) && found.fields.len() < MOST_FIELDS => {
                found.fields.push((name.to_owned(), cut(&value, VALUE)));
            }
            _ => {}
        }
    }
    found
}

/// One line of text, of a text, a number or a boolean; nothing of an empty one.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => deskbell_core::text::one_line(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    let text = text.trim().replace('\0', "");
    (!text.is_empty()).then_some(text)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_taken_and_the_rest_is_left() {
        let answer = r#"[{"primary_id": 77, "firstname": " Ann\nLee ", "lastname": null, "email": ["a@x.example", 5, {}],
            "telephone": "+31 20", "zip": "1011", "VIP": true, "vip": true, "address": {"street": "x"}, "id": 3}, 5, "x", {}]"#;
        let found = read(answer).expect("an array");
        assert_eq!(found.len(), 2);
        let expected = Found {
            external_id: "77".into(),
            firstname: Some("Ann Lee".into()),
            lastname: None,
            addresses: vec![
                (Kind::Email, "a@x.example".into()),
                (Kind::Email, "5".into()),
                (Kind::Telephone, "+31 20".into()),
            ],
            fields: vec![("zip".into(), "1011".into()), ("vip".into(), "true".into())],
        };
        assert_eq!((&found[0], &found[1]), (&expected, &Found::default()));
    }

    #[test]
    fn what_is_no_array_is_said_to_be_none() {
        for bad in ["", "{}", "null", "[", "\"x\""] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read("[]"), Ok(Vec::new()));
        let many = format!("[{}]", vec!["{}"; 50].join(","));
        assert_eq!(read(&many).map(|found| found.len()), Ok(20));
        let long =
            format!(r#"[{{"firstname": "{}", "primary_id": "{}"}}]"#, "é".repeat(500), "x".repeat(201));
        let found = &read(&long).expect("an array")[0];
        assert_eq!(
            (found.firstname.as_ref().map(|n| n.chars().count()), found.external_id.as_str()),
            (Some(200), "")
        );
    }
}
