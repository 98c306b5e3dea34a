//! Deactivating a user. Unfinished tickets lose the user and keep the group, some hundred to a transaction, so that
//! nobody waits long; finished ones, and the history, keep the name.

use std::sync::Arc;

use deskbell_core::{Actor, Permission, Scope, UserId, Version};
use deskbell_db::{Kind, Urgency};

use super::rules::require_reach;
use super::update::write;
use super::{User, sql};
use crate::desk::{Desk, Keep, Told};
use crate::error::{Error, Result};
use crate::item;
use crate::statement::Statement;
use crate::ticket::edit::{Change, Edit};
use crate::ticket::{load, settle};
use crate::work::{BatchId, Work};

/// How many tickets one transaction takes.
const CHUNK: usize = 250;

/// Deactivates a user and takes it off its unfinished tickets, each with its event and version, all under one batch.
/// The first transaction deactivates, so nothing is assigned from then on; if the rest is interrupted, the same call goes
/// on. It is finished even if the caller has gone. Of a user who is inactive already the version stays.
///
/// The tickets are the desk's concern, not the actor's: those outside the actor's limits lose the user too.
///
/// Errors: `forbidden` without USER_CUD, or for a user who is more than the actor; `not_found`; `precondition_failed`.
pub async fn deactivate(
    desk: &Desk,
    actor: &Arc<Actor>,
    call: &'static str,
    id: UserId,
    expected: impl Fn(Version) -> bool + Send + 'static,
    keep: Option<Keep<(Version, BatchId)>>,
) -> Result<Told<(Version, BatchId)>> {
    actor.require(Permission::UserCud)?;
    let batch = BatchId::new(&**desk.context());
    let guard = desk.begin(actor, keep.as_ref())?;
    let (desk, actor) = (desk.clone(), Arc::clone(actor));
    let running = tokio::spawn(async move {
        let _guard = guard;
        let kept = keep.clone();
        let first = move |work: &mut Work<'_, '_>| {
            if let Some(before) = Keep::before(kept.as_ref(), work)? {
                return Ok(Step::Over(before));
            }
            let (version, over) = begin(work, id, &expected)?;
            step(work, version, over, kept.as_ref())
        };
        let mut step_done = desk.write_in(&batch, Urgency::Interactive, &actor, call, first).await?;
        loop {
            let version = match step_done {
                Step::Over(told) => return Ok(told),
                Step::More(version) => version,
            };
            let kept = keep.clone();
            let next = move |work: &mut Work<'_, '_>| {
                let over = unassign(work, id)?;
                step(work, version, over, kept.as_ref())
            };
            step_done = desk.write_in(&batch, Urgency::Bulk, &actor, call, next).await?;
        }
    });
    running.await.unwrap_or_else(|_| {
        let text = "taking a user off tickets ended early; the same call goes on";
        Err(Error::Store(deskbell_db::Error::new(Kind::Engine, text)))
    })
}

/// What one transaction came to.
enum Step {
    /// Tickets are left.
    More(Version),
    Over(Told<(Version, BatchId)>),
}

fn step(
    work: &mut Work<'_, '_>,
    version: Version,
    over: bool,
    keep: Option<&Keep<(Version, BatchId)>>,
) -> Result<Step> {
    if !over {
        return Ok(Step::More(version));
    }
    let done = (version, work.batch.clone());
    Keep::store(keep, work, done).map(Step::Over)
}

fn begin(work: &mut Work<'_, '_>, id: UserId, expected: impl Fn(Version) -> bool) -> Result<(Version, bool)> {
    let user = super::load(work.tx, work.actor, id, true)?;
    item::check_version("User", id, user.version, expected)?;
    require_reach(work.actor, &user)?;
    let version = match user.active {
        true => write(work, &user, &User { active: false, ..user.clone() })?,
        false => user.version,
    };
    Ok((version, unassign(work, id)?))
}

/// Takes the user off some tickets. Answers whether there are no more.
fn unassign(work: &mut Work<'_, '_>, id: UserId) -> Result<bool> {
    let limit = CHUNK as i64;
    let ids = work.tx.all(sql::UNFINISHED, &[id.0.into(), limit.into()], |row| row.int(0))?;
    if ids.is_empty() {
        return Ok(true);
    }
    let everywhere = Actor { scope: Scope::everything(), ..work.actor.clone() };
    let edits = [Edit::new("assignedUserID", Change::User(UserId::NONE))];
    for ticket in load::many_for_update(work.tx, &everywhere, &ids)? {
        // Somebody else may have been quicker.
        if ticket.user == id && ticket.merged_into.is_none() {
            settle::settle(work.tx, &everywhere, ticket, &edits)?.write(work)?;
        }
    }
    let mut trash = Statement::new(sql::UNASSIGN_IN_TRASH);
    trash.params.push(id.0.into());
    trash.within("id", &ids);
    work.tx.exec(&trash.text, &trash.params)?;
    Ok(ids.len() < CHUNK)
}
