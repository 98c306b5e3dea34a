//! What holds for a user at the desk: how it is shown to them, and what they may do by their groups.

use deskbell_core::{Actor, ActorId, BrandId, Code, Fault, GroupId, Permission, PermissionSet, UserId};
use deskbell_db::Tx;

use super::{User, load, require_all, shown};
use crate::error::Result;
use crate::group;

/// The settings of a user, with what results of its groups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The user; of its groups those that the actor sees.
    pub user: User,
    /// What it may do: the permissions of those groups together, all of an administrator, none of who is not active.
    pub permissions: PermissionSet,
    /// Where: a group at a time. Nothing of who is not active.
    pub grants: Vec<Granted>,
}

/// What a group gives its members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    /// The group.
    pub group: GroupId,
    /// Its name.
    pub name: String,
    /// Whether its members see it in every brand.
    pub all_brands: bool,
    /// In which brands they do, as far as the actor sees them; none where it is all.
    pub brands: Vec<BrandId>,
}

/// The settings of a user; without one the caller's own.
///
/// Errors: `forbidden` without USER_READ; `missing_parameter` for a key, which is nobody; `unknown_reference` for a user who does
/// not exist for the actor.
pub fn settings(tx: &mut Tx<'_>, actor: &Actor, user: Option<UserId>) -> Result<Settings> {
    actor.require(Permission::UserRead)?;
    let id = meant(tx, actor, user, "settings")?;
    let user = shown(actor, load(tx, actor, id, false)?);
    if !user.active {
        return Ok(Settings { user, permissions: PermissionSet::NONE, grants: Vec::new() });
    }
    let ids: Vec<i64> = user.groups.iter().map(|group| group.0).collect();
    let groups = group::load_all(tx, actor, &ids, false)?;
    let permissions = match user.admin {
        true => PermissionSet::all(),
        false => groups.iter().flat_map(|group| group.permissions.iter()).collect(),
    };
    let granted = |mut group: group::Group| {
        group.brands.retain(|brand| actor.scope.admits_brand(*brand));
        Granted { group: group.id, name: group.name, all_brands: group.all_brands, brands: group.brands }
    };
    Ok(Settings { permissions, grants: groups.into_iter().map(granted).collect(), user })
}

/// The user whom a call means by `userID`: without it the caller. `what` is what it asks for.
///
/// Errors: `missing_parameter` for a key that names nobody; `unknown_reference` for a user who does not exist for the actor.
pub(crate) fn meant(tx: &mut Tx<'_>, actor: &Actor, user: Option<UserId>, what: &str) -> Result<UserId> {
    match (user, actor.id) {
        (Some(user), _) => {
            require_all(tx, actor, "userID", &[user])?;
            Ok(user)
        }
        (None, ActorId::User(user)) => Ok(user),
        (None, _) => {
            let message =
                format!("userID is missing: a key is no user, so it has to say whose {what} it wants.");
            Err(Fault::of("userID", Code::MissingParameter, message).into())
        }
    }
}
