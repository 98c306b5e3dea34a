//! The change feed: every committed event of every ticket, in one order, none missing and none twice.
//!
//! On SQLite events are committed in the order of their ids. On PostgreSQL a slow transaction may commit an event with a
//! smaller id than one that a reader has seen. So there an event gets its position afterwards, from whoever seals: one
//! transaction at a time gives the next positions to what it finds committed and without one. An event that commits
//! later stands later. Events of one ticket keep their order, since a ticket's row is locked from the look at it to the commit:
//! when a later event of it is committed, the earlier ones are.

mod sql;
mod ticket;

pub use ticket::{TicketChange, of_ticket};

use deskbell_core::{Actor, Code, Fault, Permission, Scope, TicketId, Timestamp};
use deskbell_db::{Engine, Row, Tx, Value};

use crate::error::{Error, Result};
use crate::journal::sight::{self, Place};
use crate::journal::{links, position};
use crate::statement::Statement;

/// How many positions one statement looks through.
const WINDOW: i64 = 5_000;

/// After how many positions an answer ends if it has anything to say.
const LOOK: i64 = 50_000;

/// How many events one seal takes.
const SEALED: u64 = 1_000;

/// An event as the feed tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are those of a change in docs/changes.md")]
pub struct Change {
    pub position: i64,
    pub ticket: TicketId,
    pub item_type: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub initiated_by: String,
    pub batch: String,
    pub created_at: Timestamp,
}

impl Change {
    /// Reads one row of `sql::COLUMNS`, as far as it exists for the scope's owner.
    fn read(row: &Row<'_>, scope: &Scope) -> std::result::Result<Self, deskbell_db::Error> {
        let text = |at| row.opt_str(at).map(|text| text.map(str::to_owned));
        let (item_type, mut before, mut after) = (row.str(2)?.to_owned(), text(3)?, text(4)?);
        let left = before.is_some() && after.is_none();
        Place::read(row, 8)?.seen_by(scope, &item_type, left).mask(&mut before, &mut after);
        Ok(Self {
            position: row.int(0)?,
            ticket: TicketId(row.int(1)?),
            item_type,
            before,
            after,
            initiated_by: row.str(5)?.to_owned(),
            batch: row.str(6)?.to_owned(),
            created_at: Timestamp(row.int(7)?),
        })
    }
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// After this position; `None` from the oldest that is kept.
    pub after: Option<i64>,
    /// How many at the most.
    pub limit: i64,
    /// Of these types; empty means all.
    pub types: Vec<String>,
    /// Nothing that happened before; `None` for no such limit.
    pub since: Option<Timestamp>,
}

/// A part of the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part<C = Change> {
    /// Oldest first.
    pub changes: Vec<C>,
    /// Where to go on.
    pub next: i64,
}

/// What comes after a position, as far as the actor may see it: the ticket as it is now, and the event as it was then. No
/// changes mean that there are no more for now.
///
/// Errors: `forbidden` without RAW_READ; `gone` if events after the position are no longer kept; `invalid_parameter` for a
/// position that no event has had.
pub fn part(tx: &mut Tx<'_>, actor: &Actor, wish: &Wish) -> Result<Part> {
    actor.require(Permission::RawRead)?;
    let last = last(tx)?;
    let oldest = match wish.since {
        Some(since) => oldest_since(tx, since, last)?,
        None => 0,
    };
    let after = match wish.after {
        None => oldest,
        Some(after) if after > last => return Err(no_cursor()),
        Some(after) if after < oldest => {
            let message = "Changes after this cursor are no longer kept. Start again from oldestCursor.";
            let fault = Fault::of("after", Code::Gone, message);
            return Err(Fault { oldest_cursor: Some(oldest.to_string()), ..fault }.into());
        }
        Some(after) => after,
    };
    let (mut changes, mut next) = (Vec::new(), after);
    while next < last && (changes.is_empty() || next - after < LOOK) {
        let high = last.min(next + WINDOW);
        let left = wish.limit - changes.len() as i64;
        let statement = window(tx.engine(), actor, wish, (next, high), left);
        let read = |row: &Row<'_>| Change::read(row, &actor.scope);
        changes.extend(tx.all(&statement.text, &statement.params, read)?);
        next = high;
        if changes.len() as i64 >= wish.limit {
            next = changes.last().map_or(high, |change: &Change| change.position);
            break;
        }
    }
    hide_links(tx, &actor.scope, changes.iter_mut())?;
    Ok(Part { changes, next })
}

/// Takes out of changes which other tickets they name, where those do not exist for the scope's owner.
fn hide_links<'c>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    changes: impl Iterator<Item = &'c mut Change>,
) -> Result<()> {
    let values = changes.map(|Change { item_type, before, after, .. }| (item_type.as_str(), [before, after]));
    links::hide(tx, scope, values)
}

/// The last position.
pub(crate) fn last(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.first(&sql::last(tx.engine()), &[], |row| row.opt_int(0))?.flatten().unwrap_or(0))
}

fn no_cursor() -> Error {
    let message = "after is no cursor of this feed. Start again without one.";
    Fault::of("after", Code::InvalidParameter, message).into()
}

fn window(engine: Engine, actor: &Actor, wish: &Wish, (low, high): (i64, i64), limit: i64) -> Statement {
    let position = position(engine);
    let mut statement = Statement::new(&sql::select(engine));
    statement.bind(low).push(" AND ").push(position).push(" <= ").bind(high);
    statement.push(" AND ");
    sight::exists(&actor.scope, true, &mut statement);
    of_types(&mut statement, &wish.types);
    statement.push(" ORDER BY ").push(position).limit(limit);
    statement
}

fn of_types(statement: &mut Statement, types: &[String]) {
    if !types.is_empty() {
        statement.push(" AND ").among("j.item_type", types.iter().cloned().map(Value::from).collect());
    }
}

/// The position before the first event that happened at that time or later. Times hardly ever fall with the positions, so
/// it is found by halves.
fn oldest_since(tx: &mut Tx<'_>, since: Timestamp, last: i64) -> Result<i64> {
    let text = sql::time_of(tx.engine());
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = tx.first(&text, &[middle.into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
        match found {
            Some((position, at)) if at < since.0 => low = position + 1,
            _ => high = middle,
        }
    }
    Ok(low - 1)
}

/// PostgreSQL: whether events wait for their position.
pub(crate) fn is_unsealed(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.first(sql::UNSEALED, &[], |_| Ok(()))?.is_some())
}

/// What came of giving positions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sealed {
    /// Every event that was committed has its position.
    All,
    /// There may be more.
    Some,
    /// Somebody else is at it, who may not have seen the last of them.
    Elsewhere,
}

/// PostgreSQL: gives their position to events that are committed.
pub(crate) fn seal(tx: &mut Tx<'_>) -> Result<Sealed> {
    if tx.first(sql::TAKE, &[], |row| row.int(0))? == Some(0) {
        return Ok(Sealed::Elsewhere);
    }
    let last = last(tx)?;
    let sealed = tx.exec(sql::SEAL, &[last.into()])?;
    if sealed < SEALED {
        return Ok(Sealed::All);
    }
    // Nobody is to see a part of what one call did to a ticket.
    tx.exec(sql::SEAL_REST, &[last.into(), (last + SEALED as i64).into()])?;
    Ok(Sealed::Some)
}
