//! What may be put into a group, and by whom: nobody grants what it does not have. Pure: nothing here asks the store.

use deskbell_core::fault::Detail;
use deskbell_core::{Actor, BrandId, Code, Fault, PermissionSet, UserId};

use super::row::Group;
use crate::error::Result;
use crate::item::{check_name, detail};

/// Fields of a group as they are sent. What is absent stays as it is, or is the default of a new group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Group")]
pub struct Fields {
    pub name: Option<String>,
    pub permissions: Option<PermissionSet>,
    /// Absent beside brands: they alone.
    pub all_brands: Option<bool>,
    pub brands: Option<Vec<BrandId>>,
    pub members: Option<Vec<UserId>>,
}

/// Notes every value that a group does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    check_name(fields.name.as_deref(), problems);
    if fields.all_brands == Some(true) && fields.brands.as_ref().is_some_and(|b| !b.is_empty()) {
        let message = "brandIDs and allBrands=true contradict each other: send one of them.";
        problems.push(detail("brandIDs", Code::InvalidParameter, message));
    }
}

impl Fields {
    /// Writes the fields into a group. They have passed `check`. A caller with limits sees only some of the brands;
    /// those that are hidden from it stay.
    pub(super) fn apply(&self, group: &mut Group, actor: &Actor) {
        if let Some(name) = &self.name {
            group.name.clone_from(name);
        }
        if let Some(permissions) = self.permissions {
            group.permissions = permissions;
        }
        if let Some(brands) = &self.brands {
            let hidden = group.brands.iter().filter(|b| !actor.scope.admits_brand(**b));
            group.brands = hidden.chain(brands).copied().collect();
            group.all_brands = false;
        }
        if let Some(all) = self.all_brands {
            group.all_brands = all;
        }
        if group.all_brands {
            group.brands.clear();
        }
        if let Some(members) = &self.members {
            group.members.clone_from(members);
        }
        group.brands.sort_unstable();
        group.brands.dedup();
        group.members.sort_unstable();
        group.members.dedup();
    }
}

/// Refuses a permission that the actor lacks itself.
pub(super) fn require_held(actor: &Actor, permissions: PermissionSet) -> Result<()> {
    let Some(lacking) = permissions.iter().find(|p| !actor.permissions.has(*p)) else { return Ok(()) };
    let message =
        format!("Nobody grants what it does not have: this call needs the permission {lacking} itself.");
    Err(Fault::of("permissions", Code::Forbidden, message).into())
}

/// Refuses a change of a group that would give somebody more than the actor has: a further permission, a further brand,
/// or a further member, who gets all that the group has.
pub(super) fn require_grants(actor: &Actor, before: &Group, now: &Group) -> Result<()> {
    if now.all_brands != before.all_brands {
        // Every brand is concerned, also those that the actor does not see.
        require_sight(actor, if before.all_brands { before } else { now })?;
    }
    let further_brand =
        now.all_brands && !before.all_brands || now.brands.iter().any(|brand| !before.serves(*brand));
    let further_member = now.members.iter().any(|member| !before.members.contains(member));
    if further_brand || further_member {
        return require_all_of(actor, now);
    }
    let further: PermissionSet = now.permissions.iter().filter(|p| !before.permissions.has(*p)).collect();
    require_held(actor, further)?;
    if further == PermissionSet::NONE { Ok(()) } else { require_sight(actor, now) }
}

/// Refuses to an actor what a group has and it has not.
pub(crate) fn require_all_of(actor: &Actor, group: &Group) -> Result<()> {
    require_held(actor, group.permissions)?;
    require_sight(actor, group)
}

/// Refuses an actor whose limits are narrower than what the group sees.
pub(super) fn require_sight(actor: &Actor, group: &Group) -> Result<()> {
    if actor.scope.covers(&group.scope()) {
        return Ok(());
    }
    let message = format!(
        "Nobody grants or takes away what it does not see: the group {} reaches beyond this caller's limits.",
        group.name
    );
    Err(Fault::new(Code::Forbidden, message).into())
}
