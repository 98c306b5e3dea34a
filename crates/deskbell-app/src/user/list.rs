//! Listing users.

use deskbell_core::{Actor, Permission};
use deskbell_db::Tx;

use super::{User, complete, shown, sql, visible};
use crate::error::Result;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;

/// Which users.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Which page; the query looks into login, names and e-mail address.
    pub paging: Paging,
    /// Only those who have not been deactivated.
    pub active_only: bool,
}

/// A page of the users that exist for the actor, by id. Groups outside the actor's limits are left out.
///
/// Errors: `forbidden` without USER_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Listed<User>> {
    actor.require(Permission::UserRead)?;
    let mut from = Statement::new(sql::FROM);
    visible(&actor.scope, &mut from);
    if filter.active_only {
        from.push(sql::AND_ACTIVE);
    }
    let mut page = item::list(tx, sql::COLUMNS, from, "search_key", &filter.paging, User::read)?;
    complete(tx, &mut page.items)?;
    page.items = page.items.into_iter().map(|user| shown(actor, user)).collect();
    Ok(page)
}
