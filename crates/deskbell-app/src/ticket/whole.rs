//! A ticket that comes whole, with its messages and times, from an import or made up: written once with its final
//! values. It passes no rules of its own; who makes it has seen to them.

use deskbell_core::TicketId;

use super::create;
use super::row::Ticket;
use crate::error::Result;
use crate::message::{self, NewMessage};
use crate::search::Prepared;
use crate::work::Work;

/// A message or note of such a ticket, with its words ready for the index.
pub(crate) struct Entry<'a> {
    /// What is written.
    pub(crate) message: NewMessage<'a>,
    /// The words of its content.
    pub(crate) words: &'a Prepared,
}

/// Writes a ticket with its entries and one event.
pub(crate) fn insert(work: &mut Work<'_, '_>, mut ticket: Ticket, entries: &[Entry<'_>]) -> Result<TicketId> {
    let mut segment = ticket.next_segment;
    ticket.messages = entries.len() as i64;
    ticket.next_segment += entries.iter().map(|e| e.words.places()).sum::<i64>();
    let (id, _) = create::insert(work, ticket)?;
    for entry in entries {
        let (_, places) = message::insert_prepared(work.tx, id, segment, &entry.message, entry.words)?;
        segment += places;
    }
    Ok(id)
}
