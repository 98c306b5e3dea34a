//! JSON as it was sent: numbers keep their spelling and keys may stand twice, so that both can be judged by the table.
//!
//! An own reader, since a value type that rounds numbers and overwrites keys loses what the contract asks about.

use deskbell_app::file::Upload;

use crate::decode::problems::Problems;

/// A value as sent, of whatever encoding. Forms make texts only.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    Null,
    Bool(bool),
    /// The literal, such as `1e3`.
    Number(Box<str>),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(String, Raw)>),
    /// A file part of a multipart body; none where the call takes no file.
    File(Option<Upload>),
}

impl Raw {
    /// Nothing, or a text of no characters.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

impl Raw {
    /// The same as a value of JSON. A number that has no place there is null.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null | Self::File(_) => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(literal) => serde_json::from_str(literal).unwrap_or_default(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(items) => items.iter().map(|(name, item)| (name.clone(), item.to_json())).collect(),
        }
    }
}

/// Deepest nesting of lists and objects.
const DEPTH: usize = 32;

/// Reads one JSON text. Errors: what was wrong and where, for the caller.
pub(crate) fn parse(bytes: &[u8]) -> Result<Raw, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("The JSON is not valid UTF-8 at byte {}.", e.valid_up_to()))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    reader.blanks();
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < reader.bytes.len() {
        return Err(reader.wrong("something stands behind the end"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> String {
        format!("The JSON cannot be read: {what} at byte {}.", self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Goes past the byte, if it is the next one.
    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: usize) -> Result<Raw, String> {
        if depth > DEPTH {
            return Err(self.wrong("more than 32 levels"));
        }
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Raw::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Raw::Bool(true)),
            Some(b'f') => self.word("false", Raw::Bool(false)),
            Some(b'n') => self.word("null", Raw::Null),
            Some(_) => Err(self.wrong("no value")),
            None => Err(self.wrong("it ends too early")),
        }
    }

    fn word(&mut self, word: &str, value: Raw) -> Result<Raw, String> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.wrong("no value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Raw, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.take(b']') {
            return Ok(Raw::List(items));
        }
        loop {
            self.blanks();
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.take(b']') {
                return Ok(Raw::List(items));
            }
            if !self.take(b',') {
                return Err(self.wrong("no comma and no ] follow a list's item"));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Raw, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.take(b'}') {
            return Ok(Raw::Map(items));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("no name in quotation marks"));
            }
            let name = self.string()?;
            self.blanks();
            if !self.take(b':') {
                return Err(self.wrong("no colon follows a name"));
            }
            self.blanks();
            items.push((name, self.value(depth + 1)?));
            self.blanks();
            if self.take(b'}') {
                return Ok(Raw::Map(items));
            }
            if !self.take(b',') {
                return Err(self.wrong("no comma and no } follow an object's value"));
            }
        }
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.wrong("a digit is missing")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Raw, String> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.wrong("a number begins with 0"));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Raw::Number(self.text[start..self.at].into()))
    }

    /// The string at whose opening quotation mark the reader stands.
    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|b| b >= 0x20 && b != b'"' && b != b'\\') {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.wrong("a control character inside a text is not escaped")),
                None => return Err(self.wrong("a text is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        self.at += 1;
        let letter = self.peek().ok_or_else(|| self.wrong("a text is not closed"))?;
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let lone = "half of a surrogate pair";
                let first = self.hex()?;
                let scalar = if !(0xD800..0xE000).contains(&first) {
                    first
                } else if first < 0xDC00 && self.bytes[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let second = self.hex()?;
                    if !(0xDC00..0xE000).contains(&second) {
                        return Err(self.wrong(lone));
                    }
                    0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                } else {
                    return Err(self.wrong(lone));
                };
                char::from_u32(scalar).ok_or_else(|| self.wrong(lone))?
            }
            _ => return Err(self.wrong("an unknown escape")),
        })
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let value = digits.iter().try_fold(0, |sum, b| Some(sum * 16 + char::from(*b).to_digit(16)?));
        match value {
            Some(value) if digits.len() == 4 => {
                self.at += 4;
                Ok(value)
            }
            _ => Err(self.wrong("\\u without four hexadecimal digits")),
        }
    }
}

/// Reports keys that stand twice and texts with U+0000, however deep they are. `label` names the value.
pub(crate) fn inspect(raw: &Raw, label: &dyn Fn() -> String, problems: &mut Problems) {
    match raw {
        Raw::Text(text) if text.contains('\0') => problems.nul(label()),
        Raw::List(items) => {
            for (n, item) in items.iter().enumerate() {
                inspect(item, &|| format!("{}[{n}]", label()), problems);
            }
        }
        Raw::Map(items) => {
            report_twice(items, &|name| format!("{}[{name}]", label()), problems);
            for (name, item) in items {
                inspect(item, &|| format!("{}[{name}]", label()), problems);
            }
        }
        _ => {}
    }
}

/// Reports the keys of an object that stand twice.
pub(crate) fn report_twice(items: &[(String, Raw)], label: &dyn Fn(&str) -> String, problems: &mut Problems) {
    let mut names: Vec<&str> = items.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        if pair[0] == pair[1] {
            problems.twice(label(pair[0]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<i32>().prop_map(|n| (f64::from(n) / 8.0).into()),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|m| m.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_another_writer_writes_is_read_back(value in any_value(), pretty in any::<bool>()) {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert_eq!(parse(text.as_bytes()).map(|raw| raw.to_json()), Ok(value));
        }

        #[test]
        fn it_accepts_what_another_reader_accepts(text in "[ \\[\\]{}:,\"a0-9eE.+\\\\utrfn-]{0,24}") {
            // serde_json keeps the last of equal keys and refuses numbers out of range; neither is judged here.
            let other = serde_json::from_str::<serde_json::Value>(&text);
            let ours = parse(text.as_bytes());
            match other {
                Ok(value) => prop_assert_eq!(ours.map(|raw| raw.to_json()), Ok(value)),
                Err(error) if error.to_string().contains("out of range") => {}
                Err(_) => prop_assert!(ours.is_err(), "{}", text),
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let read = parse(&bytes);
            prop_assert!(read.is_ok() || read.is_err_and(|e| e.ends_with('.')));
        }
    }

    #[test]
    fn numbers_keep_their_spelling() {
        for literal in ["12", "12.0", "1e3", "-0", "99999999999999999999", "1.10E+05"] {
            assert_eq!(parse(literal.as_bytes()), Ok(Raw::Number(literal.into())));
        }
    }

    #[test]
    fn surrogates_come_in_pairs() {
        assert_eq!(parse(br#""\ud83d\ude80""#), Ok(Raw::Text("🚀".into())));
        for lone in [r#""\ud83d""#, r#""\ude80""#, r#""\ud83dx""#, r#""\ud83d\u0041""#, r#""\ud83d\ud83d""#] {
            let error = parse(lone.as_bytes()).expect_err("a lone surrogate");
            assert!(error.contains("surrogate"), "{error}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(nested(DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(100_000).as_bytes()).is_err());
    }
}
