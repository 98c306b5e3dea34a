//! What becomes of a ticket whose customer is purged: it stays for the numbers (place, status, priority, times, version), and
//! nothing that was said in it, or that tells who the customer is, does. One in the trash goes for good.
//!
//! A ticket may have any number of messages and events, so it is erased in as many transactions as that takes; its version
//! steps with the last.

use deskbell_core::{Actor, CustomerId, TicketId, Version};
use deskbell_db::Tx;

use super::create::random_key;
use super::row::Ticket;
use super::settle::event;
use super::{delete, load, sql};
use crate::error::Result;
use crate::form::value;
use crate::work::Work;
use crate::{crm, file, import, journal, message, notification, search, webhook};

/// The event that a ticket was erased.
pub(crate) const PURGED: &str = "purged";

/// The value of such an event in a ticket of somebody else, in which a part was erased that a merge had carried there.
pub(crate) const PART: &str = "part";

/// How many events one transaction empties of a ticket.
const EVENTS: u64 = 400;

/// How much a transaction may still erase, in bytes of text; what has no text counts as some.
pub(crate) struct Room(i64);

impl Room {
    /// The room of a transaction: some tens of milliseconds.
    pub(crate) fn new() -> Self {
        Self(128 * 1024)
    }

    /// Takes what a text of this length needs. Whether there is room for more.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        self.0 -= i64::try_from(bytes).unwrap_or(i64::MAX).saturating_add(1_024).min(1 << 30);
        self.0 > 0
    }

    /// Whether there is any.
    pub(crate) fn is_left(&self) -> bool {
        self.0 > 0
    }
}

/// Erases a ticket that was loaded for it, as far as there is room. Answers whether it is done.
pub(crate) fn erase(
    work: &mut Work<'_, '_>,
    ticket: &Ticket,
    in_trash: bool,
    room: &mut Room,
) -> Result<bool> {
    if !erase_moved(work, ticket.id, room)? {
        return Ok(false);
    }
    let (removed, files) = message::erase(work, ticket.id, None, room)?;
    let done = room.is_left() && journal::purge_some(work.tx, ticket.id, EVENTS)? < EVENTS;
    // What was loaded of other tickets before is not what they are after the last of these.
    if !done || !erase_held(work, ticket.id)? {
        work.tx.exec(sql::FEWER_MESSAGES, &[ticket.id.0.into(), removed.into(), files.into()])?;
        return Ok(false);
    }
    let times = ticket.times();
    if in_trash {
        delete::purge(work, ticket)?;
    } else {
        empty(work, ticket)?;
    }
    work.record(event(ticket, times, PURGED, None, None));
    room.take(0);
    Ok(true)
}

/// Erases what was said in a ticket and stands in others by merges, as far as there is room. Answers whether nothing is left there.
fn erase_moved(work: &mut Work<'_, '_>, source: TicketId, room: &mut Room) -> Result<bool> {
    let holders = work.tx.all(sql::HOLDERS, &[source.0.into()], |row| row.int(0))?;
    for (holder, _) in load::with_trash(work.tx, &Actor::system(), &holders, true)? {
        let (removed, files) = message::erase(work, holder.id, Some(source), room)?;
        if removed > 0 {
            holds_less(work, &holder, removed, files)?;
        }
        if !room.is_left() {
            return Ok(false);
        }
    }
    Ok(holders.is_empty())
}

/// Erases what was said in a ticket, carried into others, and taken out there: it is in their journals. Answers whether there was
/// none.
fn erase_held(work: &mut Work<'_, '_>, source: TicketId) -> Result<bool> {
    let carried_into = work.tx.all(sql::CARRIED_INTO, &[source.0.into()], |row| row.int(0))?;
    let mut holders = Vec::new();
    for holder in carried_into {
        let left = work.tx.all(sql::LEFT, &[holder.into()], |row| {
            let (event, stored) = (row.int(0)?, row.str(1)?);
            Ok((event, message::gone(stored, event).map(|(id, _)| id), message::files_of(stored)))
        })?;
        for (event, id, files) in left {
            let params = [id.unwrap_or_default().into(), source.0.into()];
            if work.tx.first(sql::CARRIED_FROM, &params, |_| Ok(()))?.is_none() {
                continue;
            }
            for file in files {
                file::erase(work, TicketId(holder), file::Which::Detached(file))?;
            }
            journal::purge_one(work.tx, event)?;
            holders.push(holder);
        }
    }
    holders.dedup();
    for (holder, _) in load::with_trash(work.tx, &Actor::system(), &holders, true)? {
        holds_less(work, &holder, 0, 0)?;
    }
    Ok(holders.is_empty())
}

/// Notes in a ticket that something was erased in it.
fn holds_less(work: &mut Work<'_, '_>, holder: &Ticket, messages: i64, files: i64) -> Result<()> {
    let params = [holder.id.0.into(), messages.into(), files.into(), work.now.0.into()];
    work.tx.exec(sql::HOLDS_LESS, &params)?;
    work.record(event(holder, holder.times(), PURGED, None, Some(PART.to_owned())));
    Ok(())
}

/// Empties what is left of the ticket: its own fields and what stands beside it.
fn empty(work: &mut Work<'_, '_>, before: &Ticket) -> Result<()> {
    let now = Ticket {
        version: before.version.next(),
        customer: CustomerId::NONE,
        last_update: work.now,
        events: before.events + 1,
        messages: 0,
        files: 0,
        title: String::new(),
        from_address: String::new(),
        from_name: String::new(),
        to_address: String::new(),
        to_name: String::new(),
        contact: String::new(),
        tags: Vec::new(),
        // The old one stands in what the customer was sent.
        external_key: random_key(work.context),
        source: String::new(),
        source_id: String::new(),
        ..before.clone()
    };
    let Version(version) = now.version;
    let params = [
        now.id.0.into(),
        version.into(),
        now.last_update.0.into(),
        now.events.into(),
        now.external_key.as_str().into(),
    ];
    search::replace_head(work.tx, before, &now)?;
    work.tx.exec(sql::EMPTY, &params)?;
    work.tx.exec(sql::UNTAG_ALL, &[now.id.0.into()])?;
    work.tx.exec(sql::BLANK_MERGES, &[now.id.0.into()])?;
    value::forget(work.tx, now.id)?;
    notification::erase(work.tx, now.id)?;
    crm::forget(work.tx, now.id)?;
    traces(work, before)?;
    work.count(before, -1);
    work.count(&now, 1);
    Ok(())
}

/// What no row of the ticket takes with it: its files, and traces of it in what is kept for other ends.
pub(super) fn traces(work: &mut Work<'_, '_>, ticket: &Ticket) -> Result<()> {
    file::erase(work, ticket.id, file::Which::All)?;
    import::forget(work.tx, &ticket.source, &ticket.source_id)?;
    journal::purge(work.tx, ticket.id)?;
    // After the journal, whose rows those who write down an answer lock.
    webhook::erase(work.tx, ticket.id.0)
}

/// How many tickets a batch has erased.
pub(crate) fn count(tx: &mut Tx<'_>, batch: &str) -> Result<i64> {
    Ok(tx.first(sql::ERASED_BY, &[batch.into()], |row| row.int(0))?.unwrap_or(0))
}
