//! Plain text of sanitised HTML, and HTML of plain text.

use crate::lex::{Lexer, Token, attributes};
use crate::tidy::BLOCK;

/// Elements that stand on lines of their own, besides blocks.
const LINES: [&str; 4] = ["caption", "hr", "table", "tr"];

/// Elements with a blank line around them.
const APART: [&str; 2] = ["p", "pre"];

/// What sanitised HTML says.
pub(crate) fn of(html: &str) -> String {
    let mut plain = Plain::default();
    for token in Lexer::new(html) {
        match token {
            Token::Text(text) => plain.text(&decoded(text)),
            Token::Start { name, rest } => plain.start(&name, rest),
            Token::End(name) => plain.end(&name),
        }
    }
    plain.out
}

#[derive(Default)]
struct Plain {
    out: String,
    /// Line breaks that are due before the next text.
    breaks: usize,
    /// Whether a blank is due.
    blank: bool,
    /// How many `pre` are open.
    pre: usize,
    /// Where the open link leads, and where its text begins.
    link: Option<(String, usize)>,
}

impl Plain {
    fn text(&mut self, text: &str) {
        if self.pre > 0 {
            self.due();
            self.out.push_str(text);
            return;
        }
        for (n, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if n > 0 {
                self.blank = true;
            }
            if !word.is_empty() {
                self.due();
                self.out.push_str(word);
            }
        }
    }

    /// Writes the blank or the line breaks that are due.
    fn due(&mut self) {
        if self.out.is_empty() {
        } else if self.breaks > 0 {
            self.out.extend(std::iter::repeat_n('\n', self.breaks));
        } else if self.blank {
            self.out.push(' ');
        }
        (self.breaks, self.blank) = (0, false);
    }

    fn line(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }

    fn start(&mut self, name: &str, rest: &str) {
        match name {
            "br" => self.breaks = (self.breaks + 1).min(3),
            "img" => {
                if let Some((_, alt)) = attributes(rest, &["alt"]).pop() {
                    self.text(&decoded(alt));
                }
            }
            "td" | "th" => self.blank = true,
            "a" => {
                let href = attributes(rest, &["href"]).pop();
                self.link = href.map(|(_, value)| (decoded(value), self.out.len()));
            }
            name => self.around(name),
        }
        if name == "pre" {
            self.pre += 1;
        }
        if name == "li" {
            self.due();
            self.out.push_str("- ");
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "pre" => self.pre = self.pre.saturating_sub(1),
            "a" => self.end_link(),
            _ => {}
        }
        self.around(name);
    }

    fn around(&mut self, name: &str) {
        if APART.contains(&name) {
            self.line(2);
        } else if BLOCK.contains(&name) || LINES.contains(&name) {
            self.line(1);
        }
    }

    /// Says where a link leads, unless its text does.
    fn end_link(&mut self) {
        let Some((href, from)) = self.link.take() else { return };
        let said = self.out.get(from..).unwrap_or_default();
        let bare = href.trim_start_matches("mailto:").trim_start_matches("tel:");
        if !href.is_empty() && !said.contains(bare) {
            self.blank = true;
            self.due();
            self.out.push('<');
            self.out.push_str(&href);
            self.out.push('>');
        }
    }
}

/// A text of sanitised HTML without its character references: there are five.
fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&nbsp;", "\u{A0}").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

/// Plain text that shows as it is.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push_str("<br>\n"),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {}
            c => out.push(c),
        }
    }
    out
}
