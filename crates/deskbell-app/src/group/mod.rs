//! Groups of agents: what their members may do, and in which brands.
//!
//! A caller sees the groups within its limits, and puts nothing into one that it does not have itself. Names are unique
//! without case. Group 0, "no group", is no item: it is never shown and cannot be changed.

mod create;
mod delete;
mod get;
mod list;
mod place;
mod row;
mod rules;
mod sql;
mod update;

use deskbell_core::{Actor, BrandId, Fault, GroupId, Scope, Timestamp, UserId};
use deskbell_db::Tx;

use crate::error::Result;
use crate::item;
use crate::statement::Statement;

pub(crate) use create::by_name;
pub use create::{create, find_or_create};
pub use delete::delete;
pub use get::get;
pub use list::list;
pub use row::Group;
pub(crate) use rules::require_all_of;
pub use rules::{Fields, check};
pub use update::update;

/// Makes the group that a new desk begins with.
pub(crate) fn insert_first(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.exec(sql::INSERT_FIRST, &[now.0.into(), now.0.into()])?;
    Ok(())
}

/// Appends the condition that a group exists for the scope's owner.
fn visible(scope: &Scope, statement: &mut Statement) {
    item::within(statement, "id", scope, |grant| &grant.groups);
}

/// The group with all its brands and members, if it exists for the actor; `lock` keeps it as it is until the
/// transaction ends.
fn load(tx: &mut Tx<'_>, actor: &Actor, id: GroupId, lock: bool) -> Result<Group> {
    let mut found = load_all(tx, actor, &[id.0], lock)?;
    found.pop().ok_or_else(|| Fault::not_found("Group", id).into())
}

/// Those of the groups that exist for the actor, by id.
pub(crate) fn load_all(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64], lock: bool) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    for ids in ids.chunks(512) {
        let mut statement = Statement::new(&sql::select());
        visible(&actor.scope, &mut statement);
        statement.push(" AND ").within("id", ids).push(" ORDER BY id");
        if lock {
            item::lock(tx, &mut statement);
        }
        groups.extend(tx.all(&statement.text, &statement.params, Group::read)?);
    }
    complete(tx, &mut groups)?;
    Ok(groups)
}

/// Reads brands and members of groups. Whoever sees a group sees its members.
fn complete(tx: &mut Tx<'_>, groups: &mut [Group]) -> Result<()> {
    let ids: Vec<i64> = groups.iter().map(|g| g.id.0).collect();
    let mut brands = item::related(tx, sql::BRANDS, "group_id", &ids)?;
    let mut members = item::related(tx, sql::MEMBERS, "group_id", &ids)?;
    for group in groups {
        group.brands = brands.remove(&group.id.0).unwrap_or_default().into_iter().map(BrandId).collect();
        group.members = members.remove(&group.id.0).unwrap_or_default().into_iter().map(UserId).collect();
    }
    Ok(())
}

/// Takes out of a group the brands that the actor does not see.
fn shown(actor: &Actor, mut group: Group) -> Group {
    group.brands.retain(|brand| actor.scope.admits_brand(*brand));
    group
}

/// Adds and removes memberships of one user; the groups step their versions. The caller bumps the key generation.
pub(crate) fn change_memberships(
    work: &mut crate::work::Work<'_, '_>,
    user: UserId,
    before: &[GroupId],
    now: &[GroupId],
) -> Result<()> {
    let added = now.iter().filter(|g| !before.contains(g)).map(|g| (*g, sql::ADD_MEMBER));
    let removed = before.iter().filter(|g| !now.contains(g)).map(|g| (*g, sql::REMOVE_MEMBER));
    let mut changes: Vec<(GroupId, &str)> = added.chain(removed).collect();
    changes.sort_unstable_by_key(|(group, _)| *group);
    for (group, text) in changes {
        work.tx.exec(sql::STEP, &[group.0.into(), work.now.0.into()])?;
        work.tx.exec(text, &[group.0.into(), user.0.into()])?;
    }
    Ok(())
}
