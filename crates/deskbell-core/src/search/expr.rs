//! What a query asks of a ticket, as a tree of words and tests.

use super::clause::Clause;
use super::field::Test;
use crate::address::{self, Kind};

/// A condition on a ticket. Of a query that was read, no list in it is empty, none stands directly in one of its kind, and what stands twice in a
/// list stands there once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expr {
    /// All of these.
    All(Vec<Expr>),
    /// One of these.
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// An entry meets the clause.
    Words(Clause),
    /// A field is so.
    Field(Test),
}

impl Expr {
    /// All of them; `None` if there are none.
    pub(super) fn all(of: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all: Vec<Self> = Vec::new();
        for expr in of {
            let inner = if let Self::All(inner) = expr { inner } else { vec![expr] };
            add(&mut all, inner);
        }
        only(all, Self::All)
    }

    /// One of them; `None` if there are none. Words among them become one clause.
    pub(super) fn any(of: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (mut clauses, mut any): (Vec<Clause>, Vec<Self>) = (Vec::new(), Vec::new());
        for expr in of {
            let inner = if let Self::Any(inner) = expr { inner } else { vec![expr] };
            for expr in inner {
                match expr {
                    Self::Words(clause) => clauses.push(clause),
                    other => add(&mut any, vec![other]),
                }
            }
        }
        if !clauses.is_empty() {
            any.insert(0, Self::Words(Clause::any_of(clauses)));
        }
        only(any, Self::Any)
    }

    /// The same with telephone numbers as they are dialled in any of these countries (ISO 3166 alpha-2).
    #[must_use]
    pub fn in_countries(self, countries: &[String]) -> Self {
        let list = |of: Vec<Self>| -> Vec<Self> {
            of.into_iter().map(|expr| expr.in_countries(countries)).collect()
        };
        let nothing = || Self::Any(Vec::new());
        match self {
            Self::All(of) => Self::all(list(of)).unwrap_or_else(nothing),
            Self::Any(of) => Self::any(list(of)).unwrap_or_else(nothing),
            Self::Not(of) => Self::Not(Box::new(of.in_countries(countries))),
            Self::Field(Test::Line(side, text)) => {
                let anywhere = std::iter::once("");
                let of = anywhere.chain(countries.iter().map(String::as_str));
                let lines = of.filter_map(|country| address::canonical_of(Kind::Telephone, &text, country));
                let words = lines.flat_map(|line| Clause::of(&line, false));
                // What stands for none of them is joined to the words as they were written, and adds nothing.
                Self::any(words.map(|clause| Self::Words(clause.marked(side)))).unwrap_or_else(nothing)
            }
            other => other,
        }
    }

    /// Whether a telephone number is in it that `in_countries` has to read.
    pub fn has_line(&self) -> bool {
        let mut has = false;
        self.leaves(&mut |leaf, _| has |= matches!(leaf, Self::Field(Test::Line(..))));
        has
    }

    /// The conditions that must all hold.
    pub fn conjuncts(&self) -> &[Self] {
        if let Self::All(all) = self { all } else { std::slice::from_ref(self) }
    }

    /// Whether words are asked for anywhere in it.
    pub fn has_words(&self) -> bool {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().any(Self::has_words),
            Self::Not(of) => of.has_words(),
            Self::Words(_) => true,
            Self::Field(_) => false,
        }
    }

    /// A clause that every ticket meets for which this holds; `None` where there is none.
    pub fn needed(&self) -> Option<Clause> {
        match self {
            Self::Words(clause) => Some(clause.clone()),
            Self::All(of) => of.iter().find_map(Self::needed),
            Self::Any(of) if of.is_empty() => None,
            Self::Any(of) => {
                let needed: Option<Vec<Clause>> = of.iter().map(Self::needed).collect();
                needed.map(Clause::any_of)
            }
            Self::Not(_) | Self::Field(_) => None,
        }
    }

    /// Calls `each` with every leaf, and with whether tickets are wanted for which it holds.
    pub fn leaves<'e>(&'e self, each: &mut impl FnMut(&'e Self, bool)) {
        self.visit(true, each);
    }

    fn visit<'e>(&'e self, wanted: bool, each: &mut impl FnMut(&'e Self, bool)) {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().for_each(|expr| expr.visit(wanted, each)),
            Self::Not(of) => of.visit(!wanted, each),
            Self::Words(_) | Self::Field(_) => each(self, wanted),
        }
    }
}

fn add(list: &mut Vec<Expr>, more: Vec<Expr>) {
    for expr in more {
        if !list.contains(&expr) {
            list.push(expr);
        }
    }
}

fn only(mut list: Vec<Expr>, several: impl Fn(Vec<Expr>) -> Expr) -> Option<Expr> {
    if list.len() > 1 { Some(several(list)) } else { list.pop() }
}
