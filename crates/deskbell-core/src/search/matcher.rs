//! The search without an index: slow, plain, and what both engines are tested against.

use super::clause::{Clause, Sequence};
use super::expr::Expr;
use super::field::Test;
use super::query::Query;
use super::segment::{Segment, index_fields, index_head};

/// What is known of a ticket.
#[derive(Clone, Copy)]
pub struct Facts<'f> {
    /// The fields of its head.
    pub head: &'f [&'f str],
    /// Those of them that say who it is from.
    pub from: &'f [&'f str],
    /// Those that say who it is to.
    pub to: &'f [&'f str],
    /// Its messages and notes.
    pub entries: &'f [&'f str],
    /// Whether a field is so.
    pub test: &'f dyn Fn(&Test) -> bool,
}

/// Whether the query finds a ticket of these entries, each given by its fields. No test of a field holds.
pub fn matches(query: &Query, entries: &[&[&str]]) -> bool {
    let segments: Vec<Segment> = entries.iter().flat_map(|fields| index_fields(fields)).collect();
    found(query, &segments, &|_| false)
}

/// Whether the query finds the ticket.
pub fn meets(query: &Query, facts: &Facts<'_>) -> bool {
    let mut segments = index_head(facts.head, facts.from, facts.to);
    segments.extend(facts.entries.iter().flat_map(|text| index_fields(&[text])));
    found(query, &segments, facts.test)
}

fn found(query: &Query, segments: &[Segment], test: &dyn Fn(&Test) -> bool) -> bool {
    query.root.as_ref().map_or(query.is_blank(), |root| holds(root, segments, test))
}

fn holds(expr: &Expr, segments: &[Segment], test: &dyn Fn(&Test) -> bool) -> bool {
    match expr {
        Expr::All(of) => of.iter().all(|expr| holds(expr, segments, test)),
        Expr::Any(of) => of.iter().any(|expr| holds(expr, segments, test)),
        Expr::Not(of) => !holds(of, segments, test),
        Expr::Words(clause) => segments.iter().any(|segment| has(segment, clause)),
        Expr::Field(field) => test(field),
    }
}

fn has(segment: &Segment, clause: &Clause) -> bool {
    let tokens: Vec<&str> = segment.tokens().collect();
    clause.any.iter().any(|all| all.iter().all(|sequence| contains(&tokens, sequence)))
}

fn contains(tokens: &[&str], sequence: &Sequence) -> bool {
    tokens.windows(sequence.tokens.len()).any(|window| {
        let last = window.len() - 1;
        window.iter().zip(&sequence.tokens).enumerate().all(|(n, (token, wanted))| {
            if n == last && sequence.prefix { token.starts_with(wanted.as_str()) } else { token == wanted }
        })
    })
}
