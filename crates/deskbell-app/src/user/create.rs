//! Making a user.

use deskbell_core::{Code, Fault, GroupId, Permission, UserId, Version};
use deskbell_db::{Tx, Value};

use super::rules::require_visible_group;
use super::{Fields, User, check, require_groups, sql};
use crate::error::Result;
use crate::work::Work;
use crate::{group, item, key};

/// What only the command line gives a user.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// May do everything, everywhere.
    pub admin: bool,
    /// The password's hash (`password::hash`); `None` = nobody signs in yet.
    pub password_hash: Option<String>,
}

/// Makes a user: active, in English with ISO dates where nothing else is said.
///
/// Errors: `forbidden` without USER_CUD, and for a group that has more than the actor; `missing_parameter` without login
/// or e-mail address, and without a group where the actor has limits; `invalid_parameter`; `unknown_reference` for a
/// group; `conflict` if the login is taken.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields, account: &Account) -> Result<(UserId, Version)> {
    work.actor.require(Permission::UserCud)?;
    let mut problems = Vec::new();
    check(fields, "telephone_number", &mut problems);
    for (field, value) in [("name", &fields.name), ("email", &fields.email)] {
        if value.is_none() {
            problems.push(item::detail(field, Code::MissingParameter, format!("{field} is needed.")));
        }
    }
    item::refuse(problems)?;
    let mut user = blank(work);
    fields.apply(&mut user, work.actor);
    require_visible_group(work.actor, &user.groups)?;
    require_groups(work.tx, work.actor, &user.groups)?;
    let params: [Value<'_>; 13] = [
        user.name.as_str().into(),
        item::name_key(&user.name).into(),
        user.search_key().into(),
        user.firstname.as_str().into(),
        user.lastname.as_str().into(),
        user.email.as_str().into(),
        user.telephone.as_str().into(),
        user.language.as_str().into(),
        user.date_format.as_str().into(),
        account.admin.into(),
        account.password_hash.as_deref().into(),
        work.now.0.into(),
        work.now.0.into(),
    ];
    let Some(id) = work.tx.first(sql::INSERT, &params, |row| row.int(0))?.map(UserId) else {
        return Err(item::taken("name", "user", &user.name));
    };
    group::change_memberships(work, id, &[], &user.groups)?;
    key::bump(work.tx)?;
    Ok((id, Version::FIRST))
}

/// The groups of these names, compared without case: for the command line.
///
/// Errors: `unknown_reference`, naming the first that there is none of.
pub fn groups_named(tx: &mut Tx<'_>, names: &[String]) -> Result<Vec<GroupId>> {
    let mut groups = Vec::with_capacity(names.len());
    for name in names {
        let found = group::by_name(tx, name)?;
        groups.push(found.ok_or_else(|| {
            Fault::of("groups", Code::UnknownReference, format!("There is no group named {name}."))
        })?);
    }
    Ok(groups)
}

fn blank(work: &Work<'_, '_>) -> User {
    User {
        id: UserId::NONE,
        name: String::new(),
        firstname: String::new(),
        lastname: String::new(),
        email: String::new(),
        telephone: String::new(),
        language: "en".into(),
        date_format: "iso".into(),
        admin: false,
        active: true,
        groups: Vec::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    }
}
