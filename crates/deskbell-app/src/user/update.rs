//! Changing a user.

use deskbell_core::{GroupId, Permission, UserId, Version};
use deskbell_db::{Kind, Value};

use super::rules::{require_reach, require_visible_group};
use super::{Fields, User, check, load, require_groups, sql};
use crate::error::Result;
use crate::work::Work;
use crate::{group, item, key};

/// Changes what the fields name; the groups are replaced as a set, those that the actor does not see stay. A change that
/// changes nothing keeps the version.
///
/// Errors: `forbidden` without USER_CUD, for a user who is more than the actor, and for a further group that has more
/// than the actor; `invalid_parameter`; `not_found`; `precondition_failed`; `unknown_reference` for a group; `conflict`
/// if the login is taken.
pub fn update(
    work: &mut Work<'_, '_>,
    id: UserId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::UserCud)?;
    let mut problems = Vec::new();
    check(fields, "telephone", &mut problems);
    item::refuse(problems)?;
    let before = load(work.tx, work.actor, id, true)?;
    item::check_version("User", id, before.version, expected)?;
    let mut user = before.clone();
    fields.apply(&mut user, work.actor);
    if user == before {
        return Ok(before.version);
    }
    require_reach(work.actor, &before)?;
    require_visible_group(work.actor, &user.groups)?;
    // Coming back gives all groups anew.
    let comes_back = user.active && !before.active;
    let further = user.groups.iter().filter(|g| comes_back || !before.groups.contains(g));
    let further: Vec<GroupId> = further.copied().collect();
    require_groups(work.tx, work.actor, &further)?;
    write(work, &before, &user)
}

/// Writes a user whose login may be taken by somebody else.
pub(super) fn write(work: &mut Work<'_, '_>, before: &User, user: &User) -> Result<Version> {
    let version = before.version.next();
    let params: [Value<'_>; 13] = [
        user.id.0.into(),
        user.name.as_str().into(),
        item::name_key(&user.name).into(),
        user.search_key().into(),
        user.firstname.as_str().into(),
        user.lastname.as_str().into(),
        user.email.as_str().into(),
        user.telephone.as_str().into(),
        user.language.as_str().into(),
        user.date_format.as_str().into(),
        user.active.into(),
        work.now.0.into(),
        version.0.into(),
    ];
    if item::guarded(work.tx, Kind::Unique, |tx| tx.exec(sql::UPDATE, &params))?.is_none() {
        return Err(item::taken("name", "user", &user.name));
    }
    group::change_memberships(work, user.id, &before.groups, &user.groups)?;
    key::bump(work.tx)?;
    Ok(version)
}
