//! The parts of an HTML text, in one pass. It follows the ways of browsers as far as texts that are meant well need it; what
//! it takes otherwise than a browser would is made safe by `clean` all the same.

/// One part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// Text, with its character references as they were written.
    Text(&'a str),
    /// The beginning of an element.
    Start {
        /// Its name in lower case.
        name: String,
        /// What follows the name, up to the end of the tag.
        rest: &'a str,
    },
    /// The end of an element, by its name in lower case.
    End(String),
}

/// Elements whose content is no markup, and is left out.
const RAW: [&str; 9] =
    ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"];

/// The parts of a text. Comments and what stands in elements such as `script` are left out.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes over what stands up to `end`, and `end`; all of the rest if it is not there.
    fn skip_past(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.text.len(), |found| self.at + found + end.len());
    }

    /// Passes over the content of a raw element and its end.
    fn skip_raw(&mut self, name: &str) {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while let Some(found) = self.text[at..].find("</") {
            let start = at + found + 2;
            let end = start + name.len();
            let same = bytes.get(start..end).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()));
            if same && bytes.get(end).is_none_or(|b| ends_name(*b)) {
                self.at = end;
                self.skip_past(">");
                return;
            }
            at = start;
        }
        self.at = self.text.len();
    }

    /// The tag that begins here; `None` if the `<` is text.
    fn tag(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let is_end = rest.starts_with("</");
        let from = if is_end { 2 } else { 1 };
        let bytes = rest.as_bytes();
        if !bytes.get(from).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let name_end = bytes[from..].iter().position(|b| ends_name(*b)).map_or(bytes.len(), |at| from + at);
        let name = rest[from..name_end].to_ascii_lowercase();
        let Some(end) = end_of_tag(&bytes[name_end..]).map(|at| name_end + at) else {
            // A tag that does not end is none, to browsers too: the rest is not shown.
            self.at = self.text.len();
            return Some(Token::End(String::new()));
        };
        let attributes = &rest[name_end..end];
        self.at += end + 1;
        if is_end {
            return Some(Token::End(name));
        }
        if RAW.contains(&name.as_str()) {
            self.skip_raw(&name);
            return Some(Token::End(String::new()));
        }
        Some(Token::Start { name, rest: attributes })
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while self.at < self.text.len() {
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.at += 4;
                match self.rest() {
                    r if r.starts_with('>') => self.at += 1,
                    r if r.starts_with("->") => self.at += 2,
                    _ => self.skip_past("-->"),
                }
                continue;
            }
            let odd_end =
                rest.starts_with("</") && rest[2..].bytes().next().is_some_and(|b| !b.is_ascii_alphabetic());
            if rest.starts_with("<!") || rest.starts_with("<?") || odd_end {
                self.skip_past(">");
                continue;
            }
            if rest.starts_with('<')
                && let Some(tag) = self.tag()
            {
                return Some(tag);
            }
            // A `<` that begins no tag is text, with what follows it.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..].find('<').map_or(rest.len(), |at| first + at);
            self.at += end;
            return Some(Token::Text(&rest[..end]));
        }
        None
    }
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

/// Where the `>` stands that ends a tag: not within quotation marks of a value.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    let mut before_value = false;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if before_value => (quote, before_value) = (Some(*byte), false),
            (None, b'=') => before_value = true,
            (None, byte) if byte.is_ascii_whitespace() => {}
            (None, _) => before_value = false,
        }
    }
    None
}

/// The values of the attributes of these names, as they were written; of one that stands twice the first.
pub(crate) fn attributes<'a>(rest: &'a str, names: &[&'static str]) -> Vec<(&'static str, &'a str)> {
    let mut found: Vec<(&'static str, &str)> = Vec::new();
    let bytes = rest.as_bytes();
    let skip = |mut at: usize, which: fn(u8) -> bool| {
        while bytes.get(at).is_some_and(|b| which(*b)) {
            at += 1;
        }
        at
    };
    let mut at = 0;
    while at < bytes.len() {
        let start = skip(at, |b| b.is_ascii_whitespace() || b == b'/');
        let end = skip(start + usize::from(bytes.get(start) == Some(&b'=')), |b| {
            !b.is_ascii_whitespace() && !matches!(b, b'=' | b'/')
        });
        let equals = skip(end, |b| b.is_ascii_whitespace());
        let name = &rest[start..end];
        let value;
        if bytes.get(equals) == Some(&b'=') {
            let from = skip(equals + 1, |b| b.is_ascii_whitespace());
            match bytes.get(from) {
                Some(quote @ (b'"' | b'\'')) => {
                    let close = bytes[from + 1..].iter().position(|b| b == quote);
                    let close = close.map_or(bytes.len(), |at| from + 1 + at);
                    value = &rest[from + 1..close];
                    at = close + 1;
                }
                _ => {
                    at = skip(from, |b| !b.is_ascii_whitespace());
                    value = &rest[from..at];
                }
            }
        } else {
            value = "";
            at = end.max(at + 1);
        }
        let known = names.iter().find(|known| known.eq_ignore_ascii_case(name));
        if let Some(known) = known
            && !found.iter().any(|(there, _)| there == known)
        {
            found.push((known, value));
        }
    }
    found
}

/// Whether a text has a tag, a comment or a character reference.
pub(crate) fn has_markup(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'<' => match bytes.get(at + 1) {
            Some(b'/') => bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic),
            Some(b'!' | b'?') => true,
            Some(next) => next.is_ascii_alphabetic(),
            None => false,
        },
        b'&' => is_reference(&bytes[at + 1..]),
        _ => false,
    })
}

/// Whether what follows a `&` makes it a character reference.
fn is_reference(bytes: &[u8]) -> bool {
    let (digits, from) = (bytes.first() == Some(&b'#'), usize::from(bytes.first() == Some(&b'#')));
    let word: Vec<u8> =
        bytes[from..].iter().copied().take(33).take_while(u8::is_ascii_alphanumeric).collect();
    let numeric = word.iter().all(u8::is_ascii_digit)
        || word.first().is_some_and(|x| x.eq_ignore_ascii_case(&b'x'))
            && word[1..].iter().all(u8::is_ascii_hexdigit);
    let good = !word.is_empty() && if digits { numeric } else { word[0].is_ascii_alphabetic() };
    good && bytes.get(from + word.len()) == Some(&b';')
}
