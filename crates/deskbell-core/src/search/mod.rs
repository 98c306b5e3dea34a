//! The search language and the tokenizer that both engines share: what is found is decided here, and SQLite
//! and PostgreSQL only look tokens up. The rules are told to users in docs/search.md.
//!
//! An entry is what a phrase may span: a message, a note, the head of a ticket. `index_fields` makes
//! the rows of the index from it; `parse` reads a query, whose clauses render themselves for each engine.

mod clause;
mod compound;
mod fold;
#[cfg(test)]
mod laws;
mod matcher;
mod query;
mod scan;
mod segment;
#[cfg(test)]
mod tests;

pub use clause::Clause;
pub use fold::fold;
pub use matcher::matches;
pub use query::{CLAUSE_LIMIT, FIELDS, LENGTH_LIMIT, Query, parse};
pub use segment::{Segment, index, index_fields};

/// Raised whenever a text would give other tokens than before: an index of another version must be made
/// anew, since neither a search nor the removal of an entry would find the old tokens.
pub const VERSION: i64 = 1;
