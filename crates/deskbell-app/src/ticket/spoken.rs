//! What is said in a ticket, as changes of it: a message with its status, one whose time has come, one that is taken back, and that
//! another ticket has to do with it.

use deskbell_core::{Direction, MessageId, Status, TicketId, Version};

use super::edit::{Change, Draft, Edit};
use super::row::Ticket;
use super::settle::{Outcome, settle_draft};
use crate::error::{Error, Result};
use crate::form::asked::Asked;
use crate::message::Spoken;
use crate::work::Work;

/// Writes a message into a ticket that was loaded for it, with what the edits change, as one version step.
///
/// Errors: those of `Draft::of` and `Draft::apply_all`.
pub(crate) fn say(
    work: &mut Work<'_, '_>,
    ticket: Ticket,
    edits: &[Edit],
    spoken: Spoken,
) -> Result<(MessageId, Version)> {
    let mut draft = Draft::of(ticket)?;
    // A customer is heard whatever the form asks.
    draft.form_asks = spoken.direction == Direction::Outbound;
    draft.messages.push(spoken);
    let settled = settle_draft(work.tx, work.actor, draft, edits, &mut Asked::default())?;
    let (outcome, said) = settled.write_all(work, None)?;
    Ok((said.first().copied().unwrap_or_default(), outcome.version()))
}

/// The time of a message has come: the desk has spoken, and its status is set if the rules let it. Answers the status that was
/// set.
pub(crate) fn come_due(
    work: &mut Work<'_, '_>,
    ticket: Ticket,
    message: i64,
    status: Option<Status>,
) -> Result<Option<Status>> {
    let draft = || {
        let mut draft = Draft::blank(ticket.clone());
        draft.now.last_update_agent = Some(work.now);
        draft.events.push(("message_due", None, Some(message.to_string())));
        draft
    };
    let edits: Vec<Edit> =
        status.map(|status| Edit::new("submitStatus", Change::Status(status))).into_iter().collect();
    let (with, without, mut asked) = (draft(), draft(), Asked::default());
    let (settled, set) = match settle_draft(work.tx, work.actor, with, &edits, &mut asked) {
        Ok(settled) => (settled, status),
        Err(Error::Fault(_)) => (settle_draft(work.tx, work.actor, without, &[], &mut asked)?, None),
        Err(error) => return Err(error),
    };
    settled.write(work)?;
    Ok(set)
}

/// Notes in a ticket that another one has to do with it.
pub(crate) fn link(
    work: &mut Work<'_, '_>,
    ticket: Ticket,
    how: &'static str,
    other: TicketId,
) -> Result<Outcome> {
    let mut draft = Draft::blank(ticket);
    draft.events.push((how, None, Some(other.to_string())));
    settle_draft(work.tx, work.actor, draft, &[], &mut Asked::default())?.write(work)
}

/// Takes a message that waits for its time out of a ticket.
///
/// Errors: `conflict` if the ticket was merged.
pub(crate) fn take_back_message(work: &mut Work<'_, '_>, ticket: Ticket, id: MessageId) -> Result<Outcome> {
    let mut draft = Draft::of(ticket)?;
    draft.back.notes_gone.push(id.0);
    settle_draft(work.tx, work.actor, draft, &[], &mut Asked::default())?.write(work)
}
