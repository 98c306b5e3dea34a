//! What the cache of keys asks the store: a key by the hash of a secret, and whether any key has changed. It asks for no
//! permission, and knows nothing of who may manage keys.

use deskbell_core::{KeyId, Timestamp};
use deskbell_db::Tx;

use super::{Key, sql};
use crate::error::Result;

/// The key with this id.
pub(crate) fn by_id(tx: &mut Tx<'_>, id: KeyId) -> Result<Option<Key>> {
    Ok(tx.first(&sql::by_id(), &[id.0.into()], Key::read)?)
}

/// The key with a secret of this hash, and until when that secret is good if it is the one before a rotation.
pub(crate) fn by_hash(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<(Key, Option<Timestamp>)>> {
    let hash = hash.to_vec();
    if let Some(key) = tx.first(&sql::by_hash(), &[hash.clone().into()], Key::read)? {
        return Ok(Some((key, None)));
    }
    let old = tx.first(&sql::by_old_hash(), &[hash.into()], Key::read)?;
    Ok(old.and_then(|key| key.old_until.map(|until| (key, Some(until)))))
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
