//! Files that go for good, with what was kept of them elsewhere.

use deskbell_core::{TicketId, Timestamp};

use super::content::forget;
use super::sql;
use crate::error::Result;
use crate::idempotency;
use crate::work::Work;

/// Which files of a ticket.
#[derive(Clone, Copy)]
pub(crate) enum Which {
    /// All.
    All,
    /// Those of this message.
    Of(i64),
    /// This one, whose message has left its timeline.
    Detached(i64),
}

/// Removes files of a ticket, and gives up contents that no other file has.
pub(crate) fn erase(work: &mut Work<'_, '_>, ticket: TicketId, which: Which) -> Result<()> {
    let (text, params) = match which {
        Which::All => (sql::ERASE, vec![ticket.0.into()]),
        Which::Of(message) => (sql::ERASE_OF, vec![ticket.0.into(), message.into()]),
        Which::Detached(file) => (sql::ERASE_DETACHED, vec![ticket.0.into(), file.into()]),
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
