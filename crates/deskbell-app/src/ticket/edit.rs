//! What can be done to a ticket: the fields of PUT, the single calls and the actions of a batch are all edits.
//! Applying one changes a draft in memory under the rules; `settle` then writes what differs.

use deskbell_core::fault::Detail;
use deskbell_core::{
    Actor, BrandId, ChannelId, Code, CustomerId, Fault, FormFieldId, FormId, GroupId, Permission, Priority,
    Status, TicketId, Timestamp, UserId,
};
use deskbell_db::{Engine, Tx};
use serde::{Deserialize, Serialize};

use super::row::Ticket;
use super::sql;
use super::undo::Back;
use crate::error::{Error, Result};
use crate::form::asked::Asked;
use crate::form::value;
use crate::message::Spoken;

/// One thing to do to a ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Change {
    /// Any status from any other.
    Status(Status),
    /// Solved, if it is unfinished; else nothing.
    SolveUnfinished,
    /// Priority.
    Priority(Priority),
    /// Group, 0 = none. It must serve the ticket's brand.
    Group(GroupId),
    /// User, 0 = nobody. It must be active.
    User(UserId),
    /// Brand; the customer is unlinked, unless one of the new brand is named after it.
    Brand(BrandId),
    /// Channel.
    Channel(ChannelId),
    /// Form, `None` = no form. It must be for the ticket's brand. What the ticket has in the fields of another one stays.
    Form(Option<FormId>),
    /// What the ticket has in fields of its form; an empty value takes it out.
    Fill(Vec<(FormFieldId, String)>),
    /// Title.
    Title(String),
    /// Adds tags that are not there.
    AddTags(Vec<String>),
    /// Takes tags off.
    RemoveTags(Vec<String>),
    /// Replaces the tags.
    SetTags(Vec<String>),
    /// Gives a tag another name, in its place; if the ticket has that one too, it stays once.
    RenameTag {
        /// The tag.
        tag: String,
        /// Its new name.
        to: String,
    },
    /// The customer of the ticket's brand with this external primary id.
    LinkCustomer(String),
    /// This customer, which the use case knows to be one of the ticket's brand.
    Customer(CustomerId),
    /// No customer.
    UnlinkCustomer,
    /// Sleeps until then; `None` wakes.
    Snooze(Option<Timestamp>),
    /// Wakes at this time, which is kept.
    Wake(Timestamp),
    /// When it was woken last.
    Woken(Option<Timestamp>),
    /// A note in the timeline.
    Note(String),
    /// Into the archive; only a closed ticket.
    Archive,
    /// Out of it.
    Unarchive,
    /// Into this ticket, which takes in its messages, notes and tags: it is closed, and takes no changes any more.
    Merge(TicketId),
    /// Into the trash, or away at once.
    Delete {
        /// Without a stay in the trash.
        purge: bool,
    },
}

impl Change {
    /// The permission of the single call that does the same.
    pub fn permission(&self) -> Permission {
        match self {
            Self::Status(_) | Self::SolveUnfinished => Permission::SetStatus,
            Self::Note(_) => Permission::MessageCreate,
            Self::Fill(_) => Permission::FormSave,
            Self::Delete { .. } => Permission::TicketDelete,
            _ => Permission::TicketUpdate,
        }
    }
}

/// A change and the field that asked for it, by which a fault names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edit {
    /// The field as it was sent: `status`, `actions[0][value]`.
    pub field: String,
    /// What to do.
    pub change: Change,
}

impl Edit {
    /// An edit asked for by a field.
    pub fn new(field: impl Into<String>, change: Change) -> Self {
        Self { field: field.into(), change }
    }
}

/// An event: what, and the values before and after.
pub(super) type Told = (&'static str, Option<String>, Option<String>);

/// A ticket on which edits are tried.
pub struct Draft {
    pub(super) before: Ticket,
    pub(super) now: Ticket,
    pub(super) notes: Vec<String>,
    /// What changes in the fields of its form.
    pub(super) values: Vec<value::Change>,
    /// Messages that come with the edits.
    pub(super) messages: Vec<Spoken>,
    /// Events that no field tells: what, and the values before and after.
    pub(super) events: Vec<Told>,
    /// Tags that go to the ticket that it is merged into.
    pub(super) tags_given: Vec<String>,
    pub(super) delete: Option<bool>,
    /// What only taking back does.
    pub(super) back: Back,
    /// Which fields asked for brand, group and user, for the rules that look at the whole.
    pub(super) placed_by: Option<String>,
    /// Which fields asked for status and form, for the same reason.
    pub(super) status_by: Option<String>,
    pub(super) form_by: Option<String>,
    /// Which field asked for the ticket to be merged.
    pub(super) merged_by: Option<String>,
    /// Whether its form may ask for more before the status changes. It may not where a ticket gets a status back.
    pub(super) form_asks: bool,
    /// Whether what is referred to is kept from being deleted until the transaction ends.
    pub(super) locks: bool,
}

impl Draft {
    /// A draft of a ticket that was loaded through the gate.
    ///
    /// Errors: `conflict` if the ticket was merged into another one: it takes no further writes.
    pub fn of(ticket: Ticket) -> Result<Self> {
        if !ticket.merged_into.is_none() {
            return Err(super::load::merged(ticket.id));
        }
        Ok(Self::blank(ticket))
    }

    /// A draft of a ticket that is not stored yet.
    pub(super) fn blank(ticket: Ticket) -> Self {
        Self {
            now: ticket.clone(),
            before: ticket,
            notes: Vec::new(),
            values: Vec::new(),
            messages: Vec::new(),
            events: Vec::new(),
            tags_given: Vec::new(),
            delete: None,
            back: Back::default(),
            placed_by: None,
            status_by: None,
            form_by: None,
            merged_by: None,
            form_asks: true,
            locks: true,
        }
    }

    /// Applies edits in order. Where one is refused the others are tried all the same, so that the fault names all that
    /// is wrong.
    ///
    /// Errors: `unknown_reference` for an id that names nothing within the actor's limits; `conflict` for an inactive
    /// user, a form of other brands, or a ticket in the archive's way; `required_fields_missing` if the form asks for more
    /// before the ticket may have its new status; after the draft was deleted `not_found`, after it was merged `conflict`.
    pub(super) fn apply_all(
        &mut self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        edits: &[Edit],
        asked: &mut Asked,
        mut faults: Faults,
    ) -> Result<()> {
        for edit in edits {
            faults.note(self.apply(tx, actor, edit, asked))?;
        }
        faults.end()?;
        self.check_place(tx, actor)?;
        match self.now.form {
            Some(form) => self.check_form(tx, form, asked),
            None => Ok(()),
        }
    }

    fn apply(&mut self, tx: &mut Tx<'_>, actor: &Actor, edit: &Edit, asked: &mut Asked) -> Result<()> {
        if self.delete.is_some() {
            return Err(super::load::missing(self.now.id));
        }
        if !self.now.merged_into.is_none() {
            return Err(super::load::merged(self.now.id));
        }
        let field = edit.field.as_str();
        match &edit.change {
            Change::Status(status) => self.set_status(field, *status),
            Change::SolveUnfinished => {
                if Status::UNFINISHED.contains(&self.now.status) {
                    self.set_status(field, Status::Solved);
                }
            }
            Change::Priority(priority) => self.now.priority = *priority,
            Change::Group(group) => {
                require_group(tx, actor, field, *group)?;
                self.now.group = *group;
                self.placed_by = Some(field.to_owned());
            }
            Change::User(user) => {
                require_user(tx, actor, field, *user, self.locks)?;
                self.now.user = *user;
            }
            Change::Brand(brand) => self.set_brand(tx, actor, field, *brand)?,
            Change::Channel(channel) => {
                require_channel(tx, field, *channel)?;
                self.now.channel = *channel;
            }
            Change::Form(form) => self.set_form(tx, actor, field, *form, asked)?,
            Change::Fill(values) => self.fill(tx, field, values)?,
            Change::Title(title) => self.now.title.clone_from(title),
            Change::AddTags(tags) => {
                let all = self.now.tags.iter().chain(tags).cloned().collect();
                self.now.tags = distinct(all);
            }
            Change::RemoveTags(tags) => {
                let gone: Vec<String> = tags.iter().map(|t| tag_key(t)).collect();
                self.now.tags.retain(|t| !gone.contains(&tag_key(t)));
            }
            Change::SetTags(tags) => {
                let tags = distinct(tags.clone());
                if sorted(&tags) != sorted(&self.now.tags) {
                    self.now.tags = tags;
                }
            }
            Change::RenameTag { tag, to } => {
                let key = tag_key(tag);
                for tag in self.now.tags.iter_mut().filter(|tag| tag_key(tag) == key) {
                    tag.clone_from(to);
                }
                self.now.tags = distinct(std::mem::take(&mut self.now.tags));
            }
            // The brand was refused already, and is what the fault is about.
            Change::LinkCustomer(_) if self.now.brand.is_none() => {}
            Change::LinkCustomer(external) => {
                self.now.customer = customer_of_brand(tx, field, self.now.brand, external, self.locks)?;
            }
            Change::Customer(customer) => self.now.customer = *customer,
            Change::UnlinkCustomer => self.now.customer = CustomerId::NONE,
            Change::Snooze(time) => self.now.snooze_time = *time,
            Change::Wake(now) => (self.now.snooze_time, self.now.snooze_time_sent) = (None, Some(*now)),
            Change::Woken(time) => self.now.snooze_time_sent = *time,
            Change::Note(text) => self.notes.push(text.clone()),
            Change::Archive if self.now.status != Status::Closed => {
                let message =
                    format!("Only a closed ticket can be archived; this one is {}.", self.now.status);
                return Err(Fault::of(field, Code::Conflict, message).into());
            }
            Change::Archive => self.now.archived = true,
            Change::Unarchive => self.now.archived = false,
            Change::Merge(target) => {
                self.set_status(field, Status::Closed);
                // No form keeps a ticket from going into another one.
                self.form_asks = false;
                self.now.merged_into = *target;
                self.merged_by = Some(field.to_owned());
                self.tags_given.append(&mut self.now.tags);
            }
            Change::Delete { purge } => self.delete = Some(*purge),
        }
        Ok(())
    }

    fn set_status(&mut self, field: &str, status: Status) {
        self.now.status = status;
        self.status_by = Some(field.to_owned());
        if status != Status::Closed {
            self.now.archived = false;
        }
    }

    fn set_brand(&mut self, tx: &mut Tx<'_>, actor: &Actor, field: &str, brand: BrandId) -> Result<()> {
        if brand == self.now.brand {
            return Ok(());
        }
        let country = require_brand(tx, actor, field, brand)?;
        self.now.brand = brand;
        self.now.customer = CustomerId::NONE;
        self.now.contact = super::create::contact(&self.now, &country);
        self.placed_by = Some(field.to_owned());
        Ok(())
    }

    /// The rules that look at where the ticket ends up: within the actor's limits, with a group that serves the brand.
    fn check_place(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
        let Some(field) = &self.placed_by else { return Ok(()) };
        if !actor.scope.admits(self.now.brand, self.now.group) {
            let id = if field.to_lowercase().contains("brand") { self.now.brand.0 } else { self.now.group.0 };
            let message = format!("{id} is not a place within this key's limits for the ticket.");
            return Err(Fault::of(field, Code::UnknownReference, message).into());
        }
        let (brand, group) = (self.now.brand, self.now.group);
        let serves = group.is_none()
            || tx.first(sql::GROUP_SERVES, &[group.0.into(), brand.0.into()], |row| row.int(0))?.is_some();
        if serves {
            return Ok(());
        }
        if tx.first(sql::GROUP, &[group.0.into()], |row| row.int(0))?.is_none() {
            // It went between the look at it and the look at its brands.
            return Err(unknown(field, "Group", group));
        }
        let message = format!("Group {group} does not serve brand {brand}.");
        Err(Fault::of(field, Code::Conflict, message).into())
    }
}

/// What was refused so far: ids that name nothing are one stage of checking, rules are the next.
#[derive(Default)]
pub(super) struct Faults {
    unknown: Vec<Detail>,
    broken: Vec<Detail>,
}

impl Faults {
    /// Takes a refusal; a failure of the store goes through.
    pub(super) fn note<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::Fault(fault)) => {
                let stage =
                    if fault.code() == Code::UnknownReference { &mut self.unknown } else { &mut self.broken };
                stage.extend(fault.details().cloned());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The fault of the first stage in which something was refused.
    pub(super) fn end(self) -> Result<()> {
        let stage = if self.unknown.is_empty() { self.broken } else { self.unknown };
        Fault::collect(stage).map_or(Ok(()), |fault| Err(fault.into()))
    }
}

/// A tag as it is compared: without case.
pub fn tag_key(tag: &str) -> String {
    tag.to_lowercase()
}

/// The tags without empty ones and repetitions; the first spelling stays.
pub(crate) fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    tags.into_iter().filter(|t| !t.is_empty() && seen.insert(tag_key(t))).collect()
}

fn sorted(tags: &[String]) -> Vec<&String> {
    let mut tags: Vec<&String> = tags.iter().collect();
    tags.sort_unstable();
    tags
}

/// The fault for an id that names nothing, or nothing within the caller's limits.
pub(crate) fn unknown(field: &str, kind: &str, id: impl std::fmt::Display) -> Error {
    Fault::of(field, Code::UnknownReference, format!("{kind} {id} does not exist.")).into()
}

/// Looks a row up and, on PostgreSQL, with `lock`, keeps it from being deleted until the transaction ends.
fn kept(tx: &Tx<'_>, text: &str, lock: bool) -> String {
    match tx.engine() {
        Engine::Postgres if lock => format!("{text}{}", sql::KEEP),
        _ => text.to_owned(),
    }
}

/// The brand's country, if the brand exists for the actor.
pub(crate) fn require_brand(tx: &mut Tx<'_>, actor: &Actor, field: &str, brand: BrandId) -> Result<String> {
    let country = tx.first(sql::BRAND_COUNTRY, &[brand.0.into()], |row| row.str(0).map(str::to_owned))?;
    country.filter(|_| actor.scope.admits_brand(brand)).ok_or_else(|| unknown(field, "Brand", brand))
}

/// Refuses a channel that does not exist.
pub(crate) fn require_channel(tx: &mut Tx<'_>, field: &str, channel: ChannelId) -> Result<()> {
    let there = tx.first(sql::CHANNEL, &[channel.0.into()], |row| row.int(0))?;
    there.map(|_| ()).ok_or_else(|| unknown(field, "Channel", channel))
}

/// Refuses a group that does not exist for the actor.
fn require_group(tx: &mut Tx<'_>, actor: &Actor, field: &str, group: GroupId) -> Result<()> {
    let there = group.is_none() || tx.first(sql::GROUP, &[group.0.into()], |row| row.int(0))?.is_some();
    if there && actor.scope.admits_group(group) { Ok(()) } else { Err(unknown(field, "Group", group)) }
}

/// Refuses a user that does not exist for the actor, or is not active.
pub(crate) fn require_user(
    tx: &mut Tx<'_>,
    actor: &Actor,
    field: &str,
    user: UserId,
    lock: bool,
) -> Result<()> {
    if user.is_none() {
        return Ok(());
    }
    let statement = kept(tx, sql::USER, lock);
    let active = tx.first(&statement, &[user.0.into()], |row| row.int(0))?;
    let Some(active) = active else { return Err(unknown(field, "User", user)) };
    if !actor.scope.is_everything() {
        let groups = tx.all(sql::USER_GROUPS, &[user.0.into()], |row| row.int(0))?;
        if !groups.iter().any(|g| actor.scope.admits_group(GroupId(*g))) {
            return Err(unknown(field, "User", user));
        }
    }
    if active == 0 {
        return Err(Fault::of(field, Code::Conflict, format!("User {user} is not active.")).into());
    }
    Ok(())
}

/// The customer of a brand with this external primary id.
fn customer_of_brand(
    tx: &mut Tx<'_>,
    field: &str,
    brand: BrandId,
    external: &str,
    lock: bool,
) -> Result<CustomerId> {
    let statement = kept(tx, sql::CUSTOMER_BY_EXTERNAL, lock);
    let found = tx.first(&statement, &[brand.0.into(), external.into()], |row| row.int(0))?;
    found.map(CustomerId).ok_or_else(|| {
        // Without the id: such an answer may be kept for longer than the customer.
        let message = "The brand of the ticket has no customer with that external primary id.";
        Fault::of(field, Code::UnknownReference, message).into()
    })
}
