//! Changing one ticket: PUT, DELETE and unlinkCustomerFromTicket are edits of one ticket.

use deskbell_core::{Permission, TicketId, Version};

use super::edit::Edit;
use super::load;
use super::settle::{Outcome, settle, stale};
use crate::error::Result;
use crate::work::Work;

/// Applies the edits to one ticket, in order, as one version step.
///
/// Errors: `forbidden` without `permission`, or without that of an edit; `not_found`; `precondition_failed` if
/// `admits` refuses the ticket's version; those of `Draft::apply_all`.
pub fn update(
    work: &mut Work<'_, '_>,
    permission: Permission,
    id: TicketId,
    edits: &[Edit],
    admits: impl Fn(Version) -> bool,
) -> Result<Outcome> {
    work.actor.require(permission)?;
    for edit in edits {
        work.actor.require(edit.change.permission())?;
    }
    let ticket = load::one_for_update(work.tx, work.actor, id)?;
    if !admits(ticket.version) {
        return Err(stale(id, ticket.version).into());
    }
    settle(work.tx, work.actor, ticket, edits)?.write(work)
}
