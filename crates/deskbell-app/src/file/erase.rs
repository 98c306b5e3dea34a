//! Files that go for good, with what was kept of them elsewhere.

use deskbell_core::{TicketId, Timestamp};

use super::content::forget;
use super::sql;
use crate::error::Result;
use crate::idempotency;
use crate::work::Work;

/// Removes the files of a ticket, or those of one of its messages, and gives up contents that no other file has.
pub(crate) fn erase(work: &mut Work<'_, '_>, ticket: TicketId, message: Option<i64>) -> Result<()> {
    let (text, params) = match message {
        None => (sql::ERASE, vec![ticket.0.into()]),
        Some(message) => (sql::ERASE_OF, vec![ticket.0.into(), message.into()]),
    };
    let gone = work.tx.all(text, &params, |row| {
        let caller_and_time = (row.str(3)?.to_owned(), Timestamp(row.int(4)?));
        Ok((row.int(0)?, row.blob(1)?.to_vec(), row.str(2)?.to_owned(), caller_and_time))
    })?;
    let mut contents = Vec::with_capacity(gone.len());
    for (id, hash, name, (caller, at)) in gone {
        idempotency::forget_name(work.tx, &caller, at, (id, &name))?;
        contents.push(hash);
    }
    contents.sort_unstable();
    contents.dedup();
    forget(work.tx, &contents, work.now)
}
