//! The search language and the tokenizer that both engines share: what is found is decided here, and SQLite
//! and PostgreSQL only look tokens up. The rules are told to users in docs/search.md.
//!
//! An entry is what a phrase may span: a message, a note, the head of a ticket. `index_fields` makes
//! the rows of the index from it, `index_head` those of a ticket's head. `parse` reads a query into an expression of words and
//! tests of fields; its clauses render themselves for each engine.

mod clause;
mod compound;
mod excerpt;
mod expr;
mod field;
mod fold;
#[cfg(test)]
mod language;
#[cfg(test)]
mod laws;
mod lex;
mod matcher;
mod query;
mod scan;
mod segment;
#[cfg(test)]
mod tests;

pub use clause::Clause;
pub use excerpt::{Excerpt, Piece};
pub use expr::Expr;
pub use field::{FIELDS, Name, Side, Test, Times};
pub use fold::fold;
pub use matcher::{Facts, matches, meets};
pub use query::{CLAUSE_LIMIT, DEPTH_LIMIT, FIELD_LIMIT, LENGTH_LIMIT, Query, parse};
pub use segment::{Segment, index, index_fields, index_head};

/// Raised whenever a text would give other tokens than before: an index of another version must be made
/// anew, since neither a search nor the removal of an entry would find the old tokens.
pub const VERSION: i64 = 2;
