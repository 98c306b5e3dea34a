//! A Rust file taken apart into code, comments and string literals, so that no rule mistakes one for another.
//!
//! Only as much of the language as that needs; it does not parse.

/// A Rust file, line by line.
#[derive(Default, Debug)]
pub(crate) struct Source {
    /// The code of each line: comments gone, string literals empty.
    pub(crate) code: Vec<String>,
    /// The comment text of each line.
    pub(crate) comments: Vec<String>,
    /// String literals with the (zero-based) line where each begins.
    pub(crate) strings: Vec<(usize, String)>,
}

/// A function that a test attribute stands above.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct TestFn {
    /// The zero-based line of its `fn`.
    pub(crate) line: usize,
    /// Its name.
    pub(crate) name: String,
    /// Its attributes.
    pub(crate) attributes: String,
    /// Its body as code, without the signature.
    pub(crate) body: String,
}

impl Source {
    /// Takes the text apart.
    pub(crate) fn new(text: &str) -> Self {
        let mut reader = Reader { rest: text, out: Self::default() };
        reader.out.push_line();
        while reader.step() {}
        reader.out
    }

    /// The zero-based line from which on the file is unit tests; the number of lines if it has none.
    pub(crate) fn tests_begin(&self) -> usize {
        self.code.iter().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(self.code.len())
    }

    /// Every test function. What counts as a test attribute: any whose last word ends in `test` or is `both_engines`.
    pub(crate) fn test_fns(&self) -> Vec<TestFn> {
        let mut found = Vec::new();
        let mut attributes = String::new();
        for (at, line) in self.code.iter().enumerate() {
            let line = line.trim();
            if line.starts_with("#[") {
                attributes.push_str(line);
                attributes.push('\n');
            } else if let Some(name) = fn_name(line) {
                if attributes.lines().any(is_test_attribute) {
                    let (attributes, block) = (attributes.clone(), self.block(at));
                    let body = block.split_once('{').map(|(_, body)| body.to_owned()).unwrap_or_default();
                    found.push(TestFn { line: at, name: name.to_owned(), attributes, body });
                }
                attributes.clear();
            } else if !line.is_empty() {
                attributes.clear();
            }
        }
        found
    }

    /// Every function's zero-based line and name.
    pub(crate) fn fns(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().filter_map(|(at, line)| Some((at, fn_name(line.trim())?)))
    }

    /// The code from this line to the end of the block that opens first.
    pub(crate) fn block(&self, from: usize) -> String {
        let mut text = String::new();
        let (mut depth, mut opened) = (0_usize, false);
        for line in self.code.iter().skip(from) {
            text.push_str(line);
            text.push('\n');
            for c in line.chars() {
                match c {
                    '{' => (depth, opened) = (depth + 1, true),
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if opened && depth == 0 {
                break;
            }
        }
        text
    }

    fn push_line(&mut self) {
        self.code.push(String::new());
        self.comments.push(String::new());
    }

    fn code(&mut self, c: char) {
        match (c, self.code.last_mut()) {
            ('\n', _) => self.push_line(),
            (c, Some(line)) => line.push(c),
            _ => {}
        }
    }

    fn comment(&mut self, text: &str) {
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                self.push_line();
            }
            if let Some(line) = self.comments.last_mut() {
                line.push_str(part);
            }
        }
    }

    fn string(&mut self, text: &str) {
        self.code('"');
        self.strings.push((self.code.len() - 1, text.to_owned()));
        text.matches('\n').for_each(|_| self.push_line());
        self.code('"');
    }
}

fn fn_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let qualifier = |word: &str| matches!(word, "async" | "const" | "unsafe") || word.starts_with("pub");
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (before.split_whitespace().all(qualifier) && !name.is_empty()).then_some(name)
}

fn is_test_attribute(attribute: &str) -> bool {
    let inner = attribute.trim_start_matches("#[");
    let path = inner.split(['(', ']', ' ']).next().unwrap_or_default();
    let last = path.rsplit("::").next().unwrap_or_default();
    last == "both_engines" || (last.ends_with("test") && last != "cfg_test")
}

struct Reader<'a> {
    rest: &'a str,
    out: Source,
}

impl<'a> Reader<'a> {
    /// Reads one token; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            let comment = self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            self.out.comment(comment);
        } else if self.rest.starts_with("/*") {
            let comment = self.take(block_comment(self.rest));
            self.out.comment(comment);
        } else if let Some((start, end, length)) = raw_string(self.rest) {
            let text = self.take(length);
            self.out.string(text.get(start..end).unwrap_or_default());
        } else if first == '"' {
            let length = quoted(self.rest, '"');
            let text = self.take(length);
            self.out.string(text.get(1..length.saturating_sub(1)).unwrap_or_default());
        } else if first == '\'' && is_char_literal(self.rest) {
            let length = quoted(self.rest, '\'');
            self.take(length);
            self.out.code('\'');
            self.out.code('\'');
        } else if first.is_alphanumeric() || first == '_' {
            // A whole word at once, so that the `r` of `for` is no raw string's.
            let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
            let word = self.take(end);
            word.chars().for_each(|c| self.out.code(c));
        } else {
            self.take(first.len_utf8());
            self.out.code(first);
        }
        true
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}

/// The length of a block comment, nested ones included.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Content start, content end and whole length of a raw string at the beginning of the text.
fn raw_string(text: &str) -> Option<(usize, usize, usize)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = text.len() - prefix.len() - text[prefix.len()..].trim_start_matches('#').len();
    let start = prefix.len() + hashes + 1;
    let closing = format!("\"{}", "#".repeat(hashes));
    let end = text[start..].find(&closing).map_or(text.len(), |found| start + found);
    Some((start, end, (end + closing.len()).min(text.len())))
}

/// The length of a literal that begins and ends with this quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A quote begins a character and not a lifetime when a second one follows where it must.
fn is_char_literal(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_strings_are_told_apart() {
        let source = Source::new(
            "let a = \"x // y\"; // todo \"z\"\n/* one /* two\n*/ */ let b = r#\"say \"hi\"\"#;\n",
        );
        assert_eq!(
            source.code,
            ["let a = \"\"; ", "", "  let b = \"\";", ""].map(|l| l.replacen("  ", " ", 1))
        );
        assert_eq!(source.comments, ["// todo \"z\"", "/* one /* two", "*/ */", ""]);
        assert_eq!(source.strings, [(0, "x // y".to_owned()), (2, "say \"hi\"".to_owned())]);
    }

    #[test]
    fn quotes_of_characters_and_lifetimes_do_not_open_strings() {
        let source = Source::new("fn f<'a>(x: &'a str) { m('\"', '\\'', \"s\\\"t\") }");
        assert_eq!(source.strings, [(0, "s\\\"t".to_owned())]);
        assert!(source.code[0].ends_with("m('', '', \"\") }"), "{:?}", source.code);
    }

    #[test]
    fn a_string_over_several_lines_keeps_the_line_numbers() {
        let source = Source::new("a(\"one\ntwo\");\nb();");
        assert_eq!(source.code, ["a(\"", "\");", "b();"]);
    }

    #[test]
    fn test_functions_are_found_with_their_bodies() {
        let source = Source::new(
            "#[both_engines]\nfn one(d: D) {\n if x { y() }\n}\nfn two() {}\n#[tokio::test]\n#[should_panic]\nasync fn three() { z() }\n",
        );
        let found = source.test_fns();
        let names: Vec<_> = found.iter().map(|f| (f.line, f.name.as_str())).collect();
        assert_eq!(names, [(1, "one"), (7, "three")]);
        assert!(found[0].body.contains("y()") && !found[0].body.contains("two"));
        assert!(found[1].attributes.contains("should_panic"));
    }
}
