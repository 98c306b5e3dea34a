//! Deleting a webhook. Its log goes first, some hundred deliveries to a transaction, so that nobody waits long; the last
//! transaction removes the rest and the webhook together.

use std::sync::Arc;

use deskbell_core::{Actor, Permission, Version, WebhookId};

use super::{gap, load, sql};
use crate::desk::{Desk, Keep, Told};
use crate::error::Result;
use crate::item;
use crate::work::{BatchId, Work};

/// How many deliveries one transaction removes.
const CHUNK: u64 = 500;

/// Deletes a webhook with its log; what waits for it is not delivered. If that is interrupted, the webhook is still there, is told
/// nothing more, and has lost a part of its log: the same call goes on. Answers the version that the end is.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`; `precondition_failed`.
pub async fn delete(
    desk: &Desk,
    actor: &Arc<Actor>,
    call: &'static str,
    id: WebhookId,
    expected: impl Fn(Version) -> bool + Clone + Send + 'static,
    keep: Option<Keep<(Version, BatchId)>>,
) -> Result<Told<(Version, BatchId)>> {
    actor.require(Permission::SettingsCrud)?;
    let ended = "removing the log of a webhook ended early; the webhook is still there";
    desk.in_steps(actor, call, keep, ended, move |work| step(work, id, &expected)).await
}

/// Removes some of the log. Answers the version that the webhook's end is, once it is gone.
fn step(
    work: &mut Work<'_, '_>,
    id: WebhookId,
    expected: impl Fn(Version) -> bool,
) -> Result<Option<Version>> {
    let webhook = load(work.tx, work.actor, id, true)?;
    item::check_version("Webhook", id, webhook.version, expected)?;
    if work.tx.exec(sql::DELETE_SOME, &[id.0.into()])? == CHUNK {
        if work.tx.exec(sql::SILENCE, &[id.0.into()])? > 0 {
            gap::open(work.tx, id)?;
        }
        return Ok(None);
    }
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    Ok(Some(webhook.version.next()))
}
