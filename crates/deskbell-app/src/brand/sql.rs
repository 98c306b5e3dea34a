//! SQL of brands.

/// Whether a brand exists.
pub(crate) const EXISTS: &str = "SELECT 1 FROM brand WHERE id = $1";

/// Notes that the first start has been; changes nothing if it has been before.
pub(crate) const STARTED: &str =
    "INSERT INTO meta (name, value) VALUES ('started', '1') ON CONFLICT (name) DO NOTHING";

/// The brand that a new desk begins with.
pub(super) const INSERT_FIRST: &str = "INSERT INTO brand (name, country, time_zone, language, crm_sync_url, signature, \
     business_hours, created_at, last_update, version) VALUES ('Default', '', 'UTC', 'en', '', '', '', $1, $2, 1)";
