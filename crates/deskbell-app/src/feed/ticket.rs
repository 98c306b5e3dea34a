//! The changes of one ticket, in the order and with the cursors of the feed. How far the feed goes back is no matter here: a
//! ticket's changes stay as long as the ticket.

use deskbell_core::{Actor, Permission, TicketId};
use deskbell_db::Tx;

use super::{Change, Part, Wish, last, no_cursor, of_types, sql};
use crate::error::Result;
use crate::journal::{position, sight};
use crate::statement::Statement;
use crate::ticket::load;

/// A change of a ticket, and the call that made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TicketChange {
    /// The change.
    pub change: Change,
    /// The operation, such as `ticketUpdate`.
    pub call: String,
}

/// What changed in a ticket after a position, as far as it happened within the actor's limits.
///
/// Errors: `forbidden` without TICKET_READ; `not_found`; `invalid_parameter` for a position that no event has had.
pub fn of_ticket(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, wish: &Wish) -> Result<Part<TicketChange>> {
    actor.require(Permission::TicketRead)?;
    load::one(tx, actor, id)?;
    let (engine, after) = (tx.engine(), wish.after.unwrap_or(0));
    if after > last(tx)? {
        return Err(no_cursor());
    }
    let mut statement = Statement::new(&sql::select_of_ticket(engine));
    statement.bind(id.0).push(" AND ").push(position(engine)).push(" > ").bind(after);
    statement.push(" AND ");
    sight::exists(&actor.scope, false, &mut statement);
    of_types(&mut statement, &wish.types);
    // Events of one ticket have their positions in the order of their ids, by which they are found.
    statement.push(" ORDER BY j.id").limit(wish.limit);
    let mut changes = tx.all(&statement.text, &statement.params, |row| {
        Ok(TicketChange { change: Change::read(row, &actor.scope)?, call: row.str(13)?.to_owned() })
    })?;
    super::hide_links(
        tx,
        &actor.scope,
        changes.iter_mut().map(|found: &mut TicketChange| &mut found.change),
    )?;
    let next = changes.last().map_or(after, |found| found.change.position);
    Ok(Part { changes, next })
}
