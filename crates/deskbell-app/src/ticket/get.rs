//! Reading one ticket with its timeline.

use deskbell_core::{Actor, Permission, TicketId};
use deskbell_db::Tx;

use super::load;
use super::row::Ticket;
use crate::error::Result;
use crate::journal::{self, Recorded};
use crate::message::{self, Message};

/// How many entries a timeline shows where the caller does not say.
pub const DEFAULT_TIMELINE: i64 = 500;

/// How many bytes the texts of a ticket and its timeline may take, so that an item stays below 8 MiB; beyond that the
/// newest entries are kept.
const TEXT_BYTES: usize = 8 * 1024 * 1024 - 64 * 1024;

/// A ticket with the newest entries of its timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// The ticket.
    pub ticket: Ticket,
    /// The entries, oldest first.
    pub timeline: Vec<Entry>,
    /// How many entries there are in this mode.
    pub timeline_total: i64,
}

/// An entry of a timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A message or note.
    Message(Message),
    /// A change.
    Event(Recorded),
}

impl Entry {
    /// Timelines are in order of time; within a second changes come first, then messages, each by id.
    fn place(&self) -> (i64, u8, i64) {
        match self {
            Self::Event(event) => (event.created_at.0, 0, event.id),
            Self::Message(message) => (message.created_at.0, 1, message.id.0),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Event(event) => event.size(),
            Self::Message(message) => message.size(),
        }
    }
}

/// The ticket with the newest `limit` entries of its timeline; with `history` the events are among them.
///
/// Errors: `forbidden` without TICKET_READ; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, history: bool, limit: i64) -> Result<Item> {
    actor.require(Permission::TicketRead)?;
    let ticket = load::one(tx, actor, id)?;
    let timeline_total = ticket.messages + if history { ticket.events } else { 0 };
    let bytes = TEXT_BYTES.saturating_sub(ticket.size());
    let mut timeline = Vec::new();
    if limit > 0 && ticket.messages > 0 {
        timeline.extend(message::newest(tx, id, limit, bytes)?.into_iter().map(Entry::Message));
    }
    if limit > 0 && history {
        timeline.extend(journal::newest(tx, id, limit, bytes)?.into_iter().map(Entry::Event));
        timeline.sort_by_key(|entry| std::cmp::Reverse(entry.place()));
        timeline.truncate(limit as usize);
        let mut size = 0;
        let fits = timeline.iter().take_while(|entry| {
            size += entry.size();
            size <= bytes
        });
        let fits = fits.count().max(1);
        timeline.truncate(fits);
    }
    timeline.reverse();
    Ok(Item { ticket, timeline, timeline_total })
}
