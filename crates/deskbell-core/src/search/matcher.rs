//! The search without an index: slow, plain, and what both engines are tested against.

use super::clause::{Clause, Sequence};
use super::query::Query;
use super::segment::{Segment, index_fields};

/// Whether the query finds a ticket of these entries, each given by its fields.
pub fn matches(query: &Query, entries: &[&[&str]]) -> bool {
    if query.clauses.is_empty() {
        return query.is_blank();
    }
    let segments: Vec<Segment> = entries.iter().flat_map(|fields| index_fields(fields)).collect();
    query.clauses.iter().all(|clause| segments.iter().any(|segment| meets(segment, clause)))
}

fn meets(segment: &Segment, clause: &Clause) -> bool {
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
