//! Giving a key another secret, while those who have the present one still get in.

use deskbell_core::{Code, Fault, KeyId, Timestamp, Version};

use super::get::load_to_change;
use super::{new_secret, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// What a rotation came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotated {
    /// The new secret, which is not kept.
    pub secret: String,
    /// Until when the one before is good as well; from that second on it is refused.
    pub old_until: Timestamp,
    /// The version.
    pub version: Version,
}

/// Gives the key a new secret; the present one is good for some hours more, one before it no longer.
///
/// Errors: `forbidden` without SETTINGS_CRUD, and for a key that may do more than the actor, who would get its power;
/// `not_found`, also for a key that sees more than the actor; `precondition_failed`; `conflict` for a revoked key.
pub fn rotate(
    work: &mut Work<'_, '_>,
    id: KeyId,
    hours: i64,
    expected: impl Fn(Version) -> bool,
) -> Result<Rotated> {
    let key = load_to_change(work, id)?;
    item::check_version("Key", id, key.version, expected)?;
    if key.revoked_at.is_some() {
        let message = format!("Key {id} is revoked, and stays so. Make a new one.");
        return Err(Fault::new(Code::Conflict, message).into());
    }
    let (secret, hash, hint) = new_secret(work.context);
    let old_until = Timestamp(work.now.0 + hours * 3_600);
    work.tx
        .exec(sql::ROTATE, &[id.0.into(), old_until.0.into(), hash.into(), hint.into(), work.now.0.into()])?;
    work.tx.exec(sql::BUMP, &[])?;
    Ok(Rotated { secret, old_until, version: key.version.next() })
}
