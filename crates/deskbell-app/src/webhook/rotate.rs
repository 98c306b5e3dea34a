//! Giving a webhook another secret, while receivers that know the old one still understand it.

use deskbell_core::{Timestamp, Version, WebhookId};

use super::{Secret, load, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// What a rotation came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotated {
    /// The new secret, which is not shown again.
    pub secret: Secret,
    /// Until when deliveries are signed with the one before as well.
    pub old_until: Timestamp,
    /// The version.
    pub version: Version,
}

/// Gives the webhook a new secret; the present one lives for some hours more, one before it no longer.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`; `precondition_failed`.
pub fn rotate(
    work: &mut Work<'_, '_>,
    id: WebhookId,
    hours: i64,
    expected: impl Fn(Version) -> bool,
) -> Result<Rotated> {
    let webhook = load(work.tx, work.actor, id, true)?;
    item::check_version("Webhook", id, webhook.version, expected)?;
    let (secret, version) = (Secret::new(work.context), webhook.version.next());
    let old_until = Timestamp(work.now.0 + hours * 3_600);
    work.tx.exec(
        sql::ROTATE,
        &[
            id.0.into(),
            secret.bytes().into(),
            webhook.secret.bytes().into(),
            old_until.0.into(),
            work.now.0.into(),
            version.0.into(),
        ],
    )?;
    Ok(Rotated { secret, old_until, version })
}
