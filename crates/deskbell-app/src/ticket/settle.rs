//! The end of every change of a ticket: what differs is found, checked as a whole and written, with its events,
//! counters, tags and search entries. One version step, however many edits.

use deskbell_core::{Actor, Code, Direction, Fault, MessageId, TicketId, Version};
use deskbell_db::{Tx, Value};

use super::differs::{Joins, differences};
use super::edit::{Draft, Edit, Faults, Told, tag_key};
use super::merge::{Carry, Other};
use super::row::{Ticket, tags_to_text};
use super::sql;
use super::undo::Back;
use crate::error::Result;
use crate::form::asked::Asked;
use crate::form::{said, value};
use crate::journal::{Event, Times};
use crate::message::{self, Further, Kind, NewMessage, Spoken};
use crate::work::Work;
use crate::{notification, search};

/// What a change came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The ticket has this new version.
    Changed(Version),
    /// It was so already.
    Unchanged(Version),
}

impl Outcome {
    /// The ticket's version now.
    pub fn version(self) -> Version {
        match self {
            Self::Changed(version) | Self::Unchanged(version) => version,
        }
    }
}

/// A change that has passed every rule and is not written yet.
pub struct Settled {
    before: Ticket,
    /// The ticket as it will be.
    pub(super) now: Ticket,
    fields: Vec<(&'static str, String, String)>,
    notes: Vec<String>,
    values: Vec<value::Change>,
    messages: Vec<Spoken>,
    events: Vec<Told>,
    pub(super) tags_given: Vec<String>,
    pub(super) merged_by: Option<String>,
    pub(super) delete: Option<bool>,
    back: Back,
}

/// Applies the edits to a ticket loaded through the gate, and checks the whole: every rule holds here, whichever call asks,
/// so that a status is changed by no other way. Writes nothing.
///
/// Errors: those of `Draft::apply_all`.
pub fn settle(tx: &mut Tx<'_>, actor: &Actor, ticket: Ticket, edits: &[Edit]) -> Result<Settled> {
    settle_draft(tx, actor, Draft::of(ticket)?, edits, &mut Asked::default())
}

/// The same for one of several tickets, of which `asked` knows. `locks` is false in a transaction that only reads, where
/// nothing can be locked and nothing need be.
pub(crate) fn settle_one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: Ticket,
    edits: &[Edit],
    asked: &mut Asked,
    locks: bool,
) -> Result<Settled> {
    let mut draft = Draft::of(ticket)?;
    draft.locks = locks;
    settle_draft(tx, actor, draft, edits, asked)
}

pub(super) fn settle_draft(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut draft: Draft,
    edits: &[Edit],
    asked: &mut Asked,
) -> Result<Settled> {
    draft.apply_all(tx, actor, edits, asked, Faults::default())?;
    let Draft { before, now, notes, values, messages, events, tags_given, merged_by, delete, back, .. } =
        draft;
    let fields = differences(&before, &now);
    Ok(Settled { before, now, fields, notes, values, messages, events, tags_given, merged_by, delete, back })
}

/// The fault for a version that is not the present one.
pub fn stale(id: TicketId, present: Version) -> Fault {
    let message =
        format!("Ticket {id} has version {present} by now, which is not the one that the call names.");
    Fault { current_version: Some(present.0), ..Fault::new(Code::PreconditionFailed, message) }
}

impl Settled {
    /// What it will come to.
    pub fn outcome(&self) -> Outcome {
        let same = self.fields.is_empty() && self.values.is_empty();
        let same = same && self.delete.is_none() && self.events.is_empty();
        let silent = self.notes.is_empty() && self.messages.is_empty();
        if same && silent && self.back.is_nothing() {
            Outcome::Unchanged(self.before.version)
        } else {
            Outcome::Changed(self.before.version.next())
        }
    }

    /// Writes it.
    pub fn write(self, work: &mut Work<'_, '_>) -> Result<Outcome> {
        Ok(self.write_all(work, None)?.0)
    }

    /// What becomes of a ticket that is merged, or taken out of a merge; `None` if it is neither.
    pub(crate) fn joins(&self) -> Option<Joins> {
        Joins::of(&self.before, &self.now)
    }

    /// Writes one of two tickets that are merged or taken apart: what it has said moves between it and the other one.
    pub(super) fn write_joining(
        self,
        work: &mut Work<'_, '_>,
        carry: &Carry,
        other: &mut Other,
    ) -> Result<Outcome> {
        Ok(self.write_all(work, Some((carry, other)))?.0)
    }

    /// The same; answers the ids of its messages too.
    pub(super) fn write_all(
        mut self,
        work: &mut Work<'_, '_>,
        joins: Option<(&Carry, &mut Other)>,
    ) -> Result<(Outcome, Vec<MessageId>)> {
        let outcome = self.outcome();
        if let Outcome::Unchanged(_) = outcome {
            return Ok((outcome, Vec::new()));
        }
        if self.delete == Some(true) {
            return Ok((self.purge(work)?, Vec::new()));
        }
        let mut joins = joins;
        if let Some((carry, other)) = joins.as_mut().filter(|(carry, _)| carry.is_apart()) {
            carry.write(work, &mut self.now, other)?;
        }
        self.write_notes(work)?;
        let heard = self.messages.iter().position(Spoken::is_heard);
        let said = self.write_messages(work)?;
        self.write_back(work)?;
        if let Some((carry, other)) = joins.filter(|(carry, _)| !carry.is_apart()) {
            carry.write(work, &mut self.now, other)?;
        }
        for (item_type, before, after) in std::mem::take(&mut self.fields) {
            self.now.events += 1;
            self.record(work, item_type, Some(before), Some(after));
        }
        self.write_values(work)?;
        for (item_type, before, after) in std::mem::take(&mut self.events) {
            self.now.events += 1;
            self.record(work, item_type, before, after);
        }
        if self.delete.is_some() {
            self.now.events += 1;
            self.record(work, "deleted", None, None);
        }
        if self.back.restore {
            self.now.events += 1;
            self.record(work, "restored", None, None);
        }
        self.write_row(work)?;
        notification::of_change(work, &self.before, &self.now, heard.and_then(|at| said.get(at).copied()));
        self.write_tags(work)?;
        search::replace_head(work.tx, &self.before, &self.now)?;
        if !self.back.restore {
            work.count(&self.before, -1);
        }
        if self.delete.is_none() {
            work.count(&self.now, 1);
        }
        Ok((outcome, said))
    }

    /// Deletes at once: what else was asked for goes with the ticket, and leaves no payload behind.
    fn purge(self, work: &mut Work<'_, '_>) -> Result<Outcome> {
        super::delete::purge(work, &self.before)?;
        work.record(event(&self.before, self.before.times(), "deleted", None, None));
        work.count(&self.before, -1);
        Ok(self.outcome())
    }

    fn write_notes(&mut self, work: &mut Work<'_, '_>) -> Result<()> {
        for text in std::mem::take(&mut self.notes) {
            let note = NewMessage {
                kind: Kind::Note,
                channel_id: 0,
                direction: Direction::Outbound,
                from_address: "",
                from_name: &work.actor.name,
                to_address: "",
                to_name: "",
                author: work.actor.id,
                author_name: &work.actor.name,
                content: &text,
                external_id: "",
                created_at: work.now,
                further: Further::default(),
            };
            let (id, segments) = message::insert(work.tx, self.now.id, self.now.next_segment, &note)?;
            self.now.next_segment += segments;
            self.now.messages += 1;
            self.now.last_update_agent = Some(work.now);
            self.record(work, "note", None, Some(id.to_string()));
        }
        Ok(())
    }

    fn write_values(&mut self, work: &mut Work<'_, '_>) -> Result<()> {
        for change in std::mem::take(&mut self.values) {
            value::put(work.tx, self.now.id, &change)?;
            let [before, after] = said::of(&change);
            self.now.events += 1;
            self.record(work, said::ITEM_TYPE, Some(before), Some(after));
        }
        Ok(())
    }

    fn write_messages(&mut self, work: &mut Work<'_, '_>) -> Result<Vec<MessageId>> {
        let mut said = Vec::new();
        for spoken in std::mem::take(&mut self.messages) {
            self.now.files += spoken.files.len() as i64;
            let (id, segments) = spoken.insert(work, self.now.id, self.now.next_segment)?;
            self.now.next_segment += segments;
            self.now.messages += 1;
            match spoken.direction {
                Direction::Inbound => self.now.last_update_customer = Some(work.now),
                // What waits for its time is not said yet.
                Direction::Outbound if spoken.send_at.is_some() => {}
                Direction::Outbound => self.now.last_update_agent = Some(work.now),
            }
            self.record(work, spoken.kind.as_str(), None, Some(id.to_string()));
            said.push(id);
        }
        Ok(said)
    }

    /// Notes an event of this change.
    fn record(
        &self,
        work: &mut Work<'_, '_>,
        item_type: &'static str,
        before: Option<String>,
        after: Option<String>,
    ) {
        let (was, now) = ((self.before.brand, self.before.group), (self.now.brand, self.now.group));
        let from = (was != now).then_some(was);
        work.record(Event { from, ..event(&self.now, self.before.times(), item_type, before, after) });
    }

    /// Takes notes out of the timeline, and puts back those that were taken out.
    fn write_back(&mut self, work: &mut Work<'_, '_>) -> Result<()> {
        if let Some(batch) = self.back.batch.take() {
            notification::take_back(work.tx, self.now.id, &batch)?;
        }
        for id in std::mem::take(&mut self.back.notes_gone) {
            if let Some((kind, stored, files)) = message::take_out(work.tx, self.now.id, id)? {
                self.now.messages -= 1;
                self.now.files -= files;
                self.record(work, kind.as_str(), Some(stored), None);
            }
        }
        for stored in std::mem::take(&mut self.back.notes_back) {
            if let Some((kind, id, files)) = message::put_back(work.tx, self.now.id, &stored)? {
                self.now.messages += 1;
                self.now.files += files;
                self.record(work, kind.as_str(), None, Some(id.to_string()));
            }
        }
        if let Some(times) = self.back.times {
            self.now.last_update_agent = times.last_update_agent;
            self.now.last_update_customer = times.last_update_customer;
        }
        Ok(())
    }

    /// Writes the columns that differ: naming an index's column would rewrite the index, changed or not.
    fn write_row(&self, work: &mut Work<'_, '_>) -> Result<()> {
        let (b, n) = (&self.before, &self.now);
        let closed_at = match self.back.times {
            Some(times) => times.closed_at,
            None => b.closed_at_after(n.status, work.now),
        };
        let mut set = sql::Set::default();
        set.put("version", n.version.next().0);
        set.put("last_update", work.now.0);
        set.put("events", n.events);
        let closed_at = closed_at.map(|t| t.0);
        let columns: [(&'static str, bool, Value<'static>); 16] = [
            ("brand_id", b.brand != n.brand, n.brand.0.into()),
            ("channel_id", b.channel != n.channel, n.channel.0.into()),
            ("customer_id", b.customer != n.customer, n.customer.0.into()),
            ("group_id", b.group != n.group, n.group.0.into()),
            ("user_id", b.user != n.user, n.user.0.into()),
            ("form_id", b.form != n.form, n.form.map(|f| f.0).into()),
            ("priority", b.priority != n.priority, n.priority.rank().into()),
            ("status", b.status != n.status, n.status.rank().into()),
            ("closed_at", b.closed_at.map(|t| t.0) != closed_at, closed_at.into()),
            ("archived", b.archived != n.archived, n.archived.into()),
            ("snooze_time", b.snooze_time != n.snooze_time, n.snooze_time.map(|t| t.0).into()),
            (
                "snooze_time_sent",
                b.snooze_time_sent != n.snooze_time_sent,
                n.snooze_time_sent.map(|t| t.0).into(),
            ),
            ("contact", b.contact != n.contact, n.contact.clone().into()),
            ("merged_into", b.merged_into != n.merged_into, n.merged_into.0.into()),
            ("title", b.title != n.title, n.title.clone().into()),
            ("tags", b.tags != n.tags, tags_to_text(&n.tags).into()),
        ];
        for (column, changed, value) in columns {
            if changed {
                set.put(column, value);
            }
        }
        if b.messages != n.messages {
            set.put("messages", n.messages);
        }
        if b.next_segment != n.next_segment {
            set.put("next_segment", n.next_segment);
        }
        if b.files != n.files {
            set.put("files", n.files);
        }
        if b.last_update_agent != n.last_update_agent {
            set.put("last_update_agent", n.last_update_agent.map(|t| t.0));
        }
        if b.last_update_customer != n.last_update_customer {
            set.put("last_update_customer", n.last_update_customer.map(|t| t.0));
        }
        if self.delete.is_some() {
            set.put("deleted_at", work.now.0);
        }
        if self.back.restore {
            set.put("deleted_at", None::<i64>);
        }
        let (text, params) = set.update_ticket(n.id);
        work.tx.exec(&text, &params)?;
        Ok(())
    }

    fn write_tags(&self, work: &mut Work<'_, '_>) -> Result<()> {
        let (before, now) = (keys(&self.before), keys(&self.now));
        for gone in before.iter().filter(|t| !now.contains(t)) {
            work.tx.exec(sql::UNTAG, &[gone.as_str().into(), self.now.id.0.into()])?;
        }
        file_tags(work.tx, self.now.id, now.iter().filter(|t| !before.contains(t)))
    }
}

fn keys(ticket: &Ticket) -> Vec<String> {
    ticket.tags.iter().map(|t| tag_key(t)).collect()
}

/// Files a ticket under tags, given as they are compared.
pub(super) fn file_tags<'t>(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    tags: impl Iterator<Item = &'t String>,
) -> Result<()> {
    for tag in tags {
        tx.exec(sql::TAG, &[tag.as_str().into(), ticket.0.into()])?;
    }
    Ok(())
}

/// An event of a ticket as it is now, with its times before.
pub(super) fn event(
    ticket: &Ticket,
    times: Times,
    item_type: &'static str,
    before: Option<String>,
    after: Option<String>,
) -> Event {
    let (brand, group) = (ticket.brand, ticket.group);
    Event { ticket: ticket.id, brand, group, from: None, item_type, before, after, times }
}
