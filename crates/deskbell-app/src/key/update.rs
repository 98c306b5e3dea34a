//! Changing what a key may do. Its secret stays.

use deskbell_core::{KeyId, Version};

use super::get::load_to_change;
use super::row::{limit_to_text, permissions_to_text};
use super::rules::{Rights, require};
use super::{Key, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Changes a key's rights; every key cache knows within a second. A change that changes nothing keeps the version. A revoked
/// key stays revoked.
///
/// Errors: `forbidden` without SETTINGS_CRUD, for a key that may do more than the actor, and for a change that would give it
/// more; `not_found`, also for a key that sees more than the actor; `precondition_failed`; those of `create`, but that a
/// brand, a group or an expiry which the key has already may stay.
pub fn update(
    work: &mut Work<'_, '_>,
    id: KeyId,
    expected: impl Fn(Version) -> bool,
    change: impl FnOnce(&mut Rights),
) -> Result<Key> {
    let key = load_to_change(work, id)?;
    item::check_version("Key", id, key.version, expected)?;
    let before = Rights::of(&key);
    let mut rights = before.clone();
    change(&mut rights);
    require(work, &rights, Some(&before))?;
    if rights == before {
        return Ok(key);
    }
    work.tx.exec(
        sql::UPDATE,
        &[
            id.0.into(),
            rights.name.as_str().into(),
            permissions_to_text(rights.permissions).into(),
            limit_to_text(&rights.brands).into(),
            limit_to_text(&rights.groups).into(),
            rights.networks.texts().join(",").into(),
            rights.expires.map(|t| t.0).into(),
            work.now.0.into(),
        ],
    )?;
    work.tx.exec(sql::BUMP, &[])?;
    Ok(Key { last_update: work.now, version: key.version.next(), ..rights.into_key(key) })
}
