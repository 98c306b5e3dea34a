//! The search language: words, "phrases" and beginnings*. What is to come (`-word`, `OR`, `name:value`) is
//! recognised and refused, so that no query changes its meaning later.
//!
//! Half-typed input is never an error: an open quotation mark goes to the end, and a lonely sign is nothing.

use super::clause::{Clause, iban_words};
use crate::fault::{Code, Fault};

/// The longest query, in characters.
pub const LENGTH_LIMIT: usize = 1_000;
/// The most words and phrases of a query.
pub const CLAUSE_LIMIT: usize = 32;

/// The fields of the search language, reserved.
pub const FIELDS: [&str; 15] = [
    "status", "priority", "tag", "from", "to", "customer", "brand", "group", "assignee", "channel", "id",
    "created", "updated", "has", "is",
];

/// A query that was understood. A ticket is found if each clause is met by one of its entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// What must be met. Empty: see `is_blank`.
    pub clauses: Vec<Clause>,
    blank: bool,
}

impl Query {
    /// Nothing but blanks: the same as no query, every ticket is found. A query without clauses that
    /// is not blank (`--`) finds none.
    pub fn is_blank(&self) -> bool {
        self.blank
    }

    /// What meets both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.clauses.extend(other.clauses);
        Self { blank: self.blank && other.blank, clauses: self.clauses }
    }
}

struct Term {
    text: String,
    /// The place of its first character in the query, from 1.
    at: usize,
    quoted: bool,
    prefix: bool,
}

/// Reads a query.
///
/// Errors: `invalid_parameter` for the field `query` if it is too long, or uses what is reserved.
pub fn parse(query: &str) -> Result<Query, Fault> {
    let length = query.chars().count();
    if length > LENGTH_LIMIT {
        return Err(fault(format!("The query has {length} characters; at most {LENGTH_LIMIT} are allowed.")));
    }
    let terms = lex(query)?;
    let mut clauses: Vec<Clause> = Vec::new();
    let mut rest = terms.as_slice();
    while let Some(term) = rest.first() {
        let plain = rest.iter().take_while(|term| !term.quoted).map(|term| term.text.as_str());
        let count = iban_words(plain).max(1);
        let (group, others) = rest.split_at(count);
        rest = others;
        let text = group.iter().map(|term| term.text.as_str()).collect::<Vec<_>>().join(" ");
        let prefix = group.last().is_some_and(|term| term.prefix);
        for clause in Clause::of(&text, prefix) {
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        if clauses.len() > CLAUSE_LIMIT {
            let at = term.at;
            return Err(fault(format!(
                "At character {at}: a query has at most {CLAUSE_LIMIT} words and phrases; put words that belong \
                 together in quotation marks."
            )));
        }
    }
    Ok(Query { clauses, blank: terms.is_empty() && query.trim().is_empty() })
}

fn fault(message: String) -> Fault {
    Fault::of("query", Code::InvalidParameter, message)
}

fn lex(query: &str) -> Result<Vec<Term>, Fault> {
    let chars: Vec<char> = query.chars().collect();
    let mut terms: Vec<Term> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        if chars[at].is_whitespace() {
            at += 1;
        } else if is_quote(chars[at]) {
            let end = find(&chars, at + 1, is_quote);
            at = (end + 1).min(chars.len());
            let text: String = chars[start + 1..end].iter().collect();
            let mut prefix = text.trim_end().ends_with('*');
            while chars.get(at) == Some(&'*') {
                prefix = true;
                at += 1;
            }
            terms.push(Term { text, at: start + 1, quoted: true, prefix });
        } else {
            at = find(&chars, at, |c| c.is_whitespace() || is_quote(c));
            let word: String = chars[start..at].iter().collect();
            let quote_follows = chars.get(at).is_some_and(|c| is_quote(*c));
            if start == 0 || chars[start - 1].is_whitespace() {
                refuse_exclusion(&word, quote_follows, start + 1)?;
            }
            refuse_field(&word, quote_follows, start + 1)?;
            let prefix = word.ends_with('*');
            terms.push(Term { text: word, at: start + 1, quoted: false, prefix });
        }
    }
    refuse_or(&terms)?;
    Ok(terms)
}

fn find(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|at| stop(chars[*at])).unwrap_or(chars.len())
}

/// Straight and typographic quotation marks; any of them ends what any of them began.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201C}'..='\u{201F}' | '«' | '»' | '\u{FF02}')
}

fn refuse_exclusion(word: &str, quote_follows: bool, at: usize) -> Result<(), Fault> {
    let Some(rest) = word.strip_prefix('-') else { return Ok(()) };
    let excludes =
        !rest.starts_with('-') && (!Clause::of(rest, false).is_empty() || (rest.is_empty() && quote_follows));
    if !excludes {
        return Ok(());
    }
    Err(fault(format!(
        "At character {at}: leaving out tickets with `-word` is not supported yet. Put the word in quotation marks to \
         search for it with its hyphen."
    )))
}

fn refuse_field(word: &str, quote_follows: bool, at: usize) -> Result<(), Fault> {
    let Some((name, value)) = word.split_once(':') else { return Ok(()) };
    let known = FIELDS.contains(&name);
    if !known || (value.is_empty() && !quote_follows) {
        return Ok(());
    }
    Err(fault(format!(
        "At character {at}: the search field `{name}:` is not supported yet. Leave it out, or put the words in \
         quotation marks to search for them as text."
    )))
}

fn refuse_or(terms: &[Term]) -> Result<(), Fault> {
    let inner = terms.get(1..terms.len().saturating_sub(1)).unwrap_or_default();
    let Some(or) = inner.iter().find(|term| !term.quoted && term.text == "OR") else { return Ok(()) };
    Err(fault(format!(
        "At character {}: `OR` is not supported yet. Search for the words one after the other, or write \"or\" to \
         search for the word.",
        or.at
    )))
}
