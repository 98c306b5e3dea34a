//! Records of JSON Lines: one object a line. Texts are taken as they are, numbers as they are written, `true` and
//! `false` as words; null and a missing key are empty.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The values of a line for the columns.
///
/// Errors: what is wrong with the line, in words.
pub(super) fn values(line: &str, columns: &[String]) -> Result<Vec<String>, String> {
    let mut json = serde_json::Deserializer::from_str(line);
    let values = json.deserialize_map(Wanted(columns)).and_then(|values| json.end().map(|()| values));
    values.map_err(|error| {
        let (text, at) = (error.to_string(), error.column());
        let what = text.split(" at line ").next().unwrap_or_default();
        format!("not a JSON object: {what}, at character {at} of the line")
    })
}

struct Wanted<'c>(&'c [String]);

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![String::new(); self.0.len()];
        while let Some(key) = object.next_key::<Cow<'_, str>>()? {
            match self.0.iter().position(|name| *name == key) {
                None => {
                    object.next_value::<IgnoredAny>()?;
                }
                Some(at) => {
                    let raw: &RawValue = object.next_value()?;
                    values[at] = text(raw.get())
                        .map_err(|why| serde::de::Error::custom(format!("column {key}: {why}")))?;
                }
            }
        }
        Ok(values)
    }
}

fn text(raw: &str) -> Result<String, String> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw)
            .map_err(|error| error.to_string().split(" at line ").next().unwrap_or_default().to_owned()),
        Some(b'[') => Err("a list, where a text, number, true, false or null can stand".into()),
        Some(b'{') => Err("an object, where a text, number, true, false or null can stand".into()),
        Some(b'n') => Ok(String::new()),
        _ => Ok(raw.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<String, String> {
        values(line, &["a".into(), "b".into()]).map(|values| values.join("|"))
    }

    #[test]
    fn scalars_become_text_and_missing_keys_are_empty() {
        assert_eq!(read(r#"{"a": "x\n\ud83d\ude80", "c": [1], "b": 1.50}"#), Ok("x\n🚀|1.50".into()));
        assert_eq!(read(r#"{"b": true, "a": null}"#), Ok("|true".into()));
        assert_eq!(read(" {} \r\n"), Ok("|".into()));
    }

    #[test]
    fn anything_else_is_refused_in_words() {
        for (line, named) in [
            (r#"{"a": ["x"]}"#, "column a: a list"),
            (r#"{"a": "\ud83d"}"#, "column a"),
            (r#"{"a": "x""#, "not a JSON object"),
            ("[1]", "not a JSON object"),
            (r#"{"a": 1} {"a": 2}"#, "trailing"),
            ("7;Ada", "not a JSON object"),
        ] {
            assert!(read(line).is_err_and(|why| why.contains(named)), "{line}: {:?}", read(line));
        }
    }
}
