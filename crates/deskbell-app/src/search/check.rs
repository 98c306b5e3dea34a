//! What the index should hold and what it holds, in a form in which the two can be compared: for `deskbell verify`.
//!
//! For each place PostgreSQL tells the number of different words. SQLite's index can only be read as a whole, word by
//! word; a digest of the words and their positions is gathered for each place.

use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, RangeInclusive};

use deskbell_core::TicketId;
use deskbell_db::{Engine, Tx};

use super::{PLACES, Prepared, head_segments, place, prepare, sql};
use crate::error::{Error, Result};
use crate::ticket::Ticket;

/// How many words of the index one statement reads, about.
const ROWS: u64 = 1_000_000;

/// What an entry of the index is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    /// The ticket's own fields.
    Head,
    /// A message or note.
    Message(i64),
}

/// What should stand at a place.
pub(crate) struct Expected {
    pub(crate) place: i64,
    pub(crate) entry: Entry,
    pub(crate) digest: u64,
}

/// What stands at places, as digests.
pub(crate) type Digests = HashMap<i64, u64>;

/// The ticket that a place belongs to.
pub(crate) fn ticket_of(place: i64) -> i64 {
    place.div_euclid(PLACES)
}

/// What should stand at the places of a ticket's own fields.
pub(crate) fn head(engine: Engine, ticket: &Ticket) -> impl Iterator<Item = Expected> {
    expected(engine, ticket.id, 0, Entry::Head, Prepared::of(engine, head_segments(ticket)))
}

/// What should stand at those of a message or note that begins at `first`.
pub(crate) fn message(
    engine: Engine,
    ticket: TicketId,
    id: i64,
    first: i64,
    text: &str,
) -> impl Iterator<Item = Expected> {
    expected(engine, ticket, first, Entry::Message(id), prepare(engine, text))
}

fn expected(
    engine: Engine,
    ticket: TicketId,
    first: i64,
    entry: Entry,
    words: Prepared,
) -> impl Iterator<Item = Expected> {
    let at = move |(n, text): (usize, String)| {
        let place = place(ticket, first + n as i64);
        Expected { place, entry, digest: digest(engine, &text) }
    };
    words.0.into_iter().enumerate().map(at)
}

fn digest(engine: Engine, text: &str) -> u64 {
    let tokens = text.split(' ').filter(|token| !token.is_empty());
    match engine {
        Engine::Sqlite => tokens.zip(0..).fold(0, |sum, (word, at)| sum.wrapping_add(mixed(word, at))),
        Engine::Postgres => {
            let words: HashSet<&str> =
                tokens.map(|token| token.rsplit_once(':').map_or(token, |(word, _)| word)).collect();
            words.len() as u64
        }
    }
}

/// A word at a position as a number: FNV-1a, then the end of SplitMix64, so that sums of such numbers differ.
fn mixed(word: &str, position: i64) -> u64 {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut z = hash ^ (position as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// PostgreSQL: what stands at the places of the tickets above `after`, up to `last`.
pub(crate) fn postgres(tx: &mut Tx<'_>, after: i64, last: i64) -> Result<Digests> {
    let end = last.checked_add(1).and_then(|id| id.checked_mul(PLACES)).unwrap_or(i64::MAX) - 1;
    let bounds = [place(TicketId(after + 1), 0).into(), end.into()];
    let rows = tx.all(sql::POSTGRES_PLACES, &bounds, |row| Ok((row.int(0)?, row.int(1)?)))?;
    Ok(rows.into_iter().map(|(place, words)| (place, words as u64)).collect())
}

/// SQLite: a stretch of the index from a word on, as far as it is about these tickets. Digests of stretches add up.
/// Says the word at which the next stretch begins, if there is one.
pub(crate) fn sqlite(
    tx: &mut Tx<'_>,
    from: &str,
    tickets: &RangeInclusive<i64>,
) -> Result<(Digests, Option<String>)> {
    let mut digests = Digests::new();
    let next = words(tx, from, |word, place, position| {
        if tickets.contains(&ticket_of(place)) {
            let digest = digests.entry(place).or_default();
            *digest = digest.wrapping_add(mixed(word, position));
        }
    })?;
    Ok((digests, next))
}

/// Words with the places at which they stand.
pub(crate) type Placed = Vec<(i64, String)>;

/// SQLite: the different words at these places, a stretch of the index at a time.
pub(crate) fn sqlite_words(
    tx: &mut Tx<'_>,
    from: &str,
    places: &HashSet<i64>,
) -> Result<(Placed, Option<String>)> {
    let mut found: Vec<(i64, String)> = Vec::new();
    let next = words(tx, from, |word, place, _| {
        if places.contains(&place) && !found.last().is_some_and(|(p, w)| *p == place && w == word) {
            found.push((place, word.to_owned()));
        }
    })?;
    Ok((found, next))
}

fn words(tx: &mut Tx<'_>, from: &str, mut each: impl FnMut(&str, i64, i64)) -> Result<Option<String>> {
    let (mut rows, mut last, mut next) = (0, from.to_owned(), None);
    tx.each::<Error>(sql::SQLITE_WORDS, &[from.into()], |row| {
        let word = row.str(0)?;
        if word != last {
            if rows >= ROWS {
                next = Some(word.to_owned());
                return Ok(ControlFlow::Break(()));
            }
            word.clone_into(&mut last);
        }
        rows += 1;
        each(word, row.int(1)?, row.int(2)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(next)
}

/// SQLite: whether a place has these words, in this order, beside each other.
pub(crate) fn sqlite_holds(tx: &mut Tx<'_>, place: i64, words: &str) -> Result<bool> {
    let params = [format!("\"{words}\"").into(), place.into()];
    Ok(tx.first(sql::SQLITE_HOLDS, &params, |row| row.int(0))?.is_some())
}

/// SQLite: the text at each place of an entry, as the index was given it.
pub(crate) fn sqlite_texts(
    ticket: &Ticket,
    messages: &[(i64, i64, String)],
) -> HashMap<i64, (Entry, String)> {
    let mut texts = HashMap::new();
    let mut put = |first: i64, entry: Entry, words: Prepared| {
        for (n, text) in words.0.into_iter().enumerate() {
            texts.insert(place(ticket.id, first + n as i64), (entry, text));
        }
    };
    put(0, Entry::Head, Prepared::of(Engine::Sqlite, head_segments(ticket)));
    for (id, first, text) in messages {
        put(*first, Entry::Message(*id), prepare(Engine::Sqlite, text));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_tell_words_and_positions_apart() {
        let of = |text| digest(Engine::Sqlite, text);
        assert_eq!(of("a b a"), of("a b a"));
        assert_ne!(of("a b a"), of("a a b"));
        assert_ne!(of("a b a"), of("a b"));
        assert_eq!(digest(Engine::Postgres, "'a':1 'b':2 'a':3 "), 2);
    }
}
