//! What a key may be, and who may give it that: nobody grants what it does not have. When and from where a key may be used is
//! no grant: a key that expires may make one that does not.

use deskbell_core::fault::Detail;
use deskbell_core::{Actor, BrandId, Code, Fault, Grant, GroupId, Limit, PermissionSet, Scope, Timestamp};

use super::{Key, Networks};
use crate::error::Result;
use crate::item::{self, check_name, detail};
use crate::work::Work;
use crate::{brand, group};

/// All of a key that can be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rights {
    /// Its name, for people.
    pub name: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// The brands that it is limited to; they must exist.
    pub brands: Limit,
    /// The groups that it is limited to; 0 admits tickets of no group.
    pub groups: Limit,
    /// From where it may be used.
    pub networks: Networks,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
}

/// Fields of a key as they are sent. What is absent stays as it is, or is the default of a new key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Rights")]
pub struct Fields {
    pub name: Option<String>,
    pub permissions: Option<PermissionSet>,
    /// False without brands: none, where there was no limit.
    pub all_brands: Option<bool>,
    pub brands: Option<Vec<BrandId>>,
    /// False without groups: none, where there was no limit.
    pub all_groups: Option<bool>,
    pub groups: Option<Vec<GroupId>>,
    /// `Some(None)`: never.
    pub expires: Option<Option<Timestamp>>,
    /// Networks or addresses; empty for any address.
    pub networks: Option<Vec<String>>,
}

/// Notes every value that a key does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    check_name(fields.name.as_deref(), problems);
    let named = [
        (
            "brandIDs",
            "allBrands",
            fields.all_brands,
            fields.brands.as_ref().is_some_and(|ids| !ids.is_empty()),
        ),
        (
            "groupIDs",
            "allGroups",
            fields.all_groups,
            fields.groups.as_ref().is_some_and(|ids| !ids.is_empty()),
        ),
    ];
    for (ids, all, _, _) in named.into_iter().filter(|(_, _, all, ids)| *all == Some(true) && *ids) {
        let message = format!("{ids} and {all}=true contradict each other: send one of them.");
        problems.push(detail(ids, Code::InvalidParameter, message));
    }
    if let Err(wrong) = Networks::parse(fields.networks.iter().flatten().map(String::as_str)) {
        let message = format!(
            "allowedNetworks takes networks such as 10.0.0.0/8 or 2001:db8::/32, and single addresses; {wrong:?} is neither."
        );
        problems.push(detail("allowedNetworks", Code::InvalidParameter, message));
    }
}

impl Fields {
    /// The rights of a new key; what is not sent of its limits are those of the actor. They have passed `check`.
    pub fn rights(&self, actor: &Actor) -> Rights {
        let (brands, groups) = actor.scope.own_limits();
        let mut rights = Rights {
            name: String::new(),
            permissions: PermissionSet::NONE,
            brands,
            groups,
            networks: Networks::default(),
            expires: None,
        };
        self.apply(&mut rights);
        rights
    }

    /// Writes the fields into the rights of a key. They have passed `check`.
    pub fn apply(&self, rights: &mut Rights) {
        if let Some(name) = &self.name {
            rights.name.clone_from(name);
        }
        rights.permissions = self.permissions.unwrap_or(rights.permissions);
        let brands = self.brands.as_ref().map(|ids| ids.iter().map(|id| id.0).collect());
        let groups = self.groups.as_ref().map(|ids| ids.iter().map(|id| id.0).collect());
        limit(&mut rights.brands, self.all_brands, brands);
        limit(&mut rights.groups, self.all_groups, groups);
        rights.expires = self.expires.unwrap_or(rights.expires);
        if let Some(networks) = &self.networks {
            rights.networks = Networks::parse(networks.iter().map(String::as_str)).unwrap_or_default();
        }
    }
}

fn limit(limit: &mut Limit, all: Option<bool>, ids: Option<Vec<i64>>) {
    match (all, ids) {
        (Some(true), _) => *limit = Limit::All,
        (_, Some(ids)) => *limit = Limit::only(ids),
        (Some(false), None) if *limit == Limit::All => *limit = Limit::Only(Vec::new()),
        (_, None) => {}
    }
}

impl Rights {
    /// The rights that a key has.
    pub(super) fn of(key: &Key) -> Self {
        Self {
            name: key.name.clone(),
            permissions: key.permissions,
            brands: key.brands.clone(),
            groups: key.groups.clone(),
            networks: key.networks.clone(),
            expires: key.expires,
        }
    }

    /// The key with these rights.
    pub(super) fn into_key(self, key: Key) -> Key {
        let Self { name, permissions, brands, groups, networks, expires } = self;
        Key { name, permissions, brands, groups, networks, expires, ..key }
    }
}

/// Refuses rights that no key can have, or that the actor cannot give. What a key has already of expiry, brands and groups
/// may stay.
pub(super) fn require(work: &mut Work<'_, '_>, rights: &Rights, before: Option<&Rights>) -> Result<()> {
    let mut problems = Vec::new();
    check_name(Some(&rights.name), &mut problems);
    let stays = before.is_some_and(|before| before.expires == rights.expires);
    if !stays && rights.expires.is_some_and(|end| end <= work.now) {
        let message = "The time of expiry has passed; it must lie in the future.";
        problems.push(detail("expires", Code::InvalidParameter, message));
    }
    item::refuse(problems)?;
    let brands = further(&rights.brands, before.map(|before| &before.brands));
    let brands: Vec<BrandId> = brands.into_iter().map(BrandId).collect();
    brand::require_all(work.tx, work.actor, "brandIDs", &brands)?;
    let groups = further(&rights.groups, before.map(|before| &before.groups));
    let groups: Vec<i64> = groups.into_iter().filter(|id| !GroupId(*id).is_none()).collect();
    let found = group::load_all(work.tx, work.actor, &groups, false)?;
    let found: Vec<i64> = found.iter().map(|group| group.id.0).collect();
    item::refuse_unknown("groupIDs", "Group", &groups, &found)?;
    require_held(work.actor, rights.permissions)?;
    require_sight(&work.actor.scope, rights)
}

/// The ids of a limit that were not in the one before.
fn further(limit: &Limit, before: Option<&Limit>) -> Vec<i64> {
    match (limit, before) {
        (Limit::All, _) => Vec::new(),
        (Limit::Only(ids), Some(Limit::Only(before))) => {
            ids.iter().copied().filter(|id| !before.contains(id)).collect()
        }
        (Limit::Only(ids), _) => ids.clone(),
    }
}

/// Refuses a permission that the actor lacks itself.
fn require_held(actor: &Actor, permissions: PermissionSet) -> Result<()> {
    let Some(lacking) = permissions.iter().find(|p| !actor.permissions.has(*p)) else { return Ok(()) };
    let message =
        format!("Nobody grants what it does not have: this call needs the permission {lacking} itself.");
    Err(Fault::of("permissions", Code::Forbidden, message).into())
}

/// Refuses limits that are wider than those of the actor.
fn require_sight(scope: &Scope, rights: &Rights) -> Result<()> {
    let covers = |brands: &Limit, groups: &Limit| {
        scope.covers(&Scope { grants: vec![Grant { brands: brands.clone(), groups: groups.clone() }] })
    };
    if covers(&rights.brands, &rights.groups) {
        return Ok(());
    }
    let nothing = Limit::Only(Vec::new());
    let (field, what) = match (covers(&rights.brands, &nothing), &rights.brands, &rights.groups) {
        (false, Limit::All, _) => ("allBrands", "to brands"),
        (false, Limit::Only(_), _) => ("brandIDs", "to brands"),
        (true, _, Limit::All) => ("allGroups", "to groups"),
        (true, _, Limit::Only(_)) => ("groupIDs", "to groups"),
    };
    let message = format!(
        "Nobody grants what it does not have: the key would see more than this caller, which has limits {what}."
    );
    Err(Fault::of(field, Code::Forbidden, message).into())
}

/// Refuses to touch a key that may do more than the actor: whoever changes, rotates or revokes it has its power.
pub(super) fn require_power(actor: &Actor, key: &Key) -> Result<()> {
    let Some(lacking) = key.permissions.iter().find(|p| !actor.permissions.has(*p)) else { return Ok(()) };
    let message = format!(
        "Key {} may do more than this caller, which lacks the permission {lacking}: it can be seen and not changed.",
        key.id
    );
    Err(Fault::new(Code::Forbidden, message).into())
}
