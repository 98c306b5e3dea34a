//! SQL of groups.

/// Whether a group exists; 0 is "no group".
pub(crate) const EXISTS: &str = "SELECT 1 FROM desk_group WHERE id = $1";

/// The group that a new desk begins with: it serves all brands.
pub(super) const INSERT_FIRST: &str = "INSERT INTO desk_group (name, permissions, all_brands, created_at, last_update, version) \
     VALUES ('Support', '', 1, $1, $2, 1)";
