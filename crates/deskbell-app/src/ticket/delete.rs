//! The end of a ticket: what a purge removes, and which tickets' time in the trash is over.

use deskbell_core::{TicketId, Timestamp};
use deskbell_db::Tx;

use super::row::Ticket;
use super::{erase, merged, sql};
use crate::error::Result;
use crate::work::Work;
use crate::{message, search};

/// Removes a ticket for good: row, tags, messages (also those that came from tickets which were merged into it), files, words in the
/// index and the payload of its events. That it existed,
/// and when it went, stays in the journal.
pub(super) fn purge(work: &mut Work<'_, '_>, ticket: &Ticket) -> Result<()> {
    search::remove_head(work.tx, ticket)?;
    message::remove_from_search(work.tx, ticket.id)?;
    merged::forget(work.tx, ticket.id)?;
    erase::traces(work, ticket)?;
    work.tx.exec(sql::PURGE, &[ticket.id.0.into()])?;
    Ok(())
}

/// The tickets that were put into the trash at that time or before, the oldest first, at most `limit`.
pub fn due(tx: &mut Tx<'_>, until: Timestamp, limit: i64) -> Result<Vec<TicketId>> {
    Ok(tx.all(sql::PURGE_DUE, &[until.0.into(), limit.into()], |row| row.int(0).map(TicketId))?)
}

/// Purges a ticket out of the trash; nothing if it is not there any more.
pub fn purge_from_trash(work: &mut Work<'_, '_>, id: TicketId) -> Result<()> {
    let text = sql::select_for_purge(work.tx.engine());
    match work.tx.first(&text, &[id.0.into()], Ticket::read)? {
        Some(ticket) => purge(work, &ticket),
        None => Ok(()),
    }
}
