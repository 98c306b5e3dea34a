//! Whether the index holds what it should: every place of every entry, with as many words as the entry has, and no
//! place of anything else. For `deskbell verify`.

use std::collections::{HashMap, HashSet};

use deskbell_core::TicketId;
use deskbell_db::{Engine, Tx};

use super::{HEAD_PLACES, PLACES, Prepared, head_segments, place, prepare, sql};
use crate::error::Result;
use crate::ticket::Ticket;

/// The places of some tickets in the index, with the number of words at each, less those that have been accounted for.
pub(crate) struct Places {
    engine: Engine,
    words: HashMap<i64, i64>,
}

impl Places {
    /// The places of the tickets above `after`, up to `last`.
    pub(crate) fn read(tx: &mut Tx<'_>, after: TicketId, last: TicketId) -> Result<Self> {
        let engine = tx.engine();
        let first = place(TicketId(after.0 + 1), 0);
        // Ids end far below what would overflow, but for the end of the last stretch.
        let end = last.0.checked_add(1).and_then(|id| id.checked_mul(PLACES)).unwrap_or(i64::MAX) - 1;
        let bounds = [first.into(), end.into()];
        let rows = match engine {
            Engine::Sqlite => tx.all(sql::SQLITE_PLACES, &bounds, |row| {
                Ok((row.int(0)?, row.blob(1).map(varint)?))
            })?,
            Engine::Postgres => tx.all(sql::POSTGRES_PLACES, &bounds, |row| Ok((row.int(0)?, row.int(1)?)))?,
        };
        Ok(Self { engine, words: rows.into_iter().collect() })
    }

    /// Accounts for the ticket's own fields; says what is wrong with them.
    pub(crate) fn head(&mut self, tx: &mut Tx<'_>, ticket: &Ticket) -> Result<Option<String>> {
        let head = Prepared::of(self.engine, head_segments(ticket));
        if !self.account(ticket.id, 0, HEAD_PLACES, &head) {
            return Ok(Some("its own fields are not in the search index as they should be".into()));
        }
        // The number of words is no proof on SQLite, where it is kept beside the words; so one word is looked up.
        let number = head.0.first().and_then(|text| text.split(' ').next()).unwrap_or_default();
        let found = self.engine == Engine::Postgres || {
            let params = [format!("\"{number}\"").into(), place(ticket.id, 0).into()];
            tx.first(sql::SQLITE_HOLDS, &params, |row| row.int(0))?.is_some()
        };
        Ok((!found).then(|| "it is not found by its number".into()))
    }

    /// Accounts for a message or note; whether it is there as it should be.
    pub(crate) fn text(&mut self, ticket: TicketId, first: i64, segments: i64, text: &str) -> bool {
        let words = prepare(self.engine, text);
        words.places().min((PLACES - first).max(0)) == segments && self.account(ticket, first, segments, &words)
    }

    /// The tickets that the remaining places are of: nothing that is there explains them.
    pub(crate) fn left(self) -> Vec<TicketId> {
        let mut tickets: Vec<i64> = self.words.keys().map(|place| place.div_euclid(PLACES)).collect();
        tickets.sort_unstable();
        tickets.dedup();
        tickets.into_iter().map(TicketId).collect()
    }

    fn account(&mut self, ticket: TicketId, first: i64, places: i64, words: &Prepared) -> bool {
        let mut right = true;
        for n in 0..places {
            let there = self.words.remove(&place(ticket, first + n));
            let due = words.0.get(n as usize).map(|text| count(self.engine, text));
            right &= there == due;
        }
        right
    }
}

/// How many words the engine counts in a prepared text: all on SQLite, the different ones on PostgreSQL.
fn count(engine: Engine, text: &str) -> i64 {
    let tokens = text.split(' ').filter(|token| !token.is_empty());
    match engine {
        Engine::Sqlite => tokens.count() as i64,
        Engine::Postgres => {
            tokens.map(|token| token.rsplit_once(':').map_or(token, |(word, _)| word)).collect::<HashSet<_>>().len()
                as i64
        }
    }
}

/// A number as FTS5 keeps it: seven bits a byte, the highest first, the top bit set in all but the last.
fn varint(bytes: &[u8]) -> i64 {
    let mut number: i64 = 0;
    for byte in bytes.iter().take(9) {
        number = (number << 7) | i64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_fts5_writes_them() {
        assert_eq!(varint(&[5]), 5);
        assert_eq!(varint(&[0x81, 0x00]), 128);
        assert_eq!(varint(&[0xFF, 0x7F, 0x01]), 16_383);
    }
}
