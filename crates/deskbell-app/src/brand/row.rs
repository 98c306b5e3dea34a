//! A brand as it is stored and as use cases see it.

use deskbell_core::{BrandId, Timestamp, Version};
use deskbell_db::Row;

/// A brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// Its name, unique without case.
    pub name: String,
    /// The country in which its telephone numbers are read: ISO 3166 alpha-2, or empty for none.
    pub country: String,
    /// Where its working hours are: a name of the IANA time zone database.
    pub time_zone: String,
    /// The language in which it writes: a BCP 47 tag.
    pub language: String,
    /// Where its customers are looked up; empty for nowhere.
    pub crm_sync_url: String,
    /// What stands under its messages; HTML is allowed.
    pub signature: String,
    /// Its working hours: a JSON object as text, or empty.
    pub business_hours: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl Brand {
    /// Reads one row of `sql::COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let text = |at| row.str(at).map(str::to_owned);
        Ok(Self {
            id: BrandId(row.int(0)?),
            name: text(1)?,
            country: text(2)?,
            time_zone: text(3)?,
            language: text(4)?,
            crm_sync_url: text(5)?,
            signature: text(6)?,
            business_hours: text(7)?,
            created_at: Timestamp(row.int(8)?),
            last_update: Timestamp(row.int(9)?),
            version: Version(row.int(10)?),
        })
    }
}
