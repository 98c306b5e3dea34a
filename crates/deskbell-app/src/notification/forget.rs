//! Notifications end by themselves: some at a time, so that nobody waits long.

use deskbell_core::{TicketId, Timestamp};
use deskbell_db::Tx;

use super::sql;
use crate::error::Result;

/// Whether the oldest was made before a time.
pub(crate) fn due(tx: &mut Tx<'_>, before: Timestamp) -> Result<bool> {
    Ok(tx.first(sql::OLDEST, &[], |row| row.int(0))?.is_some_and(|oldest| oldest < before.0))
}

/// Forgets some that were made before a time.
pub(crate) fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.exec(sql::FORGET, &[before.0.into()])?;
    Ok(())
}

/// Removes those of a ticket.
pub(crate) fn erase(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    tx.exec(sql::ERASE, &[ticket.0.into()])?;
    Ok(())
}
