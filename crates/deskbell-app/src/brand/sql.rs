//! SQL of brands.

/// Notes that the first start has been; changes nothing if it has been before.
pub(crate) const STARTED: &str =
    "INSERT INTO meta (name, value) VALUES ('started', '1') ON CONFLICT (name) DO NOTHING";

/// The brand that a new desk begins with.
pub(super) const INSERT_FIRST: &str = "INSERT INTO brand (name, name_key, country, time_zone, language, crm_sync_url, \
     signature, business_hours, created_at, last_update, version) \
     VALUES ('Default', 'default', '', 'UTC', 'en', '', '', '', $1, $2, 1)";

/// The columns of a brand, in the order that they are read.
pub(super) const COLUMNS: &str = "id, name, country, time_zone, language, crm_sync_url, signature, business_hours, \
     created_at, last_update, version";

/// Brands; conditions are appended.
pub(super) const FROM: &str = "FROM brand WHERE ";

/// One or more brands; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} {FROM}")
}

/// Ids of brands; conditions are appended.
pub(super) const IDS: &str = "SELECT id FROM brand WHERE ";

/// A new brand; no row if the name is taken.
pub(super) const INSERT: &str = "INSERT INTO brand (name, name_key, country, time_zone, language, crm_sync_url, \
     signature, business_hours, created_at, last_update, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (name_key) DO NOTHING RETURNING id";

/// The brand of this name.
pub(super) const BY_NAME: &str = "SELECT id FROM brand WHERE name_key = $1";

/// All that can be changed.
pub(super) const UPDATE: &str = "UPDATE brand SET name = $2, name_key = $3, country = $4, time_zone = $5, language = $6, \
     crm_sync_url = $7, signature = $8, business_hours = $9, last_update = $10, version = $11 WHERE id = $1";

/// Whether a brand has tickets, those in the trash included.
pub(super) const HAS_TICKETS: &str = "SELECT 1 FROM ticket WHERE brand_id = $1 LIMIT 1";
/// Whether it has customers.
pub(super) const HAS_CUSTOMERS: &str = "SELECT 1 FROM customer WHERE brand_id = $1 LIMIT 1";

/// The groups that name the brand are changed by its end.
pub(super) const STEP_GROUPS: &str = "UPDATE desk_group SET version = version + 1, last_update = $2 \
     WHERE id IN (SELECT group_id FROM group_brand WHERE brand_id = $1)";

/// The forms that name it, too.
pub(super) const STEP_FORMS: &str = "UPDATE form SET version = version + 1, last_update = $2 \
     WHERE id IN (SELECT form_id FROM form_brand WHERE brand_id = $1)";

/// Removes a brand; the lists of groups and forms lose it too.
pub(super) const DELETE: &str = "DELETE FROM brand WHERE id = $1";
