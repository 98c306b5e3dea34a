//! Taking a write back by its batch: the inverse of each of its events, for tickets that nobody has changed since.
//!
//! What comes back is settled and written as any change is, under a batch of its own: so taking that back does the write
//! again. A form asks for nothing here: a ticket that nobody has changed since gets back the very state that it had, also where
//! the form asks for more by now. A ticket that was made goes to the trash, one that was deleted comes out of it, a note leaves the timeline.

use deskbell_core::{
    Actor, BrandId, ChannelId, Code, CustomerId, Fault, FormId, GroupId, Permission, Priority, Status,
    TicketId, Timestamp, UserId,
};
use std::collections::HashSet;

use deskbell_db::{Engine, Row, Tx};

use super::edit::{Change, Draft, Edit};
use super::effect::in_effect;
use super::erase::PURGED;
use super::load;
use super::merge::{GOES_INTO, TAKES_IN, TakenBack};
use super::row::{Ticket, tags_from_text};
use super::settle::{Settled, settle_draft, stale};
use super::sql;
use crate::bulk;
use crate::error::{Error, Result};
use crate::form::asked::Asked;
use crate::form::{said, value};
use crate::journal::Times;
use crate::message;
use crate::statement::Statement;

/// The field that asks for it.
pub(super) const FIELD: &str = "batchID";

/// What only taking back does to a ticket.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Back {
    /// It comes out of the trash.
    pub(super) restore: bool,
    /// Ids of notes that leave the timeline.
    pub(super) notes_gone: Vec<i64>,
    /// Notes that come back, as they were stored.
    pub(super) notes_back: Vec<String>,
    /// The times that the write replaced.
    pub(super) times: Option<Times>,
    /// The batch that is taken back, and with it what it told users.
    pub(super) batch: Option<String>,
}

impl Back {
    /// Whether nothing is to be done.
    pub(super) fn is_nothing(&self) -> bool {
        !self.restore && self.notes_gone.is_empty() && self.notes_back.is_empty()
    }
}

/// The tickets of a batch that are within the actor's limits, ascending; those that it merged in the reverse of their order. The ticket
/// into which they went is none of them: it goes along with each. Taking it back asks for the permissions of what was done.
///
/// Errors: `not_found` if there is no such batch, or none of its tickets is within the limits; `conflict` if it is older than
/// `minutes`, or still being done; `forbidden` without one of the permissions.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, batch: &str, now: Timestamp, minutes: i64) -> Result<Vec<i64>> {
    let mut statement = Statement::new(sql::UNDO_BATCH);
    statement.bind(batch.to_owned()).push(sql::UNDO_THERE);
    load::in_scope(&actor.scope, "t.", &mut statement);
    statement.push(sql::UNDO_GONE);
    load::in_scope(&actor.scope, "j.", &mut statement);
    statement.push(sql::UNDO_END);
    let mut rows = tx.all(&statement.text, &statement.params, Done::read)?;
    let with = |item_type: &str| -> HashSet<i64> {
        rows.iter().filter(|done| done.item_type == item_type).map(|done| done.ticket).collect()
    };
    let (merged, takes_in) = (with(GOES_INTO), with(TAKES_IN));
    rows.retain(|done| !takes_in.contains(&done.ticket));
    if rows.is_empty() {
        return Err(Fault::of(FIELD, Code::NotFound, format!("There is no batch {batch}.")).into());
    }
    for done in &rows {
        // That a merged ticket is closed, and gives its tags away, is part of the merge.
        let part = merged.contains(&done.ticket) && done.item_type == "status";
        actor.require(permission(if part { GOES_INTO } else { &done.item_type }))?;
    }
    if bulk::is_under_way(tx, batch)? {
        let message = format!("Batch {batch} is still being done. Wait for its job, or cancel it first.");
        return Err(Fault::of(FIELD, Code::Conflict, message).into());
    }
    let last = rows.iter().map(|done| done.at).max().unwrap_or_default();
    if last <= now.0 - minutes * 60 {
        let message = format!("Batch {batch} is too old: a write can be taken back for {minutes} minutes.");
        return Err(Fault::of(FIELD, Code::Conflict, message).into());
    }
    if !merged.is_empty() {
        rows.sort_by_key(|done| (merged.contains(&done.ticket), std::cmp::Reverse(done.event)));
    }
    let mut seen = HashSet::new();
    Ok(rows.into_iter().map(|done| done.ticket).filter(|id| seen.insert(*id)).collect())
}

/// What a batch did to a ticket.
struct Done {
    ticket: i64,
    item_type: String,
    at: i64,
    /// The last such event.
    event: i64,
}

impl Done {
    fn read(row: &Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        Ok(Self {
            ticket: row.int(0)?,
            item_type: row.str(1)?.to_owned(),
            at: row.int(2)?,
            event: row.opt_int(3)?.unwrap_or_default(),
        })
    }
}

fn permission(item_type: &str) -> Permission {
    match item_type {
        "created" => Permission::TicketCreate,
        "deleted" | "restored" => Permission::TicketDelete,
        "note" | "message" | "message_due" | "follow_up_of" | "followed_up_by" => Permission::MessageCreate,
        "status" => Permission::SetStatus,
        said::ITEM_TYPE => Permission::FormSave,
        _ => Permission::TicketUpdate,
    }
}

/// An event that is taken back.
pub(super) struct Event {
    pub(super) id: i64,
    pub(super) item_type: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// Whether what it changed has been erased since.
    pub(super) erased: bool,
    pub(super) batch: String,
    pub(super) created_at: Timestamp,
    /// The ticket's times before.
    pub(super) times: Times,
    /// The call that made it.
    pub(super) call: String,
}

impl Event {
    /// Reads one row of `sql::UNDO_COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: row.int(0)?,
            item_type: row.str(1)?.to_owned(),
            before: row.opt_str(2)?.map(str::to_owned),
            after: row.opt_str(3)?.map(str::to_owned),
            erased: row.int(4)? != 0,
            batch: row.str(5)?.to_owned(),
            created_at: Timestamp(row.int(6)?),
            times: Times {
                last_update: Timestamp(row.int(7)?),
                closed_at: row.opt_int(8)?.map(Timestamp),
                last_update_agent: row.opt_int(9)?.map(Timestamp),
                last_update_customer: row.opt_int(10)?.map(Timestamp),
            },
            call: row.str(11)?.to_owned(),
        })
    }

    /// Whether what it changed is gone, by itself or earlier.
    pub(super) fn is_erased(&self) -> bool {
        self.erased || self.item_type == PURGED
    }

    /// What it did to the notes and messages, if it is about one.
    pub(super) fn note(&self) -> Option<Note<'_>> {
        match (&self.before, self.after.as_deref().and_then(|id| id.parse().ok())) {
            _ if !matches!(self.item_type.as_str(), "note" | "message") => None,
            (None, Some(id)) => Some(Note::Came(id)),
            (Some(stored), _) => Some(Note::Left(stored)),
            (None, None) => None,
        }
    }

    fn id_after(&self) -> i64 {
        self.after.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    fn id_before(&self) -> i64 {
        self.before.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    /// The ticket that was merged into this one, or taken out of it again, if it is about one; and whether it was taken out.
    pub(super) fn source(&self) -> Option<(TicketId, bool)> {
        let out = self.after.is_none();
        let text = if out { self.before.as_deref() } else { self.after.as_deref() };
        let id = text.filter(|_| self.item_type == TAKES_IN)?.parse().ok()?;
        Some((TicketId(id), out))
    }

    /// The change that gives back what a field of the ticket's form had, if it is about one.
    pub(super) fn value(&self) -> Option<value::Change> {
        let about = self.item_type == said::ITEM_TYPE;
        said::taken_back(self.before.as_deref()?, self.after.as_deref()?).filter(|_| about)
    }

    /// The change that gives a field back what it was; `None` if it is about something else than a field.
    pub(super) fn inverse(&self) -> Option<Change> {
        let (before, id) = (self.before.as_deref().unwrap_or_default(), self.id_before());
        Some(match self.item_type.as_str() {
            "brand_id" => Change::Brand(BrandId(id)),
            "channel_id" => Change::Channel(ChannelId(id)),
            "customer_id" if id == 0 => Change::UnlinkCustomer,
            "customer_id" => Change::Customer(CustomerId(id)),
            "assigned_group_id" => Change::Group(GroupId(id)),
            "assigned_user_id" => Change::User(UserId(id)),
            "form_id" => Change::Form((id != 0).then_some(FormId(id))),
            "priority" => Change::Priority(Priority::parse(before)?),
            "status" => Change::Status(Status::parse(before)?),
            "title" => Change::Title(before.to_owned()),
            "tags" => Change::SetTags(tags_from_text(before)),
            "snooze_time" => Change::Snooze(Timestamp::parse_span(before).map(|span| span.first)),
            "snooze_time_sent" => Change::Woken(Timestamp::parse_span(before).map(|span| span.first)),
            "archived" if id == 0 => Change::Unarchive,
            "archived" => Change::Archive,
            GOES_INTO => Change::Merge(TicketId(id)),
            _ => return None,
        })
    }
}

/// What an event did to notes or messages.
pub(super) enum Note<'e> {
    /// This one came into the timeline.
    Came(i64),
    /// This one left it; as it was stored.
    Left(&'e str),
}

/// What taking the batch back comes to for one ticket; `in_trash` tells where it is now.
///
/// Errors: `precondition_failed` if it was changed since; `not_found` if it was deleted since; `conflict` if its events
/// were erased, it was merged since, or what it referred to is no longer there.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (ticket, in_trash): (Ticket, bool),
    batch: &str,
    asked: &mut Asked,
    locks: bool,
) -> Result<Settled> {
    let id = ticket.id;
    let events = tx.all(&sql::undo_events(), &[batch.into(), id.0.into()], Event::read)?;
    let Some(last) = events.last() else { return Err(load::missing(id)) };
    let latest = in_effect(tx, id, TakenBack { batch, by: None })?;
    if latest.is_none_or(|latest| latest.id != last.id) {
        return Err(if in_trash { load::missing(id) } else { stale(id, ticket.version).into() });
    }
    if events.iter().any(Event::is_erased) {
        return Err(erased(id));
    }
    // What was said in a ticket goes with it.
    let whole = events.iter().any(|event| matches!(event.item_type.as_str(), "created" | "restored"));
    let brand =
        events.iter().find(|event| event.item_type == "brand_id").map_or(ticket.brand.0, Event::id_before);
    let merged = events.iter().any(|event| event.item_type == GOES_INTO);
    let mut draft = if merged { Draft::blank(ticket) } else { Draft::of(ticket)? };
    draft.locks = locks;
    draft.form_asks = false;
    draft.values = events.iter().filter_map(Event::value).collect();
    value::require_there(tx, FIELD, &draft.values)?;
    draft.back.times = Some(last.times);
    // Of a ticket that goes to the trash whole nobody sees what was told, and it comes out with it.
    draft.back.batch = (!whole).then(|| batch.to_owned());
    let (mut edits, mut again) = (Vec::new(), None);
    for event in &events {
        match event.item_type.as_str() {
            "created" | "restored" => draft.delete = Some(false),
            "deleted" => draft.back.restore = true,
            // What was said with it stays said.
            "message_due" if !whole => return Err(sent(id, event.id_after())),
            _ => match (event.note(), event.inverse()) {
                (Some(Note::Came(_)), _) if whole => {}
                (Some(Note::Came(note)), _) => {
                    if event.item_type == "message" && !message::is_waiting(tx, id, note)? {
                        return Err(sent(id, note));
                    }
                    draft.back.notes_gone.push(note);
                }
                (Some(Note::Left(stored)), _) => draft.back.notes_back.push(stored.to_owned()),
                (None, Some(Change::Customer(customer))) => {
                    require_customer(tx, customer, BrandId(brand), locks)?;
                    edits.push(Change::Customer(customer));
                }
                (None, Some(Change::Form(Some(form)))) => {
                    require_form(tx, asked, form, locks)?;
                    edits.push(Change::Form(Some(form)));
                }
                // The other ticket becomes what it was as well: `merge::Others`.
                (None, Some(Change::Merge(TicketId::NONE))) => draft.now.merged_into = TicketId::NONE,
                (None, Some(merge @ Change::Merge(_))) => again = Some(merge),
                // In their order too, which the edit leaves as it is where the tags are the same.
                (None, Some(Change::SetTags(tags))) => draft.now.tags = tags,
                (None, change) => edits.extend(change),
            },
        }
    }
    // After that nothing else would be taken.
    edits.extend(again);
    let delete = draft.delete.take();
    let edits: Vec<Edit> = edits.into_iter().map(|change| Edit::new(FIELD, change)).collect();
    let mut settled = settle_draft(tx, actor, draft, &edits, asked)?;
    settled.delete = delete;
    Ok(settled)
}

/// What is said of a ticket in which the batch wrote a message that is not waiting.
fn sent(id: TicketId, message: i64) -> Error {
    let message =
        format!("Message {message} in ticket {id} has been sent or received, and cannot be taken back.");
    Fault::of(FIELD, Code::Conflict, message).into()
}

/// What is said of a ticket of the batch whose events were erased since, or all of it.
pub(crate) fn erased(id: TicketId) -> Error {
    let message = format!("What was done to ticket {id} has been erased since, and cannot be taken back.");
    Fault::of(FIELD, Code::Conflict, message).into()
}

fn require_form(tx: &mut Tx<'_>, asked: &mut Asked, form: FormId, lock: bool) -> Result<()> {
    if asked.place(tx, form, lock)?.is_some() {
        return Ok(());
    }
    let message = format!("Form {form}, which the ticket had, does not exist any more.");
    Err(Fault::of(FIELD, Code::Conflict, message).into())
}

pub(super) fn require_customer(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    brand: BrandId,
    lock: bool,
) -> Result<()> {
    if is_customer(tx, customer, brand, lock)? {
        return Ok(());
    }
    let message = format!("Customer {customer}, to whom the ticket belonged, does not exist any more.");
    Err(Fault::of(FIELD, Code::Conflict, message).into())
}

/// Whether a brand has this customer; with `lock` it is kept until the transaction ends.
pub(super) fn is_customer(tx: &mut Tx<'_>, customer: CustomerId, brand: BrandId, lock: bool) -> Result<bool> {
    let lock = if lock && tx.engine() == Engine::Postgres { sql::KEEP } else { "" };
    let text = format!("{}{lock}", sql::CUSTOMER_IN_BRAND);
    Ok(tx.first(&text, &[customer.0.into(), brand.0.into()], |row| row.int(0))?.is_some())
}
