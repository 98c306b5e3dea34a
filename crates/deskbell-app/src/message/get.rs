//! Reading one message or note.

use deskbell_core::{Actor, Fault, MessageId, Permission, TicketId, Timestamp, Version};
use deskbell_db::Tx;

use super::{Message, attach, content, read, sql};
use crate::error::{Error, Result};
use crate::ticket::{Ticket, load};

/// A message with what a timeline does not show of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    /// As the timeline shows it.
    pub message: Message,
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's version.
    pub version: Version,
    /// Copies, comma separated.
    pub cc: String,
    /// Hidden copies, comma separated.
    pub bcc: String,
    /// The message that it answers; none = 0.
    pub responds_to: MessageId,
    /// As plain text.
    pub plain: String,
    /// When it is to be sent; `None` if it does not wait for a time.
    pub send_at: Option<Timestamp>,
}

/// The message or note, if its ticket exists for the actor.
///
/// Errors: `forbidden` without MESSAGE_CREATE; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: MessageId) -> Result<Whole> {
    actor.require(Permission::MessageCreate)?;
    let ticket = ticket_of(tx, id)?;
    let ticket: Ticket = load::one(tx, actor, ticket).map_err(|error| hidden(error, id))?;
    let found =
        tx.first(&sql::whole(), &[ticket.id.0.into(), id.0.into(), content::RULES.into()], |row| {
            Ok(Whole {
                message: read(row)?,
                ticket: ticket.id,
                version: ticket.version,
                cc: row.str(21)?.to_owned(),
                bcc: row.str(22)?.to_owned(),
                responds_to: MessageId(row.int(23)?),
                plain: row.str(24)?.to_owned(),
                send_at: row.opt_int(25)?.map(Timestamp),
            })
        })?;
    let mut whole = found.ok_or_else(|| missing(id))?;
    attach(tx, std::iter::once(&mut whole.message))?;
    Ok(whole)
}

/// The ticket of a message.
pub(super) fn ticket_of(tx: &mut Tx<'_>, id: MessageId) -> Result<TicketId> {
    tx.first(sql::TICKET_OF, &[id.0.into()], |row| row.int(0))?.map(TicketId).ok_or_else(|| missing(id))
}

/// What is said of a message that is missing, or hidden: the two cannot be told apart.
pub(super) fn missing(id: MessageId) -> Error {
    Fault::not_found("Message", id).into()
}

/// The same where its ticket was looked for.
pub(super) fn hidden(error: Error, id: MessageId) -> Error {
    match error {
        Error::Fault(_) => missing(id),
        error => error,
    }
}
