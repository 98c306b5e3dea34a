//! Changing a group.

use deskbell_core::{GroupId, Permission, Version};
use deskbell_db::{Kind, Value};

use super::place::require_served;
use super::rules::require_grants;
use super::{Fields, Group, check, load, sql};
use crate::error::Result;
use crate::key::{self, permissions_to_text};
use crate::work::Work;
use crate::{brand, item, user};

/// Changes what the fields name; permissions, brands and members are replaced as sets. What a caller with limits does
/// not see of the brands stays. A change that changes nothing keeps the version.
///
/// Errors: `forbidden` without GROUP_CUD, and where the change gives somebody more than the actor has;
/// `invalid_parameter`; `not_found`; `precondition_failed`; `unknown_reference` for a brand or user; `conflict` if the
/// name is taken, or the group has tickets in a brand that it would no longer serve.
pub fn update(
    work: &mut Work<'_, '_>,
    id: GroupId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::GroupCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    let before = load(work.tx, work.actor, id, true)?;
    item::check_version("Group", id, before.version, expected)?;
    brand::require_all(work.tx, work.actor, "brandIDs", fields.brands.as_deref().unwrap_or_default())?;
    user::require_all(work.tx, work.actor, "members", fields.members.as_deref().unwrap_or_default())?;
    let mut group = before.clone();
    fields.apply(&mut group, work.actor);
    if group == before {
        return Ok(before.version);
    }
    require_grants(work.actor, &before, &group)?;
    let narrower = before.all_brands && !group.all_brands || before.brands.iter().any(|b| !group.serves(*b));
    if narrower {
        require_served(work.tx, id, &group, "brandIDs")?;
    }
    write(work, &before, &group)
}

fn write(work: &mut Work<'_, '_>, before: &Group, group: &Group) -> Result<Version> {
    let (id, version) = (group.id.0, before.version.next());
    let params: [Value<'_>; 7] = [
        id.into(),
        group.name.as_str().into(),
        item::name_key(&group.name).into(),
        permissions_to_text(group.permissions).into(),
        group.all_brands.into(),
        work.now.0.into(),
        version.0.into(),
    ];
    if item::guarded(work.tx, Kind::Unique, |tx| tx.exec(sql::UPDATE, &params))?.is_none() {
        return Err(item::taken("name", "group", &group.name));
    }
    let brands = (&before.brands, &group.brands);
    for brand in brands.0.iter().filter(|b| !brands.1.contains(b)) {
        work.tx.exec(sql::REMOVE_BRAND, &[id.into(), brand.0.into()])?;
    }
    for brand in brands.1.iter().filter(|b| !brands.0.contains(b)) {
        work.tx.exec(sql::ADD_BRAND, &[id.into(), brand.0.into()])?;
    }
    let members = (&before.members, &group.members);
    let removed = members.0.iter().filter(|m| !members.1.contains(m)).map(|m| (*m, sql::REMOVE_MEMBER));
    let added = members.1.iter().filter(|m| !members.0.contains(m)).map(|m| (*m, sql::ADD_MEMBER));
    for (member, text) in removed.chain(added) {
        work.tx.exec(sql::STEP_USER, &[member.0.into(), work.now.0.into()])?;
        work.tx.exec(text, &[id.into(), member.0.into()])?;
    }
    key::bump(work.tx)?;
    Ok(version)
}
