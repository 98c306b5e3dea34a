//! Creating a ticket. Every field is optional: without any it is new, inbound, of medium priority, in the default
//! brand and channel.

use deskbell_core::{
    Actor, BrandId, ChannelId, CustomerId, Direction, GroupId, MessageId, Permission, Priority, Status,
    TicketId, Timestamp, UserId, Version, address,
};
use deskbell_db::Tx;

use super::edit::{Change, Draft, Edit, Faults, require_brand, tag_key, unknown};
use super::row::{Ticket, tags_to_text};
use super::settle::{event, file_tags};
use super::sql;
use crate::error::Result;
use crate::form::asked::Asked;
use crate::message::Spoken;
use crate::notification::{Kind, Notice};
use crate::search;
use crate::statement::Statement;
use crate::work::Work;
use crate::{crm, customer};

/// The channel of a ticket that names none: "API".
pub const DEFAULT_CHANNEL: ChannelId = ChannelId(4);

/// What a new ticket is asked to be.
#[derive(Clone, Debug, Default)]
pub struct NewTicket {
    /// The brand; `None` = the lowest that the actor may see.
    pub brand: Option<BrandId>,
    /// The channel; `None` = the API's.
    pub channel: Option<ChannelId>,
    /// Who spoke first; `None` = the customer.
    pub direction: Option<Direction>,
    /// The sender's address.
    pub from: String,
    /// The sender's name.
    pub from_name: String,
    /// The recipient's address.
    pub to: String,
    /// The title.
    pub title: String,
    /// The group; `None` = the lowest that the actor may see, which is "none" without a limit.
    pub group: Option<GroupId>,
    /// Further fields, as a PUT takes them.
    pub edits: Vec<Edit>,
}

/// Creates a ticket and links it to the one customer of its brand that has the other side's address.
///
/// Errors: `forbidden` without TICKET_CREATE; `unknown_reference` for an id that names nothing within the actor's
/// limits; `conflict` if the group does not serve the brand, or the form is not for it.
pub fn create(work: &mut Work<'_, '_>, new: &NewTicket) -> Result<(TicketId, Version)> {
    work.actor.require(Permission::TicketCreate)?;
    let (id, version, _) = make(work, new, None)?;
    Ok((id, version))
}

/// The same with a first message of the customer, for whoever may do that.
pub(crate) fn make(
    work: &mut Work<'_, '_>,
    new: &NewTicket,
    first: Option<&Spoken>,
) -> Result<(TicketId, Version, Option<MessageId>)> {
    let (tx, actor) = (&mut *work.tx, work.actor);
    let channel = new.channel.unwrap_or(DEFAULT_CHANNEL);
    let mut faults = Faults::default();
    let (brand, country, asks) = place(tx, actor, new.brand, channel, &mut faults)?;
    let mut ticket = blank(work.now, brand, channel);
    ticket.direction = new.direction.unwrap_or(Direction::Inbound);
    ticket.from_address.clone_from(&new.from);
    ticket.from_name = if new.from_name == " " { String::new() } else { new.from_name.clone() };
    ticket.to_address.clone_from(&new.to);
    ticket.title.clone_from(&new.title);
    ticket.contact = contact(&ticket, &country);
    ticket.customer = customer_by_address(tx, brand, &ticket.contact)?;
    ticket.external_key = random_key(work.context);

    let mut draft = Draft::blank(ticket);
    draft.placed_by = Some("assignedGroupID".into());
    let mut edits = new.edits.clone();
    match new.group {
        Some(group) => edits.insert(0, Edit::new("assignedGroupID", Change::Group(group))),
        None => draft.now.group = default_group(tx, actor, brand)?,
    }
    draft.apply_all(tx, actor, &edits, &mut Asked::default(), faults)?;
    let (known_by, user) = (!draft.now.contact.is_empty(), draft.now.user);
    let (id, version, message) = match first {
        Some(first) => {
            let (id, version, message) = insert_saying(work, draft.now, first, None)?;
            (id, version, Some(message))
        }
        None => {
            let (id, version) = insert(work, draft.now)?;
            (id, version, None)
        }
    };
    work.notify(Notice { user, ticket: id, kind: Kind::Assigned, message: MessageId::NONE });
    if asks && known_by {
        crm::note(work, id, brand)?;
    }
    Ok((id, version, message))
}

/// A ticket that follows up a closed one, with the message of the customer that starts it: in the same place, of the same
/// customer, under the same title.
pub(crate) fn follow_up(
    work: &mut Work<'_, '_>,
    closed: &Ticket,
    first: &Spoken,
) -> Result<(TicketId, MessageId)> {
    let country = require_brand(work.tx, work.actor, "ticketID", closed.brand)?;
    let mut ticket = blank(work.now, closed.brand, ChannelId(first.channel_id));
    ticket.group = closed.group;
    ticket.customer = closed.customer;
    ticket.title.clone_from(&closed.title);
    (ticket.from_address, ticket.from_name) = first.from.clone();
    (ticket.to_address, ticket.to_name) = first.to.clone();
    ticket.contact = contact(&ticket, &country);
    ticket.external_key = random_key(work.context);
    let (id, _, message) = insert_saying(work, ticket, first, Some(closed.id))?;
    work.notify(Notice { user: closed.user, ticket: id, kind: Kind::FollowUp, message });
    Ok((id, message))
}

/// Writes a ticket that has passed the rules, with its first message.
fn insert_saying(
    work: &mut Work<'_, '_>,
    mut ticket: Ticket,
    first: &Spoken,
    follows: Option<TicketId>,
) -> Result<(TicketId, Version, MessageId)> {
    let segment = ticket.next_segment;
    ticket.messages = 1;
    ticket.files = first.files.len() as i64;
    ticket.events = follows.iter().len() as i64;
    ticket.next_segment += first.content.places();
    ticket.last_update_customer = Some(work.now);
    let (id, version) = insert(work, ticket.clone())?;
    ticket.id = id;
    let (message, _) = first.insert(work, id, segment)?;
    let times = ticket.times();
    if let Some(closed) = follows {
        work.record(event(&ticket, times, "follow_up_of", None, Some(closed.to_string())));
    }
    work.record(event(&ticket, times, first.kind.as_str(), None, Some(message.to_string())));
    Ok((id, version, message))
}

/// Writes a ticket that has passed the rules, with its event, counters, tags and search entry. One that comes with
/// messages names their number and the places they will take in the index; its caller writes them.
pub(crate) fn insert(work: &mut Work<'_, '_>, mut ticket: Ticket) -> Result<(TicketId, Version)> {
    ticket.events += 1;
    let params = [
        ticket.version.0.into(),
        ticket.brand.0.into(),
        ticket.channel.0.into(),
        ticket.group.0.into(),
        ticket.user.0.into(),
        ticket.customer.0.into(),
        ticket.form.map(|f| f.0).into(),
        ticket.status.rank().into(),
        ticket.priority.rank().into(),
        ticket.direction.rank().into(),
        ticket.title.as_str().into(),
        ticket.from_address.as_str().into(),
        ticket.from_name.as_str().into(),
        ticket.to_address.as_str().into(),
        ticket.to_name.as_str().into(),
        ticket.contact.as_str().into(),
        tags_to_text(&ticket.tags).into(),
        ticket.created_at.0.into(),
        ticket.last_update.0.into(),
        ticket.last_update_agent.map(|t| t.0).into(),
        ticket.last_update_customer.map(|t| t.0).into(),
        ticket.closed_at.map(|t| t.0).into(),
        ticket.snooze_time.map(|t| t.0).into(),
        ticket.external_key.as_str().into(),
        ticket.source.as_str().into(),
        ticket.source_id.as_str().into(),
        ticket.messages.into(),
        ticket.events.into(),
        ticket.next_segment.into(),
        ticket.files.into(),
    ];
    ticket.id = TicketId(work.tx.first(sql::INSERT, &params, |row| row.int(0))?.unwrap_or_default());
    if !ticket.tags.is_empty() {
        let keys: Vec<String> = ticket.tags.iter().map(|t| tag_key(t)).collect();
        file_tags(work.tx, ticket.id, keys.iter())?;
    }
    search::add_head(work.tx, &ticket)?;
    work.count(&ticket, 1);
    let from =
        (!ticket.source.is_empty()).then(|| format!("Imported from {} {}", ticket.source, ticket.source_id));
    work.record(event(&ticket, ticket.times(), "created", None, from));
    Ok((ticket.id, ticket.version))
}

/// A ticket with nothing in it.
pub(crate) fn blank(now: Timestamp, brand: BrandId, channel: ChannelId) -> Ticket {
    Ticket {
        id: TicketId::NONE,
        version: Version::FIRST,
        brand,
        channel,
        group: GroupId::NONE,
        user: UserId::NONE,
        customer: CustomerId::NONE,
        form: None,
        status: Status::New,
        priority: Priority::Medium,
        direction: Direction::Inbound,
        archived: false,
        title: String::new(),
        from_address: String::new(),
        from_name: String::new(),
        to_address: String::new(),
        to_name: String::new(),
        contact: String::new(),
        tags: Vec::new(),
        created_at: now,
        last_update: now,
        last_update_agent: None,
        last_update_customer: None,
        closed_at: None,
        snooze_time: None,
        snooze_time_sent: None,
        grade_by_customer: None,
        sla_policy_id: 0,
        sla_breach_customer_wait_time: None,
        sla_breach_first_reply_time: None,
        sla_breach_next_reply_time: None,
        sla_breach_user_work_time: None,
        sla_next_breach: None,
        sla_next_breach_current_status: String::new(),
        merged_into: TicketId::NONE,
        external_key: String::new(),
        source: String::new(),
        source_id: String::new(),
        messages: 0,
        files: 0,
        events: 0,
        next_segment: search::HEAD_PLACES,
        brand_name: String::new(),
        channel_name: String::new(),
        channel_icon: String::new(),
    }
}

/// The other side's address in canonical form; empty if there is none.
pub(crate) fn contact(ticket: &Ticket, country: &str) -> String {
    let address = match ticket.direction {
        Direction::Inbound => &ticket.from_address,
        Direction::Outbound => &ticket.to_address,
    };
    address::canonical(address, country).map(|(_, text)| text).unwrap_or_default()
}

/// The customer of the brand with this address, if it is exactly one.
pub(crate) fn customer_by_address(tx: &mut Tx<'_>, brand: BrandId, contact: &str) -> Result<CustomerId> {
    if contact.is_empty() {
        return Ok(CustomerId::NONE);
    }
    customer::lock_address(tx, brand, contact)?;
    let found = tx.all(sql::CUSTOMERS_BY_ADDRESS, &[brand.0.into(), contact.into()], |row| row.int(0))?;
    Ok(match found[..] {
        [one] => CustomerId(one),
        _ => CustomerId::NONE,
    })
}

/// The half of the external id that cannot be guessed.
pub(crate) fn random_key(context: &dyn deskbell_core::Context) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 12];
    context.random(&mut bytes);
    bytes.iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect()
}

/// The brand that is asked for, or the lowest that the actor may see, its country, and whether its customers are looked up
/// elsewhere; in one statement with the check
/// of the channel, since every ticket passes here. What is not there is noted, so that the rest is checked as well.
fn place(
    tx: &mut Tx<'_>,
    actor: &Actor,
    brand: Option<BrandId>,
    channel: ChannelId,
    faults: &mut Faults,
) -> Result<(BrandId, String, bool)> {
    let mut statement = Statement::new(sql::PLACE);
    statement.bind(channel.0).push(sql::PLACE_BRAND).push("(1 = 0");
    for grant in &actor.scope.grants {
        statement.push(" OR ").limited("b.id", &grant.brands);
    }
    statement.push(")");
    if let Some(brand) = brand {
        statement.push(" AND b.id = ").bind(brand.0);
    }
    statement.push(" ORDER BY b.id LIMIT 1");
    let found = tx.first(&statement.text, &statement.params, |row| {
        Ok((BrandId(row.int(0)?), row.str(1)?.to_owned(), !row.str(2)?.is_empty(), row.opt_int(3)?.is_some()))
    })?;
    let (found, country, asks, channel_there) = match found {
        Some(found) => found,
        None => {
            faults.note::<()>(Err(unknown("brandID", "Brand", brand.unwrap_or_default())))?;
            let channel = tx.first(sql::CHANNEL, &[channel.0.into()], |row| row.int(0))?;
            (BrandId::NONE, String::new(), false, channel.is_some())
        }
    };
    if !channel_there {
        faults.note::<()>(Err(unknown("channelID", "Channel", channel)))?;
    }
    Ok((found, country, asks))
}

/// No group, or under a limit that does not name 0 the lowest group that the actor may use in the brand.
fn default_group(tx: &mut Tx<'_>, actor: &Actor, brand: BrandId) -> Result<GroupId> {
    if actor.scope.admits(brand, GroupId::NONE) {
        return Ok(GroupId::NONE);
    }
    let mut statement = Statement::new(sql::LOWEST_GROUP);
    statement.push("(1 = 0");
    for grant in actor.scope.grants.iter().filter(|g| g.brands.admits(brand.0)) {
        statement.push(" OR ").limited("id", &grant.groups);
    }
    statement.push(") AND id IN (").push(sql::GROUPS_OF_BRAND).bind(brand.0).push(")");
    let lowest = tx.first(&statement.text, &statement.params, |row| row.opt_int(0))?.flatten();
    Ok(GroupId(lowest.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_at_is_stamped_kept_and_cleared() {
        let (first, later) = (Timestamp(10), Timestamp(20));
        let mut ticket = blank(first, BrandId(1), DEFAULT_CHANNEL);
        assert_eq!(ticket.closed_at_after(Status::Closed, first), Some(first));
        ticket.status = Status::Closed;
        ticket.closed_at = Some(first);
        assert_eq!(ticket.closed_at_after(Status::Closed, later), Some(first));
        assert_eq!(ticket.closed_at_after(Status::Open, later), None);
    }
}
