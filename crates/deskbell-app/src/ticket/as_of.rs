//! A ticket as it was at a time: the present one, with the events that are newer taken back one by one, newest first. Where
//! clocks of nodes differ, what happened first still comes first: it ends at the newest event that is not newer.
//!
//! Events alone are taken back: what a ticket refers to (brand, channel) is shown under its present name. What left a ticket
//! while it lay in the trash, since it was deleted itself, has no event and does not come back.

use std::collections::{HashMap, HashSet};

use deskbell_core::{Actor, Code, CustomerId, Fault, TicketId, Timestamp, Version};
use deskbell_db::Tx;

use super::edit::Change;
use super::merged;
use super::row::Ticket;
use super::sql;
use super::undo::{Event, Note};
use crate::error::{Error, Result};
use crate::message::{self, Gone};

/// How many events are read at a time.
const EVENTS: i64 = 100;

/// What a timeline shows of what there is.
#[derive(Debug)]
pub(super) struct Shown {
    /// The last event.
    pub(super) last_event: i64,
    /// Notes that came later.
    pub(super) later: HashSet<i64>,
    /// Notes that have been taken out since, by their ids.
    pub(super) gone: HashMap<i64, Gone>,
    /// What stands in another ticket by now.
    pub(super) away: HashSet<i64>,
}

impl Shown {
    /// All of it.
    pub(super) fn all() -> Self {
        Self { last_event: i64::MAX, later: HashSet::new(), gone: HashMap::new(), away: HashSet::new() }
    }

    /// What came was not there before.
    fn came(&mut self, id: i64) {
        if self.gone.remove(&id).is_none() && !self.away.remove(&id) {
            self.later.insert(id);
        }
    }

    /// What went to another ticket was there before.
    fn went(&mut self, id: i64) {
        if !self.later.remove(&id) {
            self.away.insert(id);
        }
    }

    fn take_back(&mut self, event: i64, note: &Note<'_>) {
        match *note {
            Note::Came(id) => self.came(id),
            Note::Left(stored) => {
                if let Some((id, gone)) = message::gone(stored, event)
                    && !self.later.remove(&id)
                {
                    self.gone.insert(id, gone);
                }
            }
        }
    }
}

/// The ticket as it was at the end of that second, and what its timeline showed. The caller has loaded it through the gate.
///
/// Errors: `not_found` if it was not there for the actor then: not made yet, in the trash, or outside of the limits;
/// `conflict` if what it was has been erased.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: Ticket,
    at: Timestamp,
) -> Result<(Ticket, Shown)> {
    let (id, text) = (ticket.id, sql::events_before(EVENTS));
    let mut then = Then { ticket, shown: Shown::all(), batch: String::new(), in_trash: false };
    let (brand, channel) = (then.ticket.brand, then.ticket.channel);
    let mut next = i64::MAX;
    then.shown.last_event = 'found: loop {
        let events = tx.all(&text, &[id.0.into(), next.into()], Event::read)?;
        let Some(oldest) = events.last() else { return Err(not_there(id, at)) };
        next = oldest.id;
        for event in events {
            if event.created_at <= at {
                break 'found event.id;
            }
            then.take_back(tx, event)?;
        }
    };
    let Then { mut ticket, mut shown, in_trash, .. } = then;
    if in_trash || !actor.scope.admits(ticket.brand, ticket.group) {
        return Err(not_there(id, at));
    }
    find_gone(tx, id, &mut shown)?;
    if ticket.brand != brand {
        let name =
            tx.first(sql::BRAND_NAME, &[ticket.brand.0.into()], |row| row.str(0).map(str::to_owned))?;
        ticket.brand_name = name.unwrap_or_default();
    }
    if ticket.channel != channel {
        name_channel(tx, &mut ticket)?;
    }
    Ok((ticket, shown))
}

fn name_channel(tx: &mut Tx<'_>, ticket: &mut Ticket) -> Result<()> {
    let names = tx.first(sql::CHANNEL_NAME, &[ticket.channel.0.into()], |row| {
        Ok((row.str(0)?.to_owned(), row.str(1)?.to_owned()))
    })?;
    (ticket.channel_name, ticket.channel_icon) = names.unwrap_or_default();
    Ok(())
}

/// A ticket on its way back.
struct Then {
    ticket: Ticket,
    shown: Shown,
    /// The write whose events were taken back last: all its events are one step of the version.
    batch: String,
    in_trash: bool,
}

impl Then {
    fn take_back(&mut self, tx: &mut Tx<'_>, event: Event) -> Result<()> {
        if event.is_erased() {
            return Err(erased(self.ticket.id));
        }
        let ticket = &mut self.ticket;
        ticket.last_update = event.times.last_update;
        ticket.closed_at = event.times.closed_at;
        ticket.last_update_agent = event.times.last_update_agent;
        ticket.last_update_customer = event.times.last_update_customer;
        match event.note() {
            Some(note) => {
                ticket.messages -= if matches!(note, Note::Came(_)) { 1 } else { -1 };
                self.shown.take_back(event.id, &note);
            }
            None => ticket.events -= 1,
        }
        match event.item_type.as_str() {
            "deleted" => self.in_trash = false,
            "restored" => self.in_trash = true,
            _ => event.inverse().into_iter().for_each(|change| put(ticket, change)),
        }
        if self.batch != event.batch {
            ticket.version = Version(ticket.version.0 - 1);
            self.batch.clone_from(&event.batch);
        }
        match (event.source(), event.inverse()) {
            (Some((source, out)), _) => self.take_back_merge(tx, &event, source, out),
            (None, Some(Change::Merge(target))) => {
                self.take_back_merge(tx, &event, self.ticket.id, target.is_none())
            }
            _ => Ok(()),
        }
    }

    /// What moved by a merge of `source`, or when that was taken apart, is where it was; `goes`: it left this ticket by that.
    fn take_back_merge(
        &mut self,
        tx: &mut Tx<'_>,
        event: &Event,
        source: TicketId,
        goes: bool,
    ) -> Result<()> {
        let id = self.ticket.id;
        let moved = merged::moved(tx, source, &event.batch)?.ok_or_else(|| erased(id))?;
        let messages = moved.messages.len() as i64;
        if goes {
            self.ticket.messages += messages;
            moved.messages.into_iter().for_each(|message| self.shown.went(message));
        } else {
            self.ticket.messages -= messages;
            moved.messages.into_iter().for_each(|message| self.shown.came(message));
        }
        if source != id {
            // A batch may merge others into a ticket in several steps.
            self.ticket.version = Version(moved.version.0 - 1);
        }
        Ok(())
    }
}

/// Gives a field the value of a change that takes one back. No rules: it had that value.
fn put(ticket: &mut Ticket, change: Change) {
    match change {
        Change::Brand(brand) => ticket.brand = brand,
        Change::Channel(channel) => ticket.channel = channel,
        Change::Customer(customer) => ticket.customer = customer,
        Change::UnlinkCustomer => ticket.customer = CustomerId::NONE,
        Change::Group(group) => ticket.group = group,
        Change::User(user) => ticket.user = user,
        Change::Form(form) => ticket.form = form,
        Change::Priority(priority) => ticket.priority = priority,
        Change::Status(status) => ticket.status = status,
        Change::Title(title) => ticket.title = title,
        Change::SetTags(tags) => ticket.tags = tags,
        Change::Snooze(time) => ticket.snooze_time = time,
        Change::Woken(time) => ticket.snooze_time_sent = time,
        Change::Merge(target) => ticket.merged_into = target,
        Change::Archive => ticket.archived = true,
        Change::Unarchive => ticket.archived = false,
        // No event is taken back by one of these.
        Change::SolveUnfinished
        | Change::AddTags(_)
        | Change::RemoveTags(_)
        | Change::RenameTag { .. }
        | Change::LinkCustomer(_)
        | Change::Wake(_)
        | Change::Fill(_)
        | Change::Note(_)
        | Change::Delete { .. } => {}
    }
}

/// Of what stood in another ticket since, some may have been taken out there.
fn find_gone(tx: &mut Tx<'_>, id: TicketId, shown: &mut Shown) -> Result<()> {
    let ids: Vec<i64> = shown.away.iter().copied().collect();
    let there = message::times(tx, &ids)?;
    let mut missing: HashSet<i64> = ids.into_iter().filter(|id| !there.contains_key(id)).collect();
    shown.away.retain(|id| there.contains_key(id));
    while let Some(message) = missing.iter().next().copied() {
        for ticket in merged::stood_in(tx, message)? {
            for (event, stored) in
                tx.all(sql::LEFT, &[ticket.into()], |row| Ok((row.int(0)?, row.str(1)?.to_owned())))?
            {
                if let Some((left, gone)) = message::gone(&stored, event)
                    && missing.remove(&left)
                {
                    shown.gone.insert(left, gone);
                }
            }
        }
        if missing.contains(&message) {
            return Err(erased(id));
        }
    }
    Ok(())
}

/// What is said of a ticket that has lost what it was.
fn erased(id: TicketId) -> Error {
    let message = format!("What ticket {id} was then has been erased since.");
    Fault::new(Code::Conflict, message).into()
}

/// What is said of a ticket that was not there, or hidden: the two cannot be told apart.
fn not_there(id: TicketId, at: Timestamp) -> Error {
    Fault::new(Code::NotFound, format!("Ticket {id} did not exist at {at}.")).into()
}
