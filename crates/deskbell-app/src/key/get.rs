//! Reading keys: one, a page, or all. What a key's secret is, nobody can read.

use deskbell_core::{Actor, Fault, KeyId, Permission};
use deskbell_db::Tx;

use super::rules::require_power;
use super::{Key, sql};
use crate::error::Result;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;
use crate::work::Work;

/// The key.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`, also for a key that sees more than the actor.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: KeyId) -> Result<Key> {
    load(tx, actor, id, false)
}

/// A page of the keys that exist for the actor, revoked ones too, by id; the query looks into their names.
///
/// Errors: `forbidden` without SETTINGS_CRUD.
pub fn page(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<Key>> {
    actor.require(Permission::SettingsCrud)?;
    let query = paging.query.to_lowercase();
    let mut found = list(tx)?;
    found.retain(|key| actor.scope.covers(&key.scope()) && key.name.to_lowercase().contains(&query));
    let total = found.len() as i64;
    let items = found.into_iter().skip(paging.start as usize).take(paging.limit as usize).collect();
    Ok(Listed { items, total })
}

/// Every key, revoked ones too, by id: for the command line.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Key>> {
    Ok(tx.all(&sql::all(), &[], Key::read)?)
}

/// The key as it stays until the transaction ends, if the actor may change it: one that may do more than the actor is seen
/// by it and not changed.
pub(super) fn load_to_change(work: &mut Work<'_, '_>, id: KeyId) -> Result<Key> {
    let key = load(work.tx, work.actor, id, true)?;
    require_power(work.actor, &key)?;
    Ok(key)
}

/// The key, if it exists for the actor: one that sees more than the actor does not.
fn load(tx: &mut Tx<'_>, actor: &Actor, id: KeyId, lock: bool) -> Result<Key> {
    actor.require(Permission::SettingsCrud)?;
    let mut statement = Statement::new(&sql::select());
    statement.push(sql::BY_ID).bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, Key::read)?;
    let seen = found.filter(|key| actor.scope.covers(&key.scope()));
    seen.ok_or_else(|| Fault::not_found("Key", id).into())
}
