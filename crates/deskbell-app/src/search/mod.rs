//! The search index: what a write puts into it, and which tickets have the words of a query. The rules of words and
//! queries are `deskbell_core::search`'s, the same for both engines; only the statements differ (`sql.rs`).
//!
//! An entry (a ticket's own fields, a message, a note) is one or more segments. A segment's place is the ticket's id
//! times 2^20 plus its number below the ticket, so that the newest tickets are the highest places on both engines.

pub(crate) mod check;
mod condition;
mod excerpts;
mod find;
mod frequent;
mod sql;

use deskbell_core::search::{Segment, index_fields, index_head};
use deskbell_core::{Direction, TicketId};
use deskbell_db::{Engine, Tx};

use crate::error::Result;
use crate::ticket::Ticket;

pub use condition::Condition;
pub(crate) use condition::Reach;
pub use excerpts::{Of, Snippet, snippets};
pub(crate) use find::{hits, one_by_one};
pub use frequent::Frequent;

/// Places below one ticket.
pub(crate) const PLACES: i64 = 1 << 20;

/// The places of the ticket's own fields; messages and notes stand above them.
pub(crate) const HEAD_PLACES: i64 = 16;

fn place(ticket: TicketId, segment: i64) -> i64 {
    ticket.0 * PLACES + segment
}

fn head_segments(ticket: &Ticket) -> Vec<Segment> {
    let fields = ticket.head_fields();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    // The number in its international form is that of the customer's side.
    let (from, to) = match ticket.direction {
        Direction::Inbound => (fields[7], ""),
        Direction::Outbound => ("", fields[7]),
    };
    let mut segments = index_head(&fields, &[fields[3], fields[4], from], &[fields[5], fields[6], to]);
    // The limits of the fields keep them far below this; it only says that a head never runs into the messages.
    segments.truncate(HEAD_PLACES as usize);
    segments
}

/// Makes a new ticket's own fields found.
pub(crate) fn add_head(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<()> {
    let head = Prepared::of(tx.engine(), head_segments(ticket));
    add_text(tx, ticket.id, 0, &head)?;
    Ok(())
}

/// The same after they have changed.
pub(crate) fn replace_head(tx: &mut Tx<'_>, before: &Ticket, now: &Ticket) -> Result<()> {
    if before.head_fields() == now.head_fields() && before.direction == now.direction {
        return Ok(());
    }
    remove(tx, before.id, 0, &head_segments(before))?;
    add_head(tx, now)
}

/// Takes a ticket's own fields out.
pub(crate) fn remove_head(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<()> {
    remove(tx, ticket.id, 0, &head_segments(ticket))
}

/// A text made ready for the index of one engine, which any thread can do before the transaction begins.
pub(crate) struct Prepared(Vec<String>);

impl Prepared {
    /// How many places it takes.
    pub(crate) fn places(&self) -> i64 {
        self.0.len() as i64
    }

    fn of(engine: Engine, segments: Vec<Segment>) -> Self {
        let text = |segment: Segment| match engine {
            Engine::Sqlite => segment.into_fts5_text(),
            Engine::Postgres => segment.tsvector_text(),
        };
        Self(segments.into_iter().map(text).collect())
    }
}

/// Makes the text of a message or note ready.
pub(crate) fn prepare(engine: Engine, text: &str) -> Prepared {
    Prepared::of(engine, index_fields(&[text]))
}

/// Makes the text of a message or note found, from the place `first` on; says how many places it took.
pub(crate) fn add_text(tx: &mut Tx<'_>, ticket: TicketId, first: i64, text: &Prepared) -> Result<i64> {
    let fits = (PLACES - first).clamp(0, text.places());
    for (n, words) in text.0.iter().take(fits as usize).enumerate() {
        add(tx, ticket, first + n as i64, words)?;
    }
    Ok(fits)
}

/// PostgreSQL: gives the words that stand in some places below a ticket to another one, from its place `first` on.
pub(crate) fn move_places(
    tx: &mut Tx<'_>,
    (from, to): (TicketId, TicketId),
    places: std::ops::Range<i64>,
    first: i64,
) -> Result<()> {
    let (start, end) = (place(from, places.start), place(from, places.end));
    let params = [(place(to, first) - start).into(), to.0.into(), start.into(), end.into()];
    let moved = tx.exec(sql::POSTGRES_MOVE, &params)?;
    tx.exec(sql::COUNT_REMOVED, &[tx.counter_slot().into(), moved.cast_signed().into()])?;
    Ok(())
}

/// SQLite: the same for one text, which the index is told again.
pub(crate) fn move_text(
    tx: &mut Tx<'_>,
    (from, to): (TicketId, TicketId),
    (first, new_first): (i64, i64),
    text: &str,
) -> Result<()> {
    let mut segments = index_fields(&[text]);
    segments.truncate((PLACES - first).max(0) as usize);
    remove(tx, from, first, &segments)?;
    for (n, segment) in segments.into_iter().enumerate() {
        add(tx, to, new_first + n as i64, &segment.into_fts5_text())?;
    }
    Ok(())
}

/// Takes it out again.
pub(crate) fn remove_text(tx: &mut Tx<'_>, ticket: TicketId, first: i64, text: &str) -> Result<()> {
    let mut segments = index_fields(&[text]);
    segments.truncate((PLACES - first).max(0) as usize);
    remove(tx, ticket, first, &segments)
}

fn add(tx: &mut Tx<'_>, ticket: TicketId, segment: i64, words: &str) -> Result<()> {
    let place = place(ticket, segment);
    match tx.engine() {
        Engine::Sqlite => tx.insert_late(sql::SQLITE_ADD, vec![place.into(), words.to_owned().into()])?,
        Engine::Postgres => {
            tx.exec(sql::POSTGRES_ADD, &[place.into(), ticket.0.into(), words.into()])?;
        }
    }
    Ok(())
}

fn remove(tx: &mut Tx<'_>, ticket: TicketId, first: i64, segments: &[Segment]) -> Result<()> {
    for (n, segment) in segments.iter().enumerate() {
        let place = place(ticket, first + n as i64);
        match tx.engine() {
            Engine::Sqlite => {
                let row =
                    vec![sql::SQLITE_DELETE.into(), place.into(), segment.fts5_text().to_owned().into()];
                tx.insert_late(sql::SQLITE_REMOVE, row)?;
            }
            Engine::Postgres => {
                tx.exec(sql::POSTGRES_REMOVE, &[place.into()])?;
            }
        }
    }
    tx.exec(sql::COUNT_REMOVED, &[tx.counter_slot().into(), (segments.len() as i64).into()])?;
    Ok(())
}
