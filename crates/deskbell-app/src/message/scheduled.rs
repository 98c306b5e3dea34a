//! Messages that are to be sent at a time. They stand in their timeline from the beginning, with that time beside them. Whoever
//! takes the time away, in the transaction that does what belongs to it, has sent the message: so it happens once, on any number
//! of nodes and whatever fails in between.

use deskbell_core::{Code, Fault, MessageId, Permission, Status, TicketId, Timestamp, Version};
use deskbell_db::Tx;

use super::get::{hidden, missing, ticket_of};
use super::sql;
use crate::error::{Error, Result};
use crate::ticket::settle::stale;
use crate::ticket::spoken::{come_due, take_back_message};
use crate::ticket::{load, merged};
use crate::work::Work;

/// A message whose time has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Due {
    message: i64,
    ticket: TicketId,
}

/// Whether there is any.
pub(crate) fn is_any_due(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    Ok(tx.first(sql::ANY_DUE, &[now.0.into()], |_| Ok(()))?.is_some())
}

/// Some of those whose ticket is not in the trash, the earliest first.
pub(crate) fn due(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<Due>> {
    let read = |row: &deskbell_db::Row<'_>| Ok(Due { message: row.int(0)?, ticket: TicketId(row.int(1)?) });
    Ok(tx.all(sql::DUE, &[now.0.into(), most.into()], read)?)
}

/// Sends one, unless somebody else has, or it was cancelled. The status that was asked for with it is set as far as the rules
/// let it, and not on a ticket that was closed meanwhile, or into which the message's own was merged: the message goes out in any case.
pub(crate) fn send(work: &mut Work<'_, '_>, due: Due) -> Result<()> {
    let ticket = match load::one_for_update(work.tx, work.actor, due.ticket) {
        Ok(ticket) => ticket,
        Err(Error::Fault(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let params = [due.message.into(), due.ticket.0.into(), work.now.0.into()];
    let waits = work.tx.first(sql::DUE_STATUS, &params, |row| row.opt_int(0))?;
    let Some(status) = waits else { return Ok(()) };
    // What came by a merge was to change another ticket.
    let stays = ticket.status == Status::Closed || merged::has_moved(work.tx, due.message)?;
    let wish = status.and_then(Status::from_rank).filter(|_| !stays);
    let set = come_due(work, ticket, due.message, wish)?;
    work.tx.exec(sql::SENT, &[due.message.into(), set.map(Status::rank).into()])?;
    Ok(())
}

/// Whether a message of a ticket waits for its time, and so can be taken back.
pub(crate) fn is_waiting(tx: &mut Tx<'_>, ticket: TicketId, id: i64) -> Result<bool> {
    Ok(tx.first(sql::WAITING, &[id.into(), ticket.0.into()], |_| Ok(()))?.is_some())
}

/// Takes a message that waits for its time out of its timeline: it is not sent.
///
/// Errors: `forbidden` without MESSAGE_CREATE; `not_found`; `precondition_failed` if `admits` refuses the ticket's version;
/// `conflict` if it is no message that waits, or the ticket was merged.
pub fn cancel(
    work: &mut Work<'_, '_>,
    id: MessageId,
    admits: impl Fn(Version) -> bool,
) -> Result<(TicketId, Version)> {
    work.actor.require(Permission::MessageCreate)?;
    let mut at = ticket_of(work.tx, id)?;
    let ticket = loop {
        let ticket = load::one_for_update(work.tx, work.actor, at).map_err(|error| hidden(error, id))?;
        // Its ticket may have been merged between the two looks.
        at = ticket_of(work.tx, id)?;
        if at == ticket.id {
            break ticket;
        }
    };
    if !admits(ticket.version) {
        return Err(stale(ticket.id, ticket.version).into());
    }
    if !is_waiting(work.tx, ticket.id, id.0)? {
        if work.tx.first(sql::IN_TICKET, &[id.0.into(), ticket.id.0.into()], |_| Ok(()))?.is_none() {
            return Err(missing(id));
        }
        let message =
            format!("Message {id} does not wait for its time (sendAt), so there is nothing to cancel.");
        return Err(Fault::new(Code::Conflict, message).into());
    }
    let id_of_ticket = ticket.id;
    Ok((id_of_ticket, take_back_message(work, ticket, id)?.version()))
}
