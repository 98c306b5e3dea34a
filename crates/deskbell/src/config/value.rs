//! The value of a setting: read from the three places it may come from, and written as the file spells it.

use toml::de::DeValue;

use super::keys::{Key, Kind};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text, a path, an address or a word.
    Text(String),
    /// A number.
    Number(i64),
    /// true or false.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
}

impl Value {
    /// Reads plain text: from the environment or the command line.
    ///
    /// Errors: what the setting must be.
    pub(crate) fn from_text(key: &Key, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let value = match key.kind {
            Kind::Number(..) => text.parse().map(Self::Number).map_err(|_| must(key))?,
            Kind::Flag => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Self::Flag(true),
                "false" | "0" | "no" | "off" => Self::Flag(false),
                _ => return Err(must(key)),
            },
            Kind::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Self::List(parts.map(str::to_owned).collect())
            }
            Kind::Text | Kind::Path | Kind::Url | Kind::Secret | Kind::Word(_) => Self::Text(text.to_owned()),
        };
        value.checked(key)
    }

    /// Reads a value of the file.
    ///
    /// Errors: what the setting must be.
    pub(crate) fn from_toml(key: &Key, value: &DeValue<'_>) -> Result<Self, String> {
        let read = match (key.kind, value) {
            (Kind::Number(..), DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(Self::Number)
            }
            (Kind::Flag, DeValue::Boolean(flag)) => Some(Self::Flag(*flag)),
            (Kind::List, DeValue::Array(items)) => {
                let texts: Option<Vec<String>> =
                    items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
                texts.map(Self::List)
            }
            (Kind::Text | Kind::Path | Kind::Url | Kind::Secret | Kind::Word(_), DeValue::String(text)) => {
                Some(Self::Text(text.clone().into_owned()))
            }
            _ => None,
        };
        let wrong = || format!("{}, not {}", must(key), in_words(value));
        read.ok_or_else(wrong)?.checked(key)
    }

    fn checked(self, key: &Key) -> Result<Self, String> {
        let good = match (key.kind, &self) {
            (Kind::Number(least, most, _), Self::Number(number)) => (least..=most).contains(number),
            (Kind::Word(words), Self::Text(text)) => words.contains(&text.as_str()),
            // Only where nothing is said by default nothing may be said.
            (Kind::Path, Self::Text(text)) => !text.is_empty() || key.default == "\"\"",
            _ => true,
        };
        if !good {
            return Err(must(key));
        }
        (key.check)(&self)?;
        Ok(self)
    }

    /// The value as the file spells it. A secret, and a password in an address, is masked.
    pub(crate) fn shown(&self, key: &Key) -> String {
        match self {
            Self::Text(text) if key.kind == Kind::Secret && !text.is_empty() => quoted("***"),
            Self::Text(text) if key.kind == Kind::Url => quoted(&masked(text)),
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(texts) => {
                format!("[{}]", texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// What the setting must be.
fn must(key: &Key) -> String {
    match key.kind {
        Kind::Text | Kind::Url | Kind::Secret => "must be a text in quotation marks".into(),
        Kind::Path => "must be a path in quotation marks".into(),
        Kind::Number(least, most, unit) => format!("must be a whole number of {unit} from {least} to {most}"),
        Kind::Flag => "must be true or false".into(),
        Kind::Word(words) => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            format!("must be one of {}", quoted.join(", "))
        }
        Kind::List => "must be a list of texts, such as [\"a\", \"b\"]".into(),
    }
}

fn in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The address without its password: what stands between the user's name and the last `@` of the authority, and
/// the parameter `password`.
fn masked(url: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let mut shown = base.to_owned();
    if let Some(start) = base.find("://").map(|at| at + 3) {
        let end = base[start..].rfind('@').map(|at| start + at);
        if let Some(end) = end
            && let Some(colon) = base[start..end].find(':')
        {
            shown.replace_range(start + colon + 1..end, "****");
        }
    }
    if let Some(query) = query {
        let hide = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if name.to_ascii_lowercase().contains("pass") => format!("{name}=****"),
            _ => pair.to_owned(),
        };
        let pairs: Vec<String> = query.split('&').map(hide).collect();
        shown = format!("{shown}?{}", pairs.join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_masked_wherever_an_address_may_hold_it() {
        for (url, shown) in [
            ("postgres://me:secret@db/desk", "postgres://me:****@db/desk"),
            (
                "postgres://me:se:c@ret@db:5432/desk?sslmode=require",
                "postgres://me:****@db:5432/desk?sslmode=require",
            ),
            ("postgres://me@db/desk", "postgres://me@db/desk"),
            (
                "postgres:///desk?host=/run&user=me&password=secret",
                "postgres:///desk?host=/run&user=me&password=****",
            ),
            ("", ""),
        ] {
            assert_eq!(masked(url), shown);
        }
    }
}
