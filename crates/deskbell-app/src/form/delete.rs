//! Deleting a form. Its tickets lose it first, some hundred to a transaction, so that nobody waits long; the last
//! transaction takes it off the rest and removes the form together.

use std::sync::Arc;

use deskbell_core::{Actor, FormId, Permission, Scope, Version};

use super::rules::require_reach;
use super::{load as load_form, missing, sql};
use crate::desk::{Desk, Keep, Told};
use crate::error::Result;
use crate::item;
use crate::statement::Statement;
use crate::ticket::edit::{Change, Edit};
use crate::ticket::{load, settle};
use crate::work::{BatchId, Work};

/// How many tickets one transaction takes.
const CHUNK: usize = 250;

/// Deletes a form with its fields. The tickets that have it lose it, each with its event and version, all under one batch;
/// what they have in its fields is shown nowhere but in their history from then on. They are the desk's concern, not the
/// actor's: those outside the actor's limits lose it too. If that is interrupted, the form is still there with the rest of
/// its tickets: the same call goes on. Answers the version that the end is.
///
/// Errors: `forbidden` without FORM_CUD, or if the form reaches beyond the actor's limits; `not_found`;
/// `precondition_failed`.
pub async fn delete(
    desk: &Desk,
    actor: &Arc<Actor>,
    call: &'static str,
    id: FormId,
    expected: impl Fn(Version) -> bool + Clone + Send + 'static,
    keep: Option<Keep<(Version, BatchId)>>,
) -> Result<Told<(Version, BatchId)>> {
    actor.require(Permission::FormCud)?;
    let ended = "taking a form off tickets ended early; the form is still there";
    desk.in_steps(actor, call, keep, ended, move |work| step(work, id, &expected)).await
}

/// Takes the form off some tickets. Answers the version that the form's end is, once it is gone.
fn step(work: &mut Work<'_, '_>, id: FormId, expected: impl Fn(Version) -> bool) -> Result<Option<Version>> {
    let form = load_form(work.tx, work.actor, id, false)?.ok_or_else(missing)?;
    item::check_version("Form", id, form.version, expected)?;
    require_reach(work.actor, &form)?;
    let mut tickets = some_tickets(work, id)?;
    let last = tickets.len() <= CHUNK;
    if last {
        // From here on nobody gives a ticket the form: those that have it now are all there will be.
        load_form(work.tx, work.actor, id, true)?.ok_or_else(missing)?;
        tickets = some_tickets(work, id)?;
    }
    tickets.truncate(CHUNK);
    take_off(work, id, &tickets)?;
    if !last || !some_tickets(work, id)?.is_empty() {
        return Ok(None);
    }
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    Ok(Some(form.version.next()))
}

/// The ids of some of the form's tickets: one more than a transaction takes, if there are so many.
fn some_tickets(work: &mut Work<'_, '_>, id: FormId) -> Result<Vec<i64>> {
    let limit = CHUNK as i64 + 1;
    Ok(work.tx.all(sql::TICKETS, &[id.0.into(), limit.into()], |row| row.int(0))?)
}

fn take_off(work: &mut Work<'_, '_>, id: FormId, tickets: &[i64]) -> Result<()> {
    let everywhere = Actor { scope: Scope::everything(), ..work.actor.clone() };
    let edits = [Edit::new("formID", Change::Form(None))];
    let mut merged = Vec::new();
    for ticket in load::many_for_update(work.tx, &everywhere, tickets)? {
        // Somebody else may have been quicker.
        if ticket.form != Some(id) {
            continue;
        }
        if ticket.merged_into.is_none() {
            settle::settle(work.tx, &everywhere, ticket, &edits)?.write(work)?;
        } else {
            // It takes no changes any more, so no event speaks of this one.
            merged.push(ticket.id.0);
        }
    }
    take_off_quietly(work, id, &merged, "")?;
    take_off_quietly(work, id, tickets, sql::AND_IN_TRASH)
}

fn take_off_quietly(work: &mut Work<'_, '_>, id: FormId, tickets: &[i64], which: &str) -> Result<()> {
    if tickets.is_empty() {
        return Ok(());
    }
    let mut statement = Statement::new(sql::TAKE_OFF_QUIETLY);
    statement.params.push(id.0.into());
    statement.within("id", tickets).push(which);
    work.tx.exec(&statement.text, &statement.params)?;
    Ok(())
}
