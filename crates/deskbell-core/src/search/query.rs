//! The search language: words, "phrases", beginnings*, -without, OR, brackets and name:values.
//!
//! Half-typed words are never an error: an open quotation mark or bracket goes to the end, and a lonely sign is nothing.

use super::clause::{Clause, iban_words, is_short, plain};
use super::expr::Expr;
use super::field::{self, FIELDS, Side, Test, Wrong};
use super::lex::{Field, Kind, Misspelt, Text, Token, lex};
use crate::fault::{Code, Fault};
use crate::time::Timestamp;

/// The longest query, in characters.
pub const LENGTH_LIMIT: usize = 1_000;
/// The most different words and phrases of a query.
pub const CLAUSE_LIMIT: usize = 32;
/// The most fields of a query.
pub const FIELD_LIMIT: usize = 32;
/// How deep brackets may stand in brackets.
pub const DEPTH_LIMIT: usize = 8;

/// A query that was understood.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    /// What must hold. `None`: see `is_blank`.
    pub root: Option<Expr>,
    pub(super) marks: Vec<Mark>,
    text: String,
}

/// A word or phrase that is wanted, as texts are looked through for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    pub(super) side: Option<Side>,
    pub(super) words: Vec<String>,
    /// The last word is a beginning.
    pub(super) open: bool,
}

/// What was asked, which is the same at any time.
impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Query").field(&self.text).finish()
    }
}

impl Query {
    /// Nothing but blanks: the same as no query, every ticket is found. A query that asks for nothing and
    /// is not blank (`--`) finds none.
    pub fn is_blank(&self) -> bool {
        self.root.is_none() && self.text.trim().is_empty()
    }

    /// What meets both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        // One that asks for nothing and is not blank finds none, whatever the other one asks.
        match (&self.root, &other.root) {
            (None, _) => return if self.is_blank() { other } else { self },
            (_, None) => return if other.is_blank() { self } else { other },
            _ => {}
        }
        self.marks.extend(other.marks);
        let text = format!("({}) ({})", self.text, other.text);
        let roots: Vec<Expr> = self.root.into_iter().chain(other.root).collect();
        Self { root: Expr::all(roots), marks: self.marks, text }
    }

    /// Whether it asks for nothing but fields that must all be so, as the filters of a list do.
    pub fn is_plain_filter(&self) -> bool {
        let Some(root) = &self.root else { return false };
        root.conjuncts().iter().all(|expr| matches!(expr, Expr::Field(_)))
    }

    /// The words and phrases that are wanted in any text.
    pub fn wanted(&self) -> Vec<&Clause> {
        let mut clauses = Vec::new();
        if let Some(root) = &self.root {
            root.leaves(&mut |leaf, wanted| {
                if let Expr::Words(clause) = leaf
                    && wanted
                    && !clause.is_marked()
                {
                    clauses.push(clause);
                }
            });
        }
        clauses
    }

    /// All words and phrases, wherever they stand.
    pub fn clauses(&self) -> Vec<&Clause> {
        let mut clauses = Vec::new();
        if let Some(root) = &self.root {
            root.leaves(&mut |leaf, _| {
                if let Expr::Words(clause) = leaf {
                    clauses.push(clause);
                }
            });
        }
        clauses
    }
}

/// Reads a query that is asked `now`.
///
/// Errors: `invalid_parameter` for the field `query` if it is too long, or a field is not as it should be; the message begins
/// with the place in the query.
pub fn parse(query: &str, now: Timestamp) -> Result<Query, Fault> {
    let length = query.chars().count();
    if length > LENGTH_LIMIT {
        return Err(fault(format!("The query has {length} characters; at most {LENGTH_LIMIT} are allowed.")));
    }
    let tokens = lex(query).map_err(misspelt)?;
    let mut parser =
        Parser { tokens: &tokens, now, at: 0, clauses: Vec::new(), fields: 0, marks: Vec::new() };
    let mut parts = Vec::new();
    while parser.at < tokens.len() {
        parts.extend(parser.group(0, true)?);
        // A bracket that closes nothing.
        parser.at += 1;
    }
    Ok(Query { root: Expr::all(parts), marks: parser.marks, text: query.to_owned() })
}

fn fault(message: String) -> Fault {
    Fault::of("query", Code::InvalidParameter, message)
}

fn wrong(Wrong { at, message }: Wrong) -> Fault {
    fault(format!("At character {at}: {message}"))
}

fn misspelt(Misspelt { at, name, meant }: Misspelt) -> Fault {
    fault(format!(
        "At character {at}: there is no field `{name}:`; perhaps you mean `{meant}:`. The fields are {}. To search for it as \
         text put it in quotation marks.",
        FIELDS.map(|field| format!("{field}:")).join(" ")
    ))
}

struct Parser<'t> {
    tokens: &'t [Token],
    now: Timestamp,
    at: usize,
    /// The words and phrases so far, each once.
    clauses: Vec<Clause>,
    fields: usize,
    marks: Vec<Mark>,
}

impl Parser<'_> {
    fn kind(&self, at: usize) -> Option<&Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    /// Whether something begins at this token that `OR` can join.
    fn is_operand(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(Kind::Text(_) | Kind::Field(_) | Kind::Open))
    }

    /// What stands up to the end or the closing bracket; `wanted` says whether an odd number of `-` stands before it.
    fn group(&mut self, depth: usize, wanted: bool) -> Result<Option<Expr>, Fault> {
        let mut all: Vec<Expr> = Vec::new();
        let mut first = true;
        while let Some(kind) = self.kind(self.at) {
            if matches!(kind, Kind::Close) {
                break;
            }
            // Between two others AND is what it is without.
            if matches!(kind, Kind::And) && !first && self.is_operand(self.at + 1) {
                self.at += 1;
                continue;
            }
            let mut any: Vec<Expr> = self.operand(depth, wanted)?.into_iter().collect();
            while matches!(self.kind(self.at), Some(Kind::Or)) && self.is_operand(self.at + 1) {
                self.at += 1;
                any.extend(self.operand(depth, wanted)?);
            }
            all.extend(Expr::any(any));
            first = false;
        }
        Ok(Expr::all(all))
    }

    fn operand(&mut self, depth: usize, wanted: bool) -> Result<Option<Expr>, Fault> {
        let token = &self.tokens[self.at];
        let wanted = wanted != token.without;
        let expr = match &token.kind {
            Kind::Open => {
                if depth == DEPTH_LIMIT {
                    let at = token.at;
                    return Err(fault(format!(
                        "At character {at}: brackets stand at most {DEPTH_LIMIT} deep."
                    )));
                }
                self.at += 1;
                let inner = self.group(depth + 1, wanted)?;
                self.at += 1;
                inner
            }
            Kind::Field(field) => {
                self.at += 1;
                Some(self.field(field, token.at, wanted)?)
            }
            Kind::Text(text) => self.text(text, token.without, wanted)?,
            Kind::Or | Kind::And | Kind::Close => {
                self.at += 1;
                let text = if matches!(token.kind, Kind::And) { "AND" } else { "OR" };
                let text = Text { text: text.into(), at: token.at, quoted: false, prefix: false };
                self.words(&text, None, wanted)?
            }
        };
        Ok(expr.map(|expr| if token.without { Expr::Not(Box::new(expr)) } else { expr }))
    }

    /// A word or phrase; words that are the groups of one IBAN are one.
    fn text(&mut self, text: &Text, without: bool, wanted: bool) -> Result<Option<Expr>, Fault> {
        let following = self.tokens[self.at..].iter().map_while(|token| match &token.kind {
            Kind::Text(text) if !text.quoted => Some(text),
            _ => None,
        });
        let following: Vec<&Text> = following.take(if without { 1 } else { usize::MAX }).collect();
        let count = iban_words(following.iter().map(|text| text.text.as_str())).max(1);
        self.at += count;
        if count == 1 {
            return self.words(text, None, wanted);
        }
        let words: Vec<&str> = following[..count].iter().map(|text| text.text.as_str()).collect();
        let whole = Text { text: words.join(" "), prefix: following[count - 1].prefix, ..text.clone() };
        self.words(&whole, None, wanted)
    }

    fn words(&mut self, text: &Text, side: Option<Side>, wanted: bool) -> Result<Option<Expr>, Fault> {
        if text.prefix && is_short(&text.text) {
            return Err(fault(format!(
                "At character {}: `{}` is too short; a beginning has at least 2 letters or digits before its *.",
                text.at, text.text
            )));
        }
        if wanted && let Some((words, open)) = plain(&text.text, text.prefix) {
            let mark = Mark { side, words, open };
            if !self.marks.contains(&mark) {
                self.marks.push(mark);
            }
        }
        let mut all = Vec::new();
        for clause in Clause::of(&text.text, text.prefix) {
            let clause = match side {
                Some(side) => clause.marked(side),
                None => clause,
            };
            if !self.clauses.contains(&clause) {
                self.clauses.push(clause.clone());
            }
            all.push(Expr::Words(clause));
        }
        if self.clauses.len() > CLAUSE_LIMIT {
            return Err(fault(format!(
                "At character {}: a query has at most {CLAUSE_LIMIT} words and phrases; put words that belong \
                 together in quotation marks.",
                text.at
            )));
        }
        Ok(Expr::all(all))
    }

    fn field(&mut self, field: &Field, at: usize, wanted: bool) -> Result<Expr, Fault> {
        self.fields += 1;
        if self.fields > FIELD_LIMIT {
            return Err(fault(format!(
                "At character {at}: a query has at most {FIELD_LIMIT} fields; several values of a field can stand in one, with \
                 commas."
            )));
        }
        let side = match field.name {
            "from" => Side::From,
            "to" => Side::To,
            _ => return field::test(field, at, self.now).map(Expr::Field).map_err(wrong),
        };
        field::present(field, at).map_err(wrong)?;
        if !matches!(field.operator, "" | "=") {
            let message = format!("`{}:` takes words and addresses, and nothing is compared.", field.name);
            return Err(wrong(Wrong { at, message }));
        }
        let mut any = Vec::new();
        for value in &field.values {
            let Some(words) = self.words(value, Some(side), wanted)? else {
                let message = format!("`{}:` takes a word or an address, not `{}`.", field.name, value.text);
                return Err(wrong(Wrong { at: value.at, message }));
            };
            any.push(words);
            if !value.prefix && field::is_line(&value.text) {
                any.push(Expr::Field(Test::Line(side, value.text.clone())));
            }
        }
        // There is at least one value.
        Ok(Expr::any(any).unwrap_or(Expr::Any(Vec::new())))
    }
}
