//! Deleting a group. Its tickets go to another group first, some hundred to a transaction, so that nobody waits long;
//! the last transaction moves the rest and removes the group together.

use std::sync::Arc;

use deskbell_core::{Actor, Code, Fault, GroupId, Permission, TicketId, Version};
use deskbell_db::Kind;

use super::place::require_served;
use super::rules::require_sight;
use super::{load as load_group, load_all, sql};
use crate::desk::{Desk, Keep, Told};
use crate::error::{Error, Result};
use crate::statement::Statement;
use crate::ticket::edit::{Change, Edit, unknown};
use crate::ticket::{Ticket, load, settle};
use crate::work::{BatchId, Work};
use crate::{item, key};

/// How many tickets one transaction moves.
const CHUNK: usize = 250;

/// Deletes a group; the tickets that it owns (those in the trash count) are moved to `move_to`, each with its event and
/// version, all under one batch. If that is interrupted, the group is still there with the rest of its tickets: the
/// same call goes on. It is finished even if the caller has gone. Answers the version that the end is.
///
/// Errors: `forbidden` without GROUP_CUD, or if the group reaches beyond the actor's limits; `not_found`;
/// `precondition_failed`; `unknown_reference` if there is no such group to move to; `conflict` if the group owns tickets
/// and none is named, or the one named is the group itself or does not serve the brands of the tickets.
pub async fn delete(
    desk: &Desk,
    actor: &Arc<Actor>,
    call: &'static str,
    id: GroupId,
    move_to: Option<GroupId>,
    expected: impl Fn(Version) -> bool + Clone + Send + Sync + 'static,
    keep: Option<Keep<(Version, BatchId)>>,
) -> Result<Told<(Version, BatchId)>> {
    actor.require(Permission::GroupCud)?;
    let ended = "moving the tickets of a group ended early; the group is still there";
    desk.in_steps(actor, call, keep, ended, move |work| step(work, id, move_to, &expected)).await
}

/// Moves some tickets. Answers the version that the group's end is, once it is gone.
fn step(
    work: &mut Work<'_, '_>,
    id: GroupId,
    move_to: Option<GroupId>,
    expected: impl Fn(Version) -> bool,
) -> Result<Option<Version>> {
    let group = load_group(work.tx, work.actor, id, false)?;
    item::check_version("Group", id, group.version, expected)?;
    require_sight(work.actor, &group)?;
    if let Some(to) = move_to {
        check_target(work, id, to)?;
    }
    let mut tickets = some_tickets(work, id)?;
    let last = tickets.len() <= CHUNK;
    if last {
        // From here on nobody gives the group a ticket: what is owned now is all there will be.
        load_group(work.tx, work.actor, id, true)?;
        tickets = some_tickets(work, id)?;
    }
    tickets.truncate(CHUNK);
    if !tickets.is_empty() {
        let Some(to) = move_to else { return Err(owner(id)) };
        move_tickets(work, id, to, &tickets)?;
    }
    if !last || !some_tickets(work, id)?.is_empty() {
        return Ok(None);
    }
    work.tx.exec(sql::STEP_MEMBERS, &[id.0.into(), work.now.0.into()])?;
    let deleted = item::guarded(work.tx, Kind::ForeignKey, |tx| tx.exec(sql::DELETE, &[id.0.into()]))?;
    deleted.ok_or_else(|| owner(id))?;
    key::bump(work.tx)?;
    Ok(Some(group.version.next()))
}

fn check_target(work: &mut Work<'_, '_>, id: GroupId, to: GroupId) -> Result<()> {
    if to == id {
        let message = "moveTo must be another group than the one that is deleted.";
        return Err(Fault::of("moveTo", Code::Conflict, message).into());
    }
    let target = load_all(work.tx, work.actor, &[to.0], false)?.pop();
    let target = target.ok_or_else(|| unknown("moveTo", "Group", to))?;
    require_served(work.tx, id, &target, "moveTo")
}

fn owner(id: GroupId) -> Error {
    let message = format!(
        "Group {id} owns tickets (those in the trash count): name in moveTo the group that takes them."
    );
    Fault::of("moveTo", Code::Conflict, message).into()
}

/// The ids of some of the group's tickets: one more than a transaction moves, if there are so many.
fn some_tickets(work: &mut Work<'_, '_>, id: GroupId) -> Result<Vec<i64>> {
    let limit = CHUNK as i64 + 1;
    Ok(work.tx.all(sql::TICKETS, &[id.0.into(), limit.into()], |row| row.int(0))?)
}

/// Moves these tickets. What has been moved by others meanwhile stays where it is.
fn move_tickets(work: &mut Work<'_, '_>, from: GroupId, to: GroupId, ids: &[i64]) -> Result<()> {
    let edits = [Edit::new("moveTo", Change::Group(to))];
    let mut moved = 0;
    for ticket in load::many_for_update(work.tx, work.actor, ids)? {
        if ticket.group != from {
            continue;
        }
        moved += 1;
        if ticket.merged_into == TicketId::NONE {
            settle::settle(work.tx, work.actor, ticket, &edits)?.write(work)?;
        } else {
            move_merged(work, ticket, to)?;
        }
    }
    moved += move_quietly(work, from, to, ids, sql::AND_IN_TRASH)?;
    if moved > 0 || !some_tickets(work, from)?.iter().any(|id| ids.contains(id)) {
        return Ok(());
    }
    let message =
        format!("Tickets of group {from} lie outside this caller's limits, so it cannot be deleted.");
    Err(Fault::new(Code::Conflict, message).into())
}

/// A merged ticket takes no changes any more, so no event speaks of this one; the counters do.
fn move_merged(work: &mut Work<'_, '_>, ticket: Ticket, to: GroupId) -> Result<()> {
    move_quietly(work, ticket.group, to, &[ticket.id.0], "")?;
    work.count(&ticket, -1);
    work.count(&Ticket { group: to, ..ticket }, 1);
    Ok(())
}

fn move_quietly(
    work: &mut Work<'_, '_>,
    from: GroupId,
    to: GroupId,
    ids: &[i64],
    which: &str,
) -> Result<u64> {
    let mut statement = Statement::new(sql::MOVE_QUIETLY);
    statement.params.extend([to.0.into(), from.0.into()]);
    statement.within("id", ids).push(which);
    Ok(work.tx.exec(&statement.text, &statement.params)?)
}
