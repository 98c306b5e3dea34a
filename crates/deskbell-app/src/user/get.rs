//! Reading one user.

use deskbell_core::{Actor, Permission, UserId};
use deskbell_db::Tx;

use super::{User, load, shown};
use crate::error::Result;

/// The user, deactivated or not. Groups outside the actor's limits are left out.
///
/// Errors: `forbidden` without USER_READ; `not_found`, also for a user outside the actor's limits.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<User> {
    actor.require(Permission::UserRead)?;
    Ok(shown(actor, load(tx, actor, id, false)?))
}
