//! Revoking a key. Its row stays, as the record of who had access.

use deskbell_core::{KeyId, Version};

use super::get::load_to_change;
use super::sql;
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Revokes a key with all its secrets, for good; it is refused everywhere within a second. Answers whether it was good until
/// now, and the version. An actor may revoke its own key.
///
/// Errors: `forbidden` without SETTINGS_CRUD, and for a key that may do more than the actor; `not_found`, also for a key that
/// sees more than the actor; `precondition_failed`.
pub fn revoke(
    work: &mut Work<'_, '_>,
    id: KeyId,
    expected: impl Fn(Version) -> bool,
) -> Result<(bool, Version)> {
    let key = load_to_change(work, id)?;
    item::check_version("Key", id, key.version, expected)?;
    if key.revoked_at.is_some() {
        return Ok((false, key.version));
    }
    work.tx.exec(sql::REVOKE, &[id.0.into(), work.now.0.into(), work.now.0.into()])?;
    work.tx.exec(sql::BUMP, &[])?;
    Ok((true, key.version.next()))
}
