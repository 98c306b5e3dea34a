//! A form as it is stored and as use cases see it.

use deskbell_core::{BrandId, FormId, Scope, Timestamp, Version};
use deskbell_db::Row;

/// A form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// Its id.
    pub id: FormId,
    /// Its title.
    pub title: String,
    /// Whether tickets of every brand may have it, present and to come.
    pub all_brands: bool,
    /// The brands whose tickets may have it, if not all; ascending. None is left once the last one was deleted.
    pub brands: Vec<BrandId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed; its fields change for themselves.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl Form {
    /// Reads one row of `sql::COLUMNS`; brands come apart.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: FormId(row.int(0)?),
            title: row.str(1)?.to_owned(),
            all_brands: row.bool(2)?,
            brands: Vec::new(),
            created_at: Timestamp(row.int(3)?),
            last_update: Timestamp(row.int(4)?),
            version: Version(row.int(5)?),
        })
    }

    /// Whether it is within the scope's limits with all that it is for.
    pub(super) fn is_within(&self, scope: &Scope) -> bool {
        super::sees_all_brands(scope)
            || !self.all_brands && self.brands.iter().all(|brand| scope.admits_brand(*brand))
    }
}
