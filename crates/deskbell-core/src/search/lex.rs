//! Takes a query apart into words, phrases, fields, brackets and `OR`. What is half typed is never an error.

use super::clause::Clause;
use super::field::FIELDS;

/// A piece of a query.
#[derive(Debug)]
pub(super) struct Token {
    /// The place of its first character in the query, from 1; that of the `-` if it has one.
    pub(super) at: usize,
    /// A `-` stands before it.
    pub(super) without: bool,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// A word, or a phrase in quotation marks.
    Text(Text),
    /// `name:` with its values.
    Field(Field),
    Open,
    Close,
    /// `OR` in capitals.
    Or,
    /// `AND` in capitals.
    And,
}

#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) at: usize,
    pub(super) quoted: bool,
    /// Ends with a `*`.
    pub(super) prefix: bool,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// What stands before the values: `>=` and the like, or nothing.
    pub(super) operator: &'static str,
    pub(super) values: Vec<Text>,
}

/// Comparisons, the longer ones first.
const OPERATORS: [&str; 5] = [">=", "<=", ">", "<", "="];

/// A name before a colon that is none of a field's, but nearly.
pub(super) struct Misspelt {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) meant: &'static str,
}

pub(super) fn lex(query: &str) -> Result<Vec<Token>, Misspelt> {
    let chars: Vec<char> = query.chars().collect();
    let mut lexer = Lexer { chars: &chars, at: 0, depth: 0, tokens: Vec::new() };
    while lexer.at < chars.len() {
        lexer.step()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'c> {
    chars: &'c [char],
    at: usize,
    /// How many brackets are open.
    depth: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self) -> Result<(), Misspelt> {
        let start = self.at;
        if self.chars[start].is_whitespace() {
            self.at += 1;
            return Ok(());
        }
        let begins = start == 0 || self.chars[start - 1].is_whitespace() || self.chars[start - 1] == '(';
        let without = begins && self.excludes();
        self.at += usize::from(without);
        match self.chars[self.at] {
            '(' if begins => {
                self.at += 1;
                self.depth += 1;
                self.push(start, without, Kind::Open);
            }
            ')' => {
                self.at += 1;
                if self.depth > 0 {
                    self.depth -= 1;
                    self.push(start, without, Kind::Close);
                }
            }
            c if is_quote(c) => {
                let text = self.phrase();
                self.push(start, without, Kind::Text(text));
            }
            _ => {
                let kind = self.word(begins)?;
                self.push(start, without, kind);
            }
        }
        Ok(())
    }

    fn push(&mut self, start: usize, without: bool, kind: Kind) {
        self.tokens.push(Token { at: start + 1, without, kind });
    }

    /// Whether a `-` stands here that leaves tickets out: one before a word, a phrase, a field or a bracket.
    fn excludes(&self) -> bool {
        if self.chars[self.at] != '-' {
            return false;
        }
        match self.chars.get(self.at + 1) {
            None | Some('-' | ')') => false,
            Some('(') => true,
            Some(c) if is_quote(*c) => true,
            Some(_) => {
                let end = self.end_of_word(self.at + 1);
                let rest: String = self.chars[self.at + 1..end].iter().collect();
                !Clause::of(&rest, false).is_empty()
            }
        }
    }

    /// Where a word ends: at a blank, a quotation mark, or the bracket that closes one before it.
    fn end_of_word(&self, from: usize) -> usize {
        let mut inner = 0usize;
        for at in from..self.chars.len() {
            match self.chars[at] {
                c if c.is_whitespace() || is_quote(c) => return at,
                '(' => inner += 1,
                ')' if inner > 0 => inner -= 1,
                ')' if self.depth > 0 => return at,
                _ => {}
            }
        }
        self.chars.len()
    }

    fn phrase(&mut self) -> Text {
        let start = self.at;
        let end = (start + 1..self.chars.len()).find(|at| is_quote(self.chars[*at]));
        let end = end.unwrap_or(self.chars.len());
        self.at = (end + 1).min(self.chars.len());
        let text: String = self.chars[start + 1..end].iter().collect();
        let mut prefix = text.trim_end().ends_with('*');
        while self.chars.get(self.at) == Some(&'*') {
            prefix = true;
            self.at += 1;
        }
        Text { text, at: start + 1, quoted: true, prefix }
    }

    fn word(&mut self, begins: bool) -> Result<Kind, Misspelt> {
        let start = self.at;
        let end = self.end_of_word(start);
        let word: String = self.chars[start..end].iter().collect();
        if let Some((name, value)) = word.split_once(':').filter(|_| begins) {
            let quote_follows = self.chars.get(end).is_some_and(|c| is_quote(*c));
            if !value.trim_start_matches(')').is_empty() || (value.is_empty() && quote_follows) {
                if let Some(name) = FIELDS.iter().find(|field| **field == name) {
                    self.at = start + name.len() + 1;
                    return Ok(Kind::Field(self.field(name)));
                }
                if let Some(meant) = nearly(name).filter(|_| !value.starts_with("//")) {
                    return Err(Misspelt { at: start + 1, name: name.to_owned(), meant });
                }
            }
        }
        self.at = end;
        Ok(match word.as_str() {
            "OR" => Kind::Or,
            "AND" => Kind::And,
            _ => {
                let prefix = word.ends_with('*');
                Kind::Text(Text { text: word, at: start + 1, quoted: false, prefix })
            }
        })
    }

    /// The values behind the colon: with commas between them, each with quotation marks or without.
    fn field(&mut self, name: &'static str) -> Field {
        let rest = &self.chars[self.at..];
        let begins =
            |operator: &&&str| operator.chars().zip(rest).filter(|(a, b)| a == *b).count() == operator.len();
        let operator = OPERATORS.iter().find(begins).copied().unwrap_or("");
        self.at += operator.len();
        let mut values = Vec::new();
        let mut value: Option<Text> = None;
        while let Some(&c) = self.chars.get(self.at) {
            if c.is_whitespace() {
                break;
            }
            if c == ',' {
                values.extend(value.take());
                self.at += 1;
                continue;
            }
            if c == ')' && !open_within(value.as_ref()) {
                break;
            }
            let at = self.at;
            let value = value.get_or_insert_with(|| Text {
                text: String::new(),
                at: at + 1,
                quoted: false,
                prefix: false,
            });
            if is_quote(c) {
                let phrase = self.phrase();
                value.text.push_str(&phrase.text);
                value.quoted = true;
                value.prefix = phrase.prefix;
            } else {
                value.text.push(c);
                value.prefix = c == '*';
                self.at += 1;
            }
        }
        values.extend(value);
        Field { name, operator, values }
    }
}

/// Whether a bracket was opened in a value and not closed.
fn open_within(value: Option<&Text>) -> bool {
    value.is_some_and(|value| value.text.matches('(').count() > value.text.matches(')').count())
}

/// Straight and typographic quotation marks; any of them ends what any of them began.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201C}'..='\u{201F}' | '«' | '»' | '\u{FF02}')
}

/// The field whose name this nearly is: one letter wrong, missing, too many, or two in the wrong order. Short names are near
/// to too many words.
fn nearly(name: &str) -> Option<&'static str> {
    let letters = name.bytes().all(|b| b.is_ascii_lowercase());
    let is_near = |field: &&&str| {
        (field.len() > 4 && one_edit(name.as_bytes(), field.as_bytes()))
            || name.strip_suffix('s') == Some(**field)
    };
    if letters {
        FIELDS.iter().filter(|field| !matches!(**field, "is" | "has" | "to" | "id")).find(is_near).copied()
    } else {
        None
    }
}

fn one_edit(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, a @ ..], b) | (b, [_, a @ ..]) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([p, q, a @ ..], [r, s, b @ ..]) => p == s && q == r && a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::nearly;

    #[test]
    fn a_misspelt_field_is_told_from_a_word_before_a_colon() {
        let near = [
            ("stauts", "status"),
            ("statu", "status"),
            ("statuss", "status"),
            ("assigne", "assignee"),
            ("asignee", "assignee"),
            ("prioritx", "priority"),
            ("tags", "tag"),
            ("brands", "brand"),
        ];
        for (name, field) in near {
            assert_eq!(nearly(name), Some(field), "{name}");
        }
        for text in [
            "https", "re", "foo", "note", "form", "ids", "tos", "subject", "", "12", "Status", "mailto", "da",
        ] {
            assert_eq!(nearly(text), None, "{text}");
        }
    }
}
