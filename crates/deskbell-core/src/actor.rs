//! Who acts: a key, a user or the server itself, with its permissions and its limits.
//!
//! The limits decide what exists for an actor (api.md section 6). How they become part of a statement
//! is the store's matter; here they answer single questions.

use crate::fault::{Code, Fault};
use crate::id::{BrandId, GroupId, KeyId, UserId};
use crate::permission::{Permission, PermissionSet};

/// Which ids a caller is limited to. A limit stays a limit when its last id is gone: then it admits nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Limit {
    /// No limit.
    All,
    /// These ids alone, ascending.
    Only(Vec<i64>),
}

impl Limit {
    /// A limit to these ids.
    pub fn only(ids: impl IntoIterator<Item = i64>) -> Self {
        let mut ids: Vec<i64> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self::Only(ids)
    }

    /// Whether the id is within the limit.
    pub fn admits(&self, id: i64) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.binary_search(&id).is_ok(),
        }
    }
}

/// One grant: the tickets that are in these brands and in these groups (0: of no group).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The brands.
    pub brands: Limit,
    /// The groups; tickets of no group only if 0 is named, or there is no limit.
    pub groups: Limit,
}

/// What exists for a caller: the union of its grants. A key has one; a user has one for each of its groups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    /// The grants; none means that nothing exists.
    pub grants: Vec<Grant>,
}

impl Scope {
    /// No limits at all.
    pub fn everything() -> Self {
        Self { grants: vec![Grant { brands: Limit::All, groups: Limit::All }] }
    }

    /// Whether nothing is hidden.
    pub fn is_everything(&self) -> bool {
        self.grants.iter().any(|g| g.brands == Limit::All && g.groups == Limit::All)
    }

    /// Whether a ticket of this brand and group exists for the caller.
    pub fn admits(&self, brand: BrandId, group: GroupId) -> bool {
        self.grants.iter().any(|g| g.brands.admits(brand.0) && g.groups.admits(group.0))
    }

    /// Whether the brand exists for the caller.
    pub fn admits_brand(&self, brand: BrandId) -> bool {
        self.grants.iter().any(|g| g.brands.admits(brand.0))
    }

    /// Whether the group exists for the caller.
    pub fn admits_group(&self, group: GroupId) -> bool {
        self.grants.iter().any(|g| g.groups.admits(group.0))
    }

    /// The limits to brands and to groups that something gets which is made without a wish: those of the caller.
    pub fn own_limits(&self) -> (Limit, Limit) {
        match &self.grants[..] {
            _ if self.is_everything() => (Limit::All, Limit::All),
            [grant, ..] => (grant.brands.clone(), grant.groups.clone()),
            [] => (Limit::Only(Vec::new()), Limit::Only(Vec::new())),
        }
    }

    /// Whether everything that `other` admits is admitted here: nobody grants what it does not have.
    pub fn covers(&self, other: &Self) -> bool {
        let within = |inner: &Limit, outer: &Limit| match (inner, outer) {
            (_, Limit::All) => true,
            (Limit::All, Limit::Only(_)) => false,
            (Limit::Only(ids), outer) => ids.iter().all(|id| outer.admits(*id)),
        };
        other
            .grants
            .iter()
            .all(|o| self.grants.iter().any(|g| within(&o.brands, &g.brands) && within(&o.groups, &g.groups)))
    }
}

/// Which thing acts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ActorId {
    /// An API key.
    Key(KeyId),
    /// A person.
    User(UserId),
    /// The server: import, purge, timers.
    System,
}

/// The caller of a use case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// Which key or user.
    pub id: ActorId,
    /// The name of the key or user, as the journal shows it.
    pub name: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// What exists for it.
    pub scope: Scope,
}

impl Actor {
    /// The server itself: may do everything, sees everything.
    pub fn system() -> Self {
        Self {
            id: ActorId::System,
            name: "system".into(),
            permissions: PermissionSet::all(),
            scope: Scope::everything(),
        }
    }

    /// Refuses with `forbidden`, naming the permission, if the actor lacks it.
    pub fn require(&self, permission: Permission) -> Result<(), Fault> {
        if self.permissions.has(permission) {
            return Ok(());
        }
        Err(Fault::new(Code::Forbidden, format!("This call needs the permission {permission}.")))
    }

    /// The actor as the journal names it: `api: NAME`, `user: NAME` or `system`.
    pub fn initiated_by(&self) -> String {
        match self.id {
            ActorId::Key(_) => format!("api: {}", self.name),
            ActorId::User(_) => format!("user: {}", self.name),
            ActorId::System => "system".into(),
        }
    }
}
