//! Making a key.

use deskbell_core::KeyId;

use super::get::require_present;
use super::row::{limit_to_text, permissions_to_text};
use super::rules::{Rights, require};
use super::{new_secret, sql};
use crate::error::Result;
use crate::work::Work;

/// Makes a key. Answers its id and the secret, which is not kept.
///
/// Errors: `forbidden` without SETTINGS_CRUD, and for a key that would have more than the actor has;
/// `invalid_parameter` without a name or with an expiry that has passed; `unknown_reference` for a brand or group that
/// does not exist for the actor.
pub fn create(work: &mut Work<'_, '_>, rights: &Rights) -> Result<(KeyId, String)> {
    require_present(work, None)?;
    require(work, rights, None)?;
    let (secret, hash, hint) = new_secret(work.context);
    let id = work.tx.first(
        sql::INSERT,
        &[
            rights.name.as_str().into(),
            hash.into(),
            hint.into(),
            permissions_to_text(rights.permissions).into(),
            limit_to_text(&rights.brands).into(),
            limit_to_text(&rights.groups).into(),
            rights.networks.texts().join(",").into(),
            rights.expires.map(|t| t.0).into(),
            work.now.0.into(),
            work.now.0.into(),
        ],
        |row| row.int(0),
    )?;
    work.tx.exec(sql::BUMP, &[])?;
    Ok((KeyId(id.unwrap_or_default()), secret))
}
