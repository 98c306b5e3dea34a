//! Brings HTML into the form that its meaning needs: known tags, closed in order, no deeper than a bound. Browsers' rules for
//! broken HTML can cost time and memory out of all proportion to the text; a text in this form gives them nothing to mend.

use crate::lex::{Lexer, Token, attributes};

/// How deep elements stand in each other. Deeper ones are left out; their text stays.
const DEPTH: usize = 100;

/// After how many bytes a text is cut by a comment, which is not shown. The library writes a text out in time that grows with
/// the square of its length, where it has many characters that must be escaped.
const RUN: usize = 512;

/// No character reference is longer.
const REFERENCE: usize = 40;

/// The longest value of an attribute, in bytes; a longer one is left out.
const VALUE: usize = 4_096;

/// The most links; what is added to each makes a text of nothing else many times as long. Of further ones the text stays.
const LINKS: usize = 5_000;

/// Elements that take no content.
const VOID: [&str; 4] = ["br", "hr", "img", "wbr"];

/// Elements within a line.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "font",
];

/// Elements that are lines of their own.
pub(crate) const BLOCK: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "ul",
];

/// Parts of tables.
const TABLE: [&str; 8] = ["caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// Elements that are left out with all that is in them, text too.
const DROPPED: [&str; 9] =
    ["svg", "math", "template", "object", "applet", "audio", "video", "canvas", "select"];

/// The attributes that an element keeps.
pub(crate) fn kept(name: &str) -> &'static [&'static str] {
    match name {
        "a" => &["href", "title"],
        "abbr" => &["title"],
        "img" => &["src", "alt", "title"],
        "td" | "th" => &["colspan", "rowspan", "dir"],
        "ol" => &["start"],
        "p" | "div" | "blockquote" | "li" => &["dir"],
        _ => &[],
    }
}

/// Every element that is kept.
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    VOID.into_iter().chain(INLINE).chain(BLOCK).chain(TABLE).filter(|name| *name != "font")
}

/// The tidy form.
pub(crate) fn tidy(html: &str) -> String {
    let out = String::with_capacity(html.len() + 64);
    let mut tidy = Tidy {
        out,
        open: Vec::new(),
        skipped: Vec::new(),
        dropped: None,
        run: 0,
        reference: 0,
        last: ' ',
        links: 0,
    };
    for token in Lexer::new(html) {
        tidy.take(token);
    }
    tidy.close_to(0);
    tidy.out
}

struct Tidy {
    out: String,
    /// The elements that are open.
    open: Vec<&'static str>,
    /// Elements that are open and were left out, since they stood too deep.
    skipped: Vec<&'static str>,
    /// The element that is being left out with all that is in it, and how many of its name are open.
    dropped: Option<(&'static str, usize)>,
    /// How long the text is that was written last, since a tag or a comment.
    run: usize,
    /// How many characters of it have followed a `&`.
    reference: usize,
    /// The last one.
    last: char,
    /// How many links there were.
    links: usize,
}

fn find(list: &[&'static str], name: &str) -> Option<&'static str> {
    list.iter().find(|known| **known == name).copied()
}

impl Tidy {
    fn take(&mut self, token: Token<'_>) {
        if let Some((dropped, depth)) = self.dropped {
            match token {
                Token::Start { name, rest } if name == dropped && !rest.ends_with('/') => {
                    self.dropped = Some((dropped, depth + 1));
                }
                Token::End(name) if name == dropped => {
                    self.dropped = (depth > 1).then_some((dropped, depth - 1));
                }
                _ => {}
            }
            return;
        }
        match token {
            Token::Text(text) => self.text(text),
            Token::Start { name, rest } => self.start(&name, rest),
            Token::End(name) => self.end(&name),
        }
    }

    fn text(&mut self, text: &str) {
        let blank = text.bytes().all(|b| b.is_ascii_whitespace());
        if !blank {
            self.ensure_cell();
        }
        // The first line breaks of a `pre` are not shown.
        let fresh = self.open.last() == Some(&"pre") && self.out.ends_with("<pre>");
        let text = if fresh { text.trim_start_matches(['\n', '\r']) } else { text };
        for c in text.chars() {
            // Between two characters of a reference it is not cut; where one begins, another one has ended.
            let ends = matches!(c, '&' | ' ') || self.reference > REFERENCE && self.last != '\r';
            if self.run >= RUN && ends {
                self.out.push_str("<!---->");
                self.run = 0;
            }
            escape(c, &mut self.out);
            self.run += c.len_utf8();
            self.reference = if c == '&' { 0 } else { self.reference + 1 };
            self.last = c;
        }
    }

    fn start(&mut self, name: &str, rest: &str) {
        if let Some(void) = find(&VOID, name) {
            self.ensure_cell();
            self.write_start(void, rest);
        } else if let Some(inline) = find(&INLINE, name) {
            self.ensure_cell();
            if inline == "a" && self.open.contains(&"a") {
                self.end("a");
            }
            self.open(inline, rest);
        } else if let Some(block) = find(&BLOCK, name) {
            self.ensure_cell();
            self.close_paragraph();
            self.close_before(block);
            self.open(block, rest);
        } else if let Some(part) = find(&TABLE, name) {
            self.start_table(part, rest);
        } else if let Some(dropped) = find(&DROPPED, name)
            && !rest.ends_with('/')
        {
            self.dropped = Some((dropped, 1));
        }
    }

    /// Closes what a new block of this kind ends: a heading, or the item before it in its list.
    fn close_before(&mut self, block: &'static str) {
        let ends: &[&str] = match block {
            "li" => &["li"],
            "dd" | "dt" => &["dd", "dt"],
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => &["h1", "h2", "h3", "h4", "h5", "h6"],
            _ => return,
        };
        for at in (0..self.open.len()).rev() {
            let open = self.open[at];
            if ends.contains(&open) {
                return self.close_to(at);
            }
            if TABLE.contains(&open) || BLOCK.contains(&open) && !matches!(open, "div" | "p" | "address") {
                return;
            }
        }
    }

    /// A paragraph ends where another block begins.
    fn close_paragraph(&mut self) {
        let from = self.open.iter().rposition(|open| TABLE.contains(open)).map_or(0, |at| at + 1);
        if let Some(at) = self.open[from..].iter().rposition(|open| *open == "p") {
            self.close_to(from + at);
        }
    }

    fn start_table(&mut self, part: &'static str, rest: &str) {
        if part == "table" {
            self.ensure_cell();
            self.close_paragraph();
            return self.open(part, rest);
        }
        // A part without its table is left out, its text stays.
        let Some(table) = self.open.iter().rposition(|open| *open == "table") else { return };
        let after = |open: &[&'static str], names: &[&str]| {
            open[table..].iter().position(|open| names.contains(open)).map(|at| table + at)
        };
        match part {
            "td" | "th" => match after(&self.open, &["tr"]) {
                Some(row) => self.close_to(row + 1),
                None => self.start_table("tr", ""),
            },
            "tr" => match after(&self.open, &["tbody", "thead", "tfoot"]) {
                Some(body) => self.close_to(body + 1),
                None => {
                    self.close_to(table + 1);
                    self.open("tbody", "");
                }
            },
            _ => self.close_to(table + 1),
        }
        self.open(part, rest);
    }

    /// What is no part of a table stands in a cell.
    fn ensure_cell(&mut self) {
        if let Some(&("table" | "tbody" | "thead" | "tfoot" | "tr")) = self.open.last() {
            self.start_table("td", "");
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(at) = self.skipped.iter().rposition(|skipped| *skipped == name) {
            self.skipped.truncate(at);
            return;
        }
        // A cell or an item keeps what is in it from ending what is around it.
        let mut from = 0;
        if !TABLE.contains(&name) {
            from = self.open.iter().rposition(|open| TABLE.contains(open)).map_or(0, |at| at + 1);
        }
        if let Some(at) = self.open[from..].iter().rposition(|open| *open == name) {
            self.close_to(from + at);
        }
    }

    fn open(&mut self, name: &'static str, rest: &str) {
        if self.open.len() >= DEPTH {
            if self.skipped.len() < DEPTH {
                self.skipped.push(name);
            }
            return;
        }
        let name = match name {
            "a" if self.links == LINKS => "font",
            name => name,
        };
        self.links += usize::from(name == "a");
        self.open.push(name);
        if name != "font" {
            self.write_start(name, rest);
        }
    }

    fn close_to(&mut self, depth: usize) {
        self.skipped.clear();
        while self.open.len() > depth {
            if let Some(name) = self.open.pop().filter(|name| *name != "font") {
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
                self.run = 0;
            }
        }
    }

    fn write_start(&mut self, name: &'static str, rest: &str) {
        self.out.push('<');
        self.out.push_str(name);
        let kept = kept(name);
        if !kept.is_empty() {
            for (name, value) in attributes(rest, kept).into_iter().filter(|(_, value)| value.len() <= VALUE)
            {
                self.out.push(' ');
                self.out.push_str(name);
                self.out.push_str("=\"");
                value.chars().for_each(|c| escape(c, &mut self.out));
                self.out.push('"');
            }
        }
        self.out.push('>');
        self.run = 0;
    }
}

/// Text that stays text, in elements and in values. Character references are kept as they are.
fn escape(c: char, out: &mut String) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\0' => out.push('\u{FFFD}'),
        c => out.push(c),
    }
}
