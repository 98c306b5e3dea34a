//! Deleting a webhook.

use deskbell_core::{Version, WebhookId};

use super::{load, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Deletes a webhook with its log; what waits for it is not delivered. Answers the version that the end is.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`; `precondition_failed`.
pub fn delete(work: &mut Work<'_, '_>, id: WebhookId, expected: impl Fn(Version) -> bool) -> Result<Version> {
    let webhook = load(work.tx, work.actor, id, true)?;
    item::check_version("Webhook", id, webhook.version, expected)?;
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    Ok(webhook.version.next())
}
