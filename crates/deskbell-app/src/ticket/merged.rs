//! What is known of merges that were done: what moved by one, where a message has stood, and what a purge leaves of them.

use deskbell_core::{TicketId, Version};
use deskbell_db::{Row, Tx};

use super::sql;
use crate::error::Result;

/// What moved when a batch merged a ticket into another one, or took it apart.
pub(super) struct Moved {
    /// The messages and notes.
    pub(super) messages: Vec<i64>,
    /// The version of the other ticket by that.
    pub(super) version: Version,
}

/// `None` if that is not known any more, since one of the tickets was erased.
pub(super) fn moved(tx: &mut Tx<'_>, source: TicketId, batch: &str) -> Result<Option<Moved>> {
    let read = |row: &Row<'_>| Ok((row.int(0)?, row.opt_int(1)?));
    let found = tx.first(sql::MERGE_OF, &[source.0.into(), batch.into()], read)?;
    let Some((id, Some(version))) = found.filter(|(_, version)| *version != Some(0)) else { return Ok(None) };
    let messages = tx.all(sql::MESSAGES_MOVED, &[id.into()], |row| row.int(0))?;
    Ok(Some(Moved { messages, version: Version(version) }))
}

/// The tickets in which a message has stood by merges.
pub(super) fn stood_in(tx: &mut Tx<'_>, message: i64) -> Result<Vec<i64>> {
    Ok(tx.all(sql::STOOD_IN, &[message.into()], |row| row.int(0))?)
}

/// Whether a message stands in its ticket because of a merge.
pub(crate) fn has_moved(tx: &mut Tx<'_>, message: i64) -> Result<bool> {
    Ok(tx.first(sql::HAS_MOVED, &[message.into()], |_| Ok(()))?.is_some())
}

/// Forgets the merges that cannot be told of any more once a ticket is purged, since messages of it have moved by them. Those
/// that name the ticket go with its row.
pub(super) fn forget(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    tx.exec(sql::FORGET_MERGES, &[ticket.0.into()])?;
    Ok(())
}
