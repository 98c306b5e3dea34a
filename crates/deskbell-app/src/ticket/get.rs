//! Reading one ticket with its timeline, as it is or as it was.

use deskbell_core::{Actor, Permission, TicketId, Timestamp};
use deskbell_db::Tx;

use super::as_of::{self, Shown};
use super::load;
use super::row::Ticket;
use crate::error::Result;
use crate::journal::{self, Recorded, links};
use crate::message::{self, Gone, Message};

/// How many entries a timeline shows where the caller does not say.
pub const DEFAULT_TIMELINE: i64 = 500;

/// How many bytes the texts of a ticket and its timeline may take, so that an item stays below 8 MiB; beyond that the
/// newest entries are kept.
const TEXT_BYTES: usize = 8 * 1024 * 1024 - 64 * 1024;

/// What is asked for of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Whether the events are in the timeline.
    pub history: bool,
    /// How many entries the timeline holds at the most: the newest ones.
    pub limit: i64,
    /// As it was at the end of that second; `None` as it is.
    pub as_of: Option<Timestamp>,
}

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
    Message(Box<Message>),
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

/// The ticket with the newest entries of its timeline.
///
/// Errors: `forbidden` without TICKET_READ; `not_found`, also if it was not there then; `conflict` if what it was then has been
/// erased.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, wish: Wish) -> Result<Item> {
    actor.require(Permission::TicketRead)?;
    let ticket = load::one(tx, actor, id)?;
    let (mut ticket, shown) = match wish.as_of {
        None => (ticket, Shown::all()),
        Some(at) => as_of::take_back(tx, actor, ticket, at)?,
    };
    load::hide_targets(tx, &actor.scope, std::iter::once(&mut ticket))?;
    let timeline_total = ticket.messages + if wish.history { ticket.events } else { 0 };
    let timeline = if wish.limit > 0 { timeline(tx, actor, &ticket, &shown, wish)? } else { Vec::new() };
    Ok(Item { ticket, timeline, timeline_total })
}

fn entry(message: Message) -> Entry {
    Entry::Message(Box::new(message))
}

/// The newest entries, oldest first.
fn timeline(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: &Ticket,
    shown: &Shown,
    wish: Wish,
) -> Result<Vec<Entry>> {
    let (id, limit, bytes) = (ticket.id, wish.limit, TEXT_BYTES.saturating_sub(ticket.size()));
    let mut timeline: Vec<Entry> = Vec::new();
    if ticket.messages > 0 {
        let messages = message::newest(tx, id, limit, bytes, &shown.later)?;
        timeline.extend(messages.into_iter().map(entry));
    }
    if !shown.gone.is_empty() {
        let gone: Vec<&Gone> = shown.gone.values().collect();
        timeline.extend(message::newest_gone(tx, gone, limit, bytes)?.into_iter().map(entry));
    }
    if !shown.away.is_empty() {
        let away = message::newest_of(tx, &shown.away, limit, bytes)?;
        timeline.extend(away.into_iter().map(entry));
    }
    if wish.history {
        let mut events = journal::newest(tx, id, shown.last_event, limit, bytes)?;
        let values = events
            .iter_mut()
            .map(|Recorded { item_type, before, after, .. }| (item_type.as_str(), [before, after]));
        links::hide(tx, &actor.scope, values)?;
        timeline.extend(events.into_iter().map(Entry::Event));
    }
    if wish.history || !shown.gone.is_empty() || !shown.away.is_empty() {
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
    Ok(timeline)
}
