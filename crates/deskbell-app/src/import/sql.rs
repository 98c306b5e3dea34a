//! SQL of the import: what it looks up and keeps for itself.

/// PostgreSQL: one import of a data set at a time writes.
pub(super) const LOCK_SOURCE: &str = "SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS locked";

/// Whether a record is in, or was and is known by $3 alone.
pub(super) const IS_IN: &str =
    "SELECT ticket_id FROM import_record WHERE source = $1 AND record_id IN ($2, $3)";
/// It is known by $3 alone.
pub(super) const FORGET: &str =
    "UPDATE import_record SET record_id = $3, ticket_id = 0 WHERE source = $1 AND record_id = $2";
/// Notes that it is.
pub(super) const PUT_IN: &str =
    "INSERT INTO import_record (source, record_id, ticket_id) VALUES ($1, $2, $3)";

/// A brand by its name, with the country in which it reads telephone numbers.
pub(super) const BRAND: &str = "SELECT id, country FROM brand WHERE name_key = $1";
/// The brand that a new desk began with, or the first that is left.
pub(super) const FIRST_BRAND: &str = "SELECT id, country FROM brand ORDER BY id LIMIT 1";
/// Keeps what was looked up from being deleted (PostgreSQL).
pub(super) const KEEP: &str = " FOR SHARE";
/// A group by its name.
pub(super) const GROUP: &str = "SELECT id FROM desk_group WHERE name_key = $1 AND id <> 0";
/// Whether a group serves a brand.
pub(super) const GROUP_SERVES: &str = "SELECT 1 FROM desk_group g WHERE g.id = $1 AND (g.all_brands = 1 \
     OR EXISTS (SELECT 1 FROM group_brand gb WHERE gb.group_id = g.id AND gb.brand_id = $2))";
/// A channel by its name.
pub(super) const CHANNEL: &str = "SELECT id FROM channel WHERE name_key = $1";
/// The names of all channels.
pub(super) const CHANNEL_NAMES: &str = "SELECT name FROM channel ORDER BY id LIMIT 20";
/// The newest customer.
pub(super) const NEWEST_CUSTOMER: &str = "SELECT MAX(id) FROM customer";

/// What became of the rows of all imports.
pub(super) const TOTALS: &str = "SELECT imported, already, rejected, blank, left_out FROM import_total";
/// Further rows.
pub(super) const ADD_TOTALS: &str = "UPDATE import_total SET imported = imported + $1, already = already + $2, \
     rejected = rejected + $3, blank = blank + $4, left_out = left_out + $5";
