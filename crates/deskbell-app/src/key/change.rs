//! Making, listing, changing and revoking keys. Every change makes all key caches look again within a second.

use deskbell_core::{Code, Fault, KeyId, Limit, PermissionSet, Timestamp, Version};
use deskbell_db::{Row, Tx};
use sha2::{Digest, Sha256};

use super::{Key, Networks, generate, permissions_from_text, permissions_to_text, sql};
use crate::error::Result;
use crate::work::Work;

/// All of a key that can be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rights {
    /// Its name, for people.
    pub name: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// The brands that it is limited to; they must exist.
    pub brands: Limit,
    /// The groups that it is limited to; 0 admits tickets of no group.
    pub groups: Limit,
    /// From where it may be used.
    pub networks: Networks,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
}

/// Makes a key. Answers its id and the secret, which is not kept.
///
/// Errors: `invalid_parameter` without a name or with an expiry that has passed; `unknown_reference` for a brand or
/// group that does not exist.
pub fn create(work: &mut Work<'_, '_>, rights: &Rights) -> Result<(KeyId, String)> {
    check(work, rights, None)?;
    let secret = generate(work.context);
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let id = work.tx.first(
        sql::INSERT,
        &[
            rights.name.as_str().into(),
            hash.to_vec().into(),
            secret[..10].into(),
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

/// Every key, revoked ones too, by id.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Key>> {
    Ok(tx.all(&sql::all(), &[], read)?)
}

/// Changes a key's rights.
///
/// Errors: `not_found`; those of `create`, but that an expiry which the key has already may stay.
pub fn update(work: &mut Work<'_, '_>, id: KeyId, change: impl FnOnce(&mut Rights)) -> Result<Key> {
    let key = by_id(work.tx, id)?.ok_or_else(|| Fault::not_found("Key", id))?;
    let mut rights = Rights {
        name: key.name.clone(),
        permissions: key.permissions,
        brands: key.brands.clone(),
        groups: key.groups.clone(),
        networks: key.networks.clone(),
        expires: key.expires,
    };
    change(&mut rights);
    check(work, &rights, key.expires)?;
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
    by_id(work.tx, id)?.ok_or_else(|| Fault::not_found("Key", id).into())
}

/// Revokes a key, for good. Answers whether it was good until now.
///
/// Errors: `not_found`.
pub fn revoke(work: &mut Work<'_, '_>, id: KeyId) -> Result<bool> {
    by_id(work.tx, id)?.ok_or_else(|| Fault::not_found("Key", id))?;
    let revoked = work.tx.exec(sql::REVOKE, &[id.0.into(), work.now.0.into(), work.now.0.into()])?;
    work.tx.exec(sql::BUMP, &[])?;
    Ok(revoked > 0)
}

fn check(work: &mut Work<'_, '_>, rights: &Rights, present: Option<Timestamp>) -> Result<()> {
    if rights.name.trim().is_empty() {
        return Err(Fault::of("name", Code::InvalidParameter, "A key needs a name.").into());
    }
    if rights.expires != present && rights.expires.is_some_and(|end| end <= work.now) {
        let message = "The time of expiry has passed; it must lie in the future.";
        return Err(Fault::of("expires", Code::InvalidParameter, message).into());
    }
    for (field, kind, limit, text) in [
        ("brandIDs", "Brand", &rights.brands, crate::brand::EXISTS),
        ("groupIDs", "Group", &rights.groups, crate::group::EXISTS),
    ] {
        let Limit::Only(ids) = limit else { continue };
        for id in ids {
            if work.tx.first(text, &[(*id).into()], |row| row.int(0))?.is_none() {
                return Err(crate::ticket::edit::unknown(field, kind, id));
            }
        }
    }
    Ok(())
}

/// The key with this id.
pub(crate) fn by_id(tx: &mut Tx<'_>, id: KeyId) -> Result<Option<Key>> {
    Ok(tx.first(&sql::by_id(), &[id.0.into()], read)?)
}

/// The key with this hash.
pub(crate) fn by_hash(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<Key>> {
    Ok(tx.first(&sql::by_hash(), &[hash.to_vec().into()], read)?)
}

/// The number that every change of a key raises.
pub(crate) fn generation(tx: &mut Tx<'_>) -> Result<i64> {
    let text = tx.first(sql::GENERATION, &[], |row| row.str(0).map(str::to_owned))?;
    Ok(text.and_then(|t| t.parse().ok()).unwrap_or(0))
}

/// Makes every key cache look again: for changes of what keys and users may see.
pub(crate) fn bump(tx: &mut Tx<'_>) -> Result<()> {
    tx.exec(sql::BUMP, &[])?;
    Ok(())
}

/// Writes when keys were last used.
pub(crate) fn record_use(tx: &mut Tx<'_>, uses: &[(KeyId, Timestamp)]) -> Result<()> {
    for (key, at) in uses {
        tx.exec(sql::USED, &[key.0.into(), at.0.into(), at.0.into()])?;
    }
    Ok(())
}

/// A limit as it is stored.
pub(crate) fn limit_to_text(limit: &Limit) -> Option<String> {
    match limit {
        Limit::All => None,
        Limit::Only(ids) => Some(ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")),
    }
}

/// A limit as it was stored.
pub(crate) fn limit_from_text(text: Option<&str>) -> Limit {
    match text {
        None => Limit::All,
        Some(ids) => Limit::only(ids.split(',').filter_map(|id| id.parse().ok())),
    }
}

fn read(row: &Row<'_>) -> std::result::Result<Key, deskbell_db::Error> {
    let networks = row.str(6)?;
    Ok(Key {
        id: KeyId(row.int(0)?),
        name: row.str(1)?.to_owned(),
        hint: row.str(2)?.to_owned(),
        permissions: permissions_from_text(row.str(3)?),
        brands: limit_from_text(row.opt_str(4)?),
        groups: limit_from_text(row.opt_str(5)?),
        networks: Networks::parse(networks.split(',').filter(|t| !t.is_empty())).unwrap_or_default(),
        expires: row.opt_int(7)?.map(Timestamp),
        revoked_at: row.opt_int(8)?.map(Timestamp),
        last_used: row.opt_int(9)?.map(Timestamp),
        created_at: Timestamp(row.int(10)?),
        version: Version(row.int(11)?),
    })
}
