//! The search index against what it should hold. On PostgreSQL each stretch of tickets is compared within one snapshot.
//! SQLite's index can only be read as a whole, in many snapshots; so what differs there is looked at once more, within
//! one, before it counts as a problem: a process that serves may have changed it between two looks.

use std::collections::{BTreeMap, HashMap, HashSet};

use deskbell_core::TicketId;
use deskbell_db::{Engine, Tx};

use super::{Checking, sql};
use crate::error::Result;
use crate::search::check::{self, Digests, Entry, Expected, ticket_of};
use crate::ticket::load;

/// For how many tickets the digests of the index are held at a time: about 25 bytes for each of their entries.
const WINDOW: i64 = 4_000_000;
/// How many tickets are looked at once more; beyond, what differs counts at once.
const AGAIN: usize = 10_000;

pub(super) struct Index {
    engine: Engine,
    end: i64,
    window_end: i64,
    there: Digests,
    /// Places that differ, by ticket.
    suspects: BTreeMap<i64, Vec<i64>>,
}

impl Index {
    pub(super) fn new(engine: Engine, end: i64) -> Self {
        let window_end = if engine == Engine::Postgres { end } else { 0 };
        Self { engine, end, window_end, there: Digests::new(), suspects: BTreeMap::new() }
    }

    /// The ticket up to which the index has been read.
    pub(super) fn window_end(&self) -> i64 {
        self.window_end
    }

    /// Reads the index of the tickets above `after`, if that has not been done.
    pub(super) fn read(&mut self, checking: &mut Checking<'_>, after: i64) -> Result<()> {
        if after < self.window_end {
            return Ok(());
        }
        self.window_end = after.saturating_add(WINDOW).min(self.end);
        let tickets = after + 1..=self.window_end;
        let mut from = Some(String::new());
        while let Some(word) = from {
            (checking.tell)("search index", letter(&word), u64::from(b'z'));
            let tickets = tickets.clone();
            let (digests, next) = checking.read(move |tx| check::sqlite(tx, &word, &tickets))?;
            for (place, digest) in digests {
                let sum = self.there.entry(place).or_default();
                *sum = sum.wrapping_add(digest);
            }
            from = next;
        }
        Ok(())
    }

    /// Compares what should be there of the tickets of a stretch; says what is wrong for certain.
    pub(super) fn compare(
        &mut self,
        last: i64,
        expected: Vec<Expected>,
        there: Digests,
    ) -> Vec<(i64, String)> {
        self.there.extend(there);
        let mut differ: Vec<(i64, Option<Entry>)> = Vec::new();
        for due in expected {
            if self.there.remove(&due.place) != Some(due.digest) {
                differ.push((due.place, Some(due.entry)));
            }
        }
        if self.engine == Engine::Postgres || last == self.window_end {
            differ.extend(self.there.drain().map(|(place, _)| (place, None)));
        }
        let mut wrong = Vec::new();
        for (place, entry) in differ {
            let ticket = ticket_of(place);
            let known = self.suspects.contains_key(&ticket) || self.suspects.len() < AGAIN;
            if self.engine == Engine::Sqlite && known {
                self.suspects.entry(ticket).or_default().push(place);
            } else {
                wrong.push((ticket, said(entry)));
            }
        }
        wrong.sort_unstable();
        wrong.dedup();
        wrong
    }

    /// Looks at what differed once more.
    pub(super) fn look_again(self, checking: &mut Checking<'_>) -> Result<()> {
        if self.suspects.is_empty() {
            return Ok(());
        }
        let places: HashSet<i64> = self.suspects.values().flatten().copied().collect();
        let mut words: HashMap<i64, Vec<String>> = HashMap::new();
        let mut from = Some(String::new());
        while let Some(word) = from {
            (checking.tell)("search index once more", letter(&word), u64::from(b'z'));
            let places = places.clone();
            let (found, next) = checking.read(move |tx| check::sqlite_words(tx, &word, &places))?;
            found.into_iter().for_each(|(place, word)| words.entry(place).or_default().push(word));
            from = next;
        }
        for (ticket, places) in self.suspects {
            let seen: Vec<(i64, Vec<String>)> =
                places.into_iter().map(|place| (place, words.remove(&place).unwrap_or_default())).collect();
            let problems = checking.read(move |tx| certain(tx, ticket, &seen))?;
            checking.note(0, problems);
        }
        Ok(())
    }
}

/// What is wrong with a ticket's places, within one snapshot. `seen`: the words that stood at each not long ago.
fn certain(tx: &mut Tx<'_>, id: i64, seen: &[(i64, Vec<String>)]) -> Result<Vec<(i64, String)>> {
    let ticket = load::stored(tx, TicketId(id - 1), TicketId(id), 1)?.pop();
    let messages = tx.all(sql::MESSAGES, &[(id - 1).into(), id.into()], |row| {
        Ok((row.int(1)?, row.int(2)?, row.str(4)?.to_owned()))
    })?;
    let texts = ticket.map(|ticket| check::sqlite_texts(&ticket, &messages)).unwrap_or_default();
    let mut problems = Vec::new();
    for (place, words) in seen {
        let (entry, text) =
            texts.get(place).map_or((None, ""), |(entry, text)| (Some(*entry), text.as_str()));
        let mut right = text.is_empty() || check::sqlite_holds(tx, *place, text)?;
        let known: HashSet<&str> = text.split(' ').collect();
        for word in words.iter().filter(|word| !known.contains(word.as_str())) {
            right = right && !check::sqlite_holds(tx, *place, word)?;
        }
        if !right {
            problems.push((id, said(entry)));
        }
    }
    problems.dedup();
    Ok(problems)
}

fn said(entry: Option<Entry>) -> String {
    match entry {
        None => "words in the search index that nothing explains".into(),
        Some(Entry::Head) => "its own fields are not in the search index as they should be".into(),
        Some(Entry::Message(id)) => format!("message {id} is not in the search index as it should be"),
    }
}

/// About how far in the alphabet a word is.
fn letter(word: &str) -> u64 {
    word.bytes().next().map_or(0, |byte| u64::from(byte.min(b'z')))
}
