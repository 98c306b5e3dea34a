//! Making a group.

use deskbell_core::{Code, GroupId, Permission, PermissionSet, Version};
use deskbell_db::Value;

use super::rules::{require_all_of, require_held};
use super::{Fields, Group, check, sql};
use crate::error::Result;
use crate::item;
use crate::key::{self, permissions_to_text};
use crate::work::Work;
use crate::{brand, user};

/// Makes a group. Where neither brands nor `all_brands` are named it serves every brand.
///
/// Errors: `forbidden` without GROUP_CUD, for a permission that the actor lacks, and for a group that reaches beyond the
/// actor's limits (one that is limited to groups makes none); `missing_parameter` without a name; `invalid_parameter`;
/// `unknown_reference` for a brand or user; `conflict` if the name is taken.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(GroupId, Version)> {
    work.actor.require(Permission::GroupCud)?;
    require_held(work.actor, fields.permissions.unwrap_or_default())?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    if fields.name.is_none() {
        problems.push(item::detail("name", Code::MissingParameter, "name is needed."));
    }
    item::refuse(problems)?;
    brand::require_all(work.tx, work.actor, "brandIDs", fields.brands.as_deref().unwrap_or_default())?;
    user::require_all(work.tx, work.actor, "members", fields.members.as_deref().unwrap_or_default())?;
    let mut group = blank(work);
    fields.apply(&mut group, work.actor);
    require_all_of(work.actor, &group)?;
    let Some(id) = insert(work, &group)? else {
        return Err(item::taken("name", "group", &group.name));
    };
    for brand in &group.brands {
        work.tx.exec(sql::ADD_BRAND, &[id.0.into(), brand.0.into()])?;
    }
    for member in &group.members {
        work.tx.exec(sql::STEP_USER, &[member.0.into(), work.now.0.into()])?;
        work.tx.exec(sql::ADD_MEMBER, &[id.0.into(), member.0.into()])?;
    }
    key::bump(work.tx)?;
    Ok((id, Version::FIRST))
}

/// The group of this name (compared without case), made if there is none, without permissions and for every brand: for
/// data that names its groups. It asks for no permission.
pub fn find_or_create(work: &mut Work<'_, '_>, name: &str) -> Result<GroupId> {
    // A second look is needed where another writer makes it between the first look and the insert.
    for _ in 0..2 {
        if let Some(id) = by_name(work.tx, name)? {
            return Ok(id);
        }
        let group = Group { name: name.to_owned(), ..blank(work) };
        if let Some(id) = insert(work, &group)? {
            return Ok(id);
        }
    }
    Err(item::taken("name", "group", name))
}

/// The group of this name, compared without case.
pub(crate) fn by_name(tx: &mut deskbell_db::Tx<'_>, name: &str) -> Result<Option<GroupId>> {
    Ok(tx.first(sql::BY_NAME, &[item::name_key(name).into()], |row| row.int(0))?.map(GroupId))
}

fn blank(work: &Work<'_, '_>) -> Group {
    Group {
        id: GroupId::NONE,
        name: String::new(),
        permissions: PermissionSet::NONE,
        all_brands: true,
        brands: Vec::new(),
        members: Vec::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    }
}

/// Inserts the row of a group; `None` if its name is taken.
fn insert(work: &mut Work<'_, '_>, group: &Group) -> Result<Option<GroupId>> {
    let params: [Value<'_>; 6] = [
        group.name.as_str().into(),
        item::name_key(&group.name).into(),
        permissions_to_text(group.permissions).into(),
        group.all_brands.into(),
        work.now.0.into(),
        work.now.0.into(),
    ];
    Ok(work.tx.first(sql::INSERT, &params, |row| row.int(0))?.map(GroupId))
}
