//! Reading one group.

use deskbell_core::{Actor, GroupId, Permission};
use deskbell_db::Tx;

use super::{Group, load, shown};
use crate::error::Result;

/// The group. Brands outside the actor's limits are left out.
///
/// Errors: `forbidden` without GROUP_READ; `not_found`, also for a group outside the actor's limits.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: GroupId) -> Result<Group> {
    actor.require(Permission::GroupRead)?;
    Ok(shown(actor, load(tx, actor, id, false)?))
}
