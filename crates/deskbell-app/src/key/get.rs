//! Reading keys: one, a page, or all. What a key's secret is, nobody can read.

use deskbell_core::{Actor, ActorId, Code, Fault, KeyId, Permission};
use deskbell_db::{Engine, Tx};

use super::rules::require_power;
use super::{Key, lookup, sql};
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
    require_present(work, Some(id))?;
    let key = load(work.tx, work.actor, id, true)?;
    require_power(work.actor, &key)?;
    Ok(key)
}

/// Refuses an actor whose key was revoked, expired or got other rights since the request was let in: a cache may know of it up
/// to a second late, and no longer may what the key could do live on in another key. Its row and that of the key at stake stay
/// as they are until the transaction ends; they are locked in the order of their ids, so that two keys that touch each other
/// wait for each other.
///
/// Errors: `unauthenticated` for a key that is not good any more; `conflict` for one that has other rights now.
pub(super) fn require_present(work: &mut Work<'_, '_>, at_stake: Option<KeyId>) -> Result<()> {
    work.actor.require(Permission::SettingsCrud)?;
    let ActorId::Key(own) = work.actor.id else { return Ok(()) };
    if work.tx.engine() == Engine::Postgres {
        let other = at_stake.unwrap_or(own);
        for id in [own.0.min(other.0), own.0.max(other.0)] {
            work.tx.first(sql::LOCK, &[id.into()], |_| Ok(()))?;
        }
    }
    let present = lookup::by_id(work.tx, own)?.filter(|key| key.is_good(work.now));
    let Some(key) = present else {
        let message = "The key is not valid here.";
        return Err(Fault::new(Code::Unauthenticated, message).into());
    };
    if (key.permissions, &key.scope()) != (work.actor.permissions, &work.actor.scope) {
        let message =
            "The rights of this call's key were changed a moment ago; nothing was done. Send it again.";
        return Err(Fault::new(Code::Conflict, message).into());
    }
    Ok(())
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
