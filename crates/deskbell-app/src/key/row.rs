//! A key as it is stored and as use cases see it, and how permissions and limits are written down.

use deskbell_core::{
    Actor, ActorId, Grant, KeyId, Limit, Permission, PermissionSet, Scope, Timestamp, Version,
};
use deskbell_db::Row;

use super::Networks;

/// A key as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// The first letters of the secret, by which its owner knows it again.
    pub hint: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// The brands that it is limited to.
    pub brands: Limit,
    /// The groups that it is limited to.
    pub groups: Limit,
    /// From where it may be used.
    pub networks: Networks,
    /// Until when; from that second on it is refused.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, as far as that is written: up to a minute late.
    pub last_used: Option<Timestamp>,
    /// Until when the secret before the present one is good as well.
    pub old_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed; use is no change.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl Key {
    /// Whether it is good at this time.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires.is_none_or(|end| now < end)
    }

    /// What exists for it.
    pub fn scope(&self) -> Scope {
        Scope { grants: vec![Grant { brands: self.brands.clone(), groups: self.groups.clone() }] }
    }

    /// Whom it stands for.
    pub fn actor(&self) -> Actor {
        Actor {
            id: ActorId::Key(self.id),
            name: self.name.clone(),
            permissions: self.permissions,
            scope: self.scope(),
        }
    }

    /// Reads one row of `sql::COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let networks = row.str(6)?;
        Ok(Self {
            id: KeyId(row.int(0)?),
            name: row.str(1)?.to_owned(),
            hint: row.str(2)?.to_owned(),
            permissions: permissions_from_text(row.str(3)?),
            brands: limit_from_text(row.opt_str(4)?),
            groups: limit_from_text(row.opt_str(5)?),
            networks: Networks::parse(networks.split(',').filter(|t| !t.is_empty())).unwrap_or_default(),
            expires: row.opt_int(7)?.map(Timestamp),
            revoked_at: row.opt_int(8)?.map(Timestamp),
            last_used: row.opt_int(9)?.map(Timestamp),
            old_until: row.opt_int(10)?.map(Timestamp),
            created_at: Timestamp(row.int(11)?),
            last_update: Timestamp(row.int(12)?),
            version: Version(row.int(13)?),
        })
    }
}

/// Permissions as they are stored: `*` for all, present and to come, else their names.
pub(crate) fn permissions_to_text(permissions: PermissionSet) -> String {
    if permissions == PermissionSet::all() {
        return "*".into();
    }
    permissions.iter().map(Permission::as_str).collect::<Vec<_>>().join(",")
}

pub(crate) fn permissions_from_text(text: &str) -> PermissionSet {
    match text {
        "*" => PermissionSet::all(),
        names => names.split(',').filter_map(Permission::parse).collect(),
    }
}

/// A limit as it is stored.
pub(crate) fn limit_to_text(limit: &Limit) -> Option<String> {
    match limit {
        Limit::All => None,
        Limit::Only(ids) => Some(ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")),
    }
}

/// A limit as it was stored.
pub(crate) fn limit_from_text(text: Option<&str>) -> Limit {
    match text {
        None => Limit::All,
        Some(ids) => Limit::only(ids.split(',').filter_map(|id| id.parse().ok())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_permissions_are_stored_as_a_star() {
        let some: PermissionSet = [Permission::TicketRead, Permission::RawRead].into_iter().collect();
        for set in [PermissionSet::all(), PermissionSet::NONE, some] {
            assert_eq!(permissions_from_text(&permissions_to_text(set)), set);
        }
    }
}
