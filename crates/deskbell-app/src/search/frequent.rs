//! Queries that are known to have more hits than a total counts, so that the next one need not count them again.
//!
//! A count is remembered together with how many entries had been taken out of the index by then. Whatever was put in
//! since only adds to it, and each entry that was taken out since takes at most one ticket away: what is left is sure. So
//! nothing has to be told when the index changes, and any number of processes may do that.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use deskbell_core::search::Clause;
use deskbell_db::Tx;

use super::sql;
use crate::error::Result;

/// How many queries are remembered.
const QUERIES: usize = 1_000;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Frequent(Mutex<HashMap<String, Count>>);

#[derive(Clone, Copy, Debug)]
struct Count {
    hits: i64,
    removed: i64,
}

/// One query, at one moment of the index.
pub(crate) struct Moment<'f> {
    frequent: &'f Frequent,
    query: String,
    removed: i64,
}

impl Frequent {
    /// Looks at the index; hits that are counted for this moment are counted after.
    pub(crate) fn moment(&self, tx: &mut Tx<'_>, words: &[Clause]) -> Result<Moment<'_>> {
        let removed = tx.first(sql::REMOVED, &[], |row| row.int(0))?.unwrap_or(0);
        let clauses: Vec<String> = words.iter().map(|clause| clause.fts5()).collect();
        Ok(Moment { frequent: self, query: clauses.join(" "), removed })
    }
}

impl Moment<'_> {
    /// How many tickets there are at least.
    pub(crate) fn at_least(&self) -> i64 {
        let known = self.frequent.0.lock().unwrap_or_else(PoisonError::into_inner).get(&self.query).copied();
        known.map_or(0, |count| count.hits - (self.removed - count.removed))
    }

    /// Remembers so many.
    pub(crate) fn remember(self, hits: i64) {
        let mut known = self.frequent.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= QUERIES {
            known.clear();
        }
        known.insert(self.query, Count { hits, removed: self.removed });
    }
}
