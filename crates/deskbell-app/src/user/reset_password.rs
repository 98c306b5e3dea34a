//! Giving a user a new password. The old one is not asked for: this is for those who have lost it.

use deskbell_core::{Permission, UserId, Version};

use super::rules::require_reach;
use super::{load, sql};
use crate::error::Result;
use crate::work::Work;

/// Puts the hash of a new password (`password::hash`) in place of what was there. It counts as a change of the user, even
/// if the password is the old one. A deactivated user may be given one too, before the user comes back.
///
/// Errors: `forbidden` without USER_CUD, or for a user who is more than the actor; `not_found`.
pub fn reset_password(work: &mut Work<'_, '_>, id: UserId, hash: &str) -> Result<Version> {
    work.actor.require(Permission::UserCud)?;
    let user = load(work.tx, work.actor, id, true)?;
    require_reach(work.actor, &user)?;
    let version = user.version.next();
    work.tx.exec(sql::SET_PASSWORD, &[id.0.into(), hash.into(), work.now.0.into(), version.0.into()])?;
    Ok(version)
}
