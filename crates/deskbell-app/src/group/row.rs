//! A group as it is stored and as use cases see it.

use deskbell_core::{BrandId, Grant, GroupId, Limit, PermissionSet, Scope, Timestamp, UserId, Version};
use deskbell_db::Row;

use crate::key::permissions_from_text;

/// A group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, unique without case.
    pub name: String,
    /// What its members may do.
    pub permissions: PermissionSet,
    /// Whether it serves every brand, present and to come.
    pub all_brands: bool,
    /// The brands that it serves, if not all; ascending. None at all is possible.
    pub brands: Vec<BrandId>,
    /// Who belongs to it; ascending.
    pub members: Vec<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl Group {
    /// Reads one row of `sql::COLUMNS`; brands and members come apart.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: GroupId(row.int(0)?),
            name: row.str(1)?.to_owned(),
            permissions: permissions_from_text(row.str(2)?),
            all_brands: row.bool(3)?,
            brands: Vec::new(),
            members: Vec::new(),
            created_at: Timestamp(row.int(4)?),
            last_update: Timestamp(row.int(5)?),
            version: Version(row.int(6)?),
        })
    }

    /// Whether it serves the brand.
    pub fn serves(&self, brand: BrandId) -> bool {
        self.all_brands || self.brands.contains(&brand)
    }

    /// What its members see by it. A group that is yet to be made is within no limit to groups.
    pub fn scope(&self) -> Scope {
        let brands = if self.all_brands { Limit::All } else { Limit::only(self.brands.iter().map(|b| b.0)) };
        let groups = if self.id.is_none() { Limit::All } else { Limit::only([self.id.0]) };
        Scope { grants: vec![Grant { brands, groups }] }
    }
}
