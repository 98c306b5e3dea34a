//! Whether the index holds what it should: every place of every entry with its words, and no place of anything else.
//! For `deskbell verify`.
//!
//! PostgreSQL tells which places there are and how many different words each has. SQLite's index keeps no list of its
//! places, so there each entry is looked for by its longest words, and a ticket that is not there by its number.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use deskbell_core::TicketId;
use deskbell_db::{Engine, Tx};

use super::{HEAD_PLACES, PLACES, Prepared, head_segments, place, prepare, sql};
use crate::error::Result;
use crate::ticket::Ticket;

/// By how many of its words an entry is looked for on SQLite.
const LOOKED_FOR: usize = 3;
/// For how many tickets that are not there, in a stretch, their words are looked for on SQLite.
const ABSENT: usize = 1_000;

/// What the index should hold of some tickets, gathered, and then compared.
pub(crate) struct Places {
    engine: Engine,
    /// PostgreSQL: the places there are and their number of words, less those accounted for.
    there: HashMap<i64, i64>,
    /// SQLite: what is still to be looked for.
    due: Vec<Due>,
    wrong: Vec<(i64, String)>,
}

struct Due {
    ticket: TicketId,
    place: i64,
    query: String,
    /// Whether it should be found.
    found: bool,
    what: String,
}

impl Places {
    /// Begins with the tickets above `after`, up to `last`.
    pub(crate) fn read(tx: &mut Tx<'_>, after: TicketId, last: TicketId) -> Result<Self> {
        let (engine, mut there) = (tx.engine(), HashMap::new());
        if engine == Engine::Postgres {
            let first = place(TicketId(after.0 + 1), 0);
            let end = last.0.checked_add(1).and_then(|id| id.checked_mul(PLACES)).unwrap_or(i64::MAX) - 1;
            let bounds = [first.into(), end.into()];
            there = tx
                .all(sql::POSTGRES_PLACES, &bounds, |row| Ok((row.int(0)?, row.int(1)?)))?
                .into_iter()
                .collect();
        }
        Ok(Self { engine, there, due: Vec::new(), wrong: Vec::new() })
    }

    /// Accounts for the ticket's own fields.
    pub(crate) fn head(&mut self, ticket: &Ticket) {
        let head = Prepared::of(self.engine, head_segments(ticket));
        self.account(ticket.id, 0, HEAD_PLACES, &head, "its own fields are");
    }

    /// Accounts for a message or note.
    pub(crate) fn text(&mut self, ticket: TicketId, message: i64, first: i64, segments: i64, text: &str) {
        let words = prepare(self.engine, text);
        let what = format!("message {message} is");
        if words.places().min((PLACES - first).max(0)) == segments {
            self.account(ticket, first, segments, &words, &what);
        } else {
            self.wrong.push((ticket.0, not_there(&what)));
        }
    }

    /// Compares with the index. `ids` are those of the stretch, `known` the tickets that are there, ascending.
    pub(crate) fn finish(
        mut self,
        tx: &mut Tx<'_>,
        ids: RangeInclusive<i64>,
        known: &[i64],
    ) -> Result<Vec<(i64, String)>> {
        const LEFT: &str = "words in the search index that nothing explains";
        if self.engine == Engine::Sqlite {
            let absent = ids.filter(|id| known.binary_search(id).is_err()).take(ABSENT);
            self.due.extend(absent.map(|id| Due {
                ticket: TicketId(id),
                place: place(TicketId(id), 0),
                query: quoted(&id.to_string()),
                found: false,
                what: LEFT.into(),
            }));
        }
        for due in self.due {
            let params = [due.query.into(), due.place.into()];
            if tx.first(sql::SQLITE_HOLDS, &params, |row| row.int(0))?.is_some() != due.found {
                self.wrong.push((due.ticket.0, due.what));
            }
        }
        let left: HashSet<i64> = self.there.keys().map(|place| place.div_euclid(PLACES)).collect();
        self.wrong.extend(left.into_iter().map(|id| (id, LEFT.into())));
        Ok(self.wrong)
    }

    fn account(&mut self, ticket: TicketId, first: i64, places: i64, words: &Prepared, what: &str) {
        let mut right = true;
        for n in 0..places {
            let (place, text) = (place(ticket, first + n), words.0.get(n as usize));
            match (self.engine, text) {
                (Engine::Postgres, text) => {
                    right &= self.there.remove(&place) == text.map(|text| different(text));
                }
                (Engine::Sqlite, Some(text)) => {
                    let (query, what) = (longest(text), not_there(what));
                    self.due.push(Due { ticket, place, query, found: true, what });
                }
                (Engine::Sqlite, None) => {}
            }
        }
        if !right {
            self.wrong.push((ticket.0, not_there(what)));
        }
    }
}

fn not_there(what: &str) -> String {
    format!("{what} not in the search index as it should be")
}

/// How many different words a text for PostgreSQL has.
fn different(text: &str) -> i64 {
    let words = text.split(' ').filter(|token| !token.is_empty());
    words.map(|token| token.rsplit_once(':').map_or(token, |(word, _)| word)).collect::<HashSet<_>>().len() as i64
}

/// A query for the longest words of a text for SQLite: long words are rare, and quickly looked up.
fn longest(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').filter(|token| !token.is_empty()).collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse((word.len(), *word)));
    words.dedup();
    let some: Vec<String> = words.into_iter().take(LOOKED_FOR).map(quoted).collect();
    some.join(" AND ")
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_looked_for_by_its_longest_words() {
        assert_eq!(longest("a printer is broken printer"), "\"printer\" AND \"broken\" AND \"is\"");
    }

    #[test]
    fn words_are_counted_once_however_often_they_stand_there() {
        assert_eq!(different("'a':1 'b':2 'a':3 "), 2);
    }
}
