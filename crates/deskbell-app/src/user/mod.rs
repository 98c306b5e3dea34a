//! Users: agents and administrators, who get permissions and brands through their groups.
//!
//! A caller with limits sees the users who belong to one of its groups. A user is never deleted but deactivated: the
//! history keeps the name. User 0, "nobody", is no item: it is never shown and cannot be changed.

mod create;
mod deactivate;
mod get;
mod list;
pub mod password;
mod reset_password;
mod row;
mod rules;
mod settings;
mod sql;
mod update;

use deskbell_core::{Actor, Fault, GroupId, Scope, UserId};
use deskbell_db::Tx;

use crate::error::Result;
use crate::item;
use crate::statement::Statement;

pub use create::{Account, create, groups_named};
pub use deactivate::deactivate;
pub use get::{get, named};
pub use list::{Filter, list};
pub use reset_password::reset_password;
pub use row::User;
pub use rules::{DATE_FORMATS, Fields, LANGUAGES, check};
pub(crate) use settings::meant;
pub use settings::{Granted, Settings, settings};
pub use update::update;

/// Appends the condition that a user exists for the scope's owner.
fn visible(scope: &Scope, statement: &mut Statement) {
    if scope.is_everything() {
        statement.push("1 = 1");
        return;
    }
    statement.push(sql::MEMBER_OF);
    item::within(statement, "group_id", scope, |grant| &grant.groups);
    statement.push(")");
}

/// The user with all groups, if it exists for the actor; `lock` keeps it as it is until the transaction ends.
fn load(tx: &mut Tx<'_>, actor: &Actor, id: UserId, lock: bool) -> Result<User> {
    let mut statement = Statement::new(&sql::select());
    visible(&actor.scope, &mut statement);
    statement.push(" AND id = ").bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, User::read)?;
    let mut users = Vec::from_iter(found);
    complete(tx, &mut users)?;
    users.pop().ok_or_else(|| Fault::not_found("User", id).into())
}

/// Reads the groups of users.
fn complete(tx: &mut Tx<'_>, users: &mut [User]) -> Result<()> {
    let ids: Vec<i64> = users.iter().map(|u| u.id.0).collect();
    let mut groups = item::related(tx, sql::GROUPS, "user_id", &ids)?;
    for user in users {
        user.groups = groups.remove(&user.id.0).unwrap_or_default().into_iter().map(GroupId).collect();
    }
    Ok(())
}

/// Takes out of a user the groups that the actor does not see.
fn shown(actor: &Actor, mut user: User) -> User {
    user.groups.retain(|group| actor.scope.admits_group(*group));
    user
}

/// Refuses users that do not exist for the actor.
pub(crate) fn require_all(tx: &mut Tx<'_>, actor: &Actor, field: &str, ids: &[UserId]) -> Result<()> {
    let found = existing(tx, actor, ids)?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    item::refuse_unknown(field, "User", &ids, &found)
}

/// Those of the users who exist for the actor.
pub(crate) fn existing(tx: &mut Tx<'_>, actor: &Actor, ids: &[UserId]) -> Result<Vec<i64>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut statement = Statement::new(sql::IDS);
    visible(&actor.scope, &mut statement);
    statement.push(" AND ");
    item::existing(tx, statement, &ids)
}

/// Refuses groups that do not exist for the actor, and those that have more than the actor: nobody grants what it does
/// not have.
fn require_groups(tx: &mut Tx<'_>, actor: &Actor, groups: &[GroupId]) -> Result<()> {
    let ids: Vec<i64> = groups.iter().map(|id| id.0).collect();
    let found = crate::group::load_all(tx, actor, &ids, false)?;
    let there: Vec<i64> = found.iter().map(|g| g.id.0).collect();
    item::refuse_unknown("groups", "Group", &ids, &there)?;
    found.iter().try_for_each(|group| crate::group::require_all_of(actor, group))
}
