//! Listing groups.

use deskbell_core::{Actor, Permission};
use deskbell_db::Tx;

use super::{Group, complete, shown, sql, visible};
use crate::error::Result;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;

/// A page of the groups that exist for the actor, by id; the query looks into their names. Brands outside the actor's
/// limits are left out.
///
/// Errors: `forbidden` without GROUP_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<Group>> {
    actor.require(Permission::GroupRead)?;
    let mut from = Statement::new(sql::FROM);
    visible(&actor.scope, &mut from);
    let mut page = item::list(tx, sql::COLUMNS, from, "name_key", paging, Group::read)?;
    complete(tx, &mut page.items)?;
    page.items = page.items.into_iter().map(|group| shown(actor, group)).collect();
    Ok(page)
}
