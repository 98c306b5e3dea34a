//! Changing a webhook.

use deskbell_core::{Timestamp, Version, WebhookId};

use super::{Fields, check, event, gap, glance, load, sql};
use crate::error::Result;
use crate::item;
use crate::key::limit_to_text;
use crate::work::Work;

/// Changes what the fields name. One that becomes active is told of what happens from then on, and of
/// what happened while it was active before. Other events or limits count for what is not written
/// down yet as well, unless nothing of that was any of its business before. A change that changes nothing
/// keeps the version. That a new endpoint answers has been looked at.
///
/// Errors: `forbidden` without SETTINGS_CRUD, and for a webhook that would be told of more than the actor may see;
/// `invalid_parameter`; `unknown_reference`; `not_found`; `precondition_failed`.
pub fn update(
    work: &mut Work<'_, '_>,
    id: WebhookId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    let before = load(work.tx, work.actor, id, true)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    item::check_version("Webhook", id, before.version, expected)?;
    let mut webhook = before.clone();
    fields.apply(work.tx, work.actor, &mut webhook)?;
    if webhook == before {
        return Ok(before.version);
    }
    let wakes = webhook.active && !before.active;
    let told = (&before.events, &before.brands, &before.groups);
    if before.active && told != (&webhook.events, &webhook.brands, &webhook.groups) {
        // What was none of its business before the change is not told after it.
        glance::catch_up(work.tx, &before)?;
    }
    if wakes {
        gap::close(work.tx, id)?;
        webhook.taken_at = work.now;
    } else if before.active && !webhook.active {
        gap::open(work.tx, id)?;
    }
    if wakes || webhook.url != before.url {
        (webhook.failures, webhook.rests, webhook.retry_at) = (0, 0, Timestamp(0));
        webhook.problem = String::new();
    }
    let version = before.version.next();
    work.tx.exec(
        sql::UPDATE,
        &[
            id.0.into(),
            webhook.url.as_str().into(),
            event::to_text(&webhook.events).into(),
            limit_to_text(&webhook.brands).into(),
            limit_to_text(&webhook.groups).into(),
            i64::from(webhook.active).into(),
            webhook.failures.into(),
            webhook.rests.into(),
            webhook.retry_at.0.into(),
            webhook.taken_at.0.into(),
            webhook.problem.as_str().into(),
            work.now.0.into(),
            version.0.into(),
        ],
    )?;
    Ok(version)
}
