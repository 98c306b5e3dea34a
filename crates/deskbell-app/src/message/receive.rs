//! A message by the customer in a ticket that is there, whichever way it came: it opens a ticket that waited or was solved, and
//! on a closed one it starts a ticket that follows it up.

use deskbell_core::{ChannelId, Direction, MessageId, Permission, Status, TicketId, UserId};

use super::{Content, Kind, Spoken};
use crate::error::{Error, Result};
use crate::ticket::create::follow_up;
use crate::ticket::edit::{Change, Edit};
use crate::ticket::spoken::{link, say};
use crate::ticket::{Ticket, load};
use crate::work::Work;

/// How many merges are followed from a ticket to the one that took it in.
const MERGES: usize = 32;

/// What the customer wrote.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The ticket that it belongs to.
    pub ticket: TicketId,
    /// The channel by which it came.
    pub channel: ChannelId,
    /// Who wrote: address and name.
    pub from: (String, String),
    /// To whom: address and name.
    pub to: (String, String),
    /// Copies, comma separated.
    pub cc: String,
    /// What it says.
    pub content: Content,
    /// Its id where it came from; empty if it has none.
    pub external_id: String,
}

/// Where it went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received {
    /// The ticket that it stands in.
    pub ticket: TicketId,
    /// The message.
    pub message: MessageId,
    /// The closed ticket that the ticket follows up, if it was made for the message.
    pub follows: Option<TicketId>,
}

/// Takes a message of the customer in. A merged ticket hands it on to the one that it was merged into. A pending, holding or
/// solved ticket is opened, whatever its form asks; where another rule forbids that, the message is taken all the same. A ticket
/// that was snoozed wakes. A closed one is left as it is, snoozed or not: the message stands in the ticket that follows it up.
///
/// Errors: `forbidden` without MESSAGE_CREATE; `not_found`.
pub fn receive(work: &mut Work<'_, '_>, new: &Incoming) -> Result<Received> {
    work.actor.require(Permission::MessageCreate)?;
    let ticket = target(work, new.ticket)?;
    let id = ticket.id;
    let spoken = Spoken {
        kind: Kind::Message,
        channel_id: new.channel.0,
        direction: Direction::Inbound,
        from: new.from.clone(),
        to: new.to.clone(),
        cc: new.cc.clone(),
        bcc: String::new(),
        user: UserId::NONE,
        user_name: String::new(),
        content: new.content.clone(),
        external_id: new.external_id.clone(),
        responds_to: MessageId::NONE,
        status_new: None,
        in_queue: false,
        send_at: None,
        files: Vec::new(),
    };
    if ticket.status == Status::Closed {
        let (made, message) = follow_up(work, &ticket, &spoken)?;
        link(work, ticket, "followed_up_by", made)?;
        return Ok(Received { ticket: made, message, follows: Some(id) });
    }
    let wakes: Vec<Edit> =
        ticket.snooze_time.iter().map(|_| Edit::new("snoozeTime", Change::Snooze(None))).collect();
    let reopens = matches!(ticket.status, Status::Pending | Status::Holding | Status::Solved);
    if reopens {
        let mut edits = wakes.clone();
        edits.push(Edit::new("status", Change::Status(Status::Open)));
        let opened = Spoken { status_new: Some(Status::Open), ..spoken.clone() };
        match say(work, ticket.clone(), &edits, opened) {
            Ok((message, _)) => return Ok(Received { ticket: id, message, follows: None }),
            // Nothing was written: a rule speaks before.
            Err(Error::Fault(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let (message, _) = say(work, ticket, &wakes, spoken)?;
    Ok(Received { ticket: id, message, follows: None })
}

/// The ticket, or that into which it was merged.
fn target(work: &mut Work<'_, '_>, id: TicketId) -> Result<Ticket> {
    let mut ticket = load::one_for_update(work.tx, work.actor, id)?;
    for _ in 0..MERGES {
        if ticket.merged_into.is_none() {
            return Ok(ticket);
        }
        ticket =
            load::one_for_update(work.tx, work.actor, ticket.merged_into).map_err(|error| match error {
                Error::Fault(_) => load::missing(id),
                error => error,
            })?;
    }
    Err(load::missing(id))
}
