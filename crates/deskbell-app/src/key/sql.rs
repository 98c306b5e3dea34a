//! SQL of keys.

/// The columns of a key, in the order that they are read.
const COLUMNS: &str = "id, name, hint, permissions, brands, groups, allowed_networks, expires, revoked_at, last_used, \
     old_secret_until, created_at, last_update, version";

/// Every key, revoked ones too.
pub(super) fn all() -> String {
    format!("SELECT {COLUMNS} FROM api_key ORDER BY id")
}

/// One key.
pub(super) fn by_id() -> String {
    format!("SELECT {COLUMNS} FROM api_key WHERE id = $1")
}

/// The key with this hash.
pub(super) fn by_hash() -> String {
    format!("SELECT {COLUMNS} FROM api_key WHERE hash = $1")
}

/// The key whose secret before the present one had this hash.
pub(super) fn by_old_hash() -> String {
    format!("SELECT {COLUMNS} FROM api_key WHERE old_hash = $1")
}

/// Keys; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} FROM api_key")
}

/// Keeps one as it is until the transaction ends.
pub(super) const LOCK: &str = "SELECT id FROM api_key WHERE id = $1 FOR UPDATE";
/// One of them.
pub(super) const BY_ID: &str = " WHERE id = ";

/// A new key.
pub(super) const INSERT: &str = "INSERT INTO api_key (name, hash, hint, permissions, brands, groups, allowed_networks, expires, \
     created_at, last_update, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) RETURNING id";
/// All that can be changed.
pub(super) const UPDATE: &str = "UPDATE api_key SET name = $2, permissions = $3, brands = $4, groups = $5, \
     allowed_networks = $6, expires = $7, last_update = $8, version = version + 1 WHERE id = $1";
/// Another secret; the present one becomes the old one.
pub(super) const ROTATE: &str = "UPDATE api_key SET old_hash = hash, old_secret_until = $2, hash = $3, hint = $4, last_update = $5, \
     version = version + 1 WHERE id = $1";
/// Ends a key.
pub(super) const REVOKE: &str = "UPDATE api_key SET revoked_at = $2, last_update = $3, version = version + 1 WHERE id = $1 AND revoked_at IS NULL";
/// When it was used; never backwards.
pub(super) const USED: &str =
    "UPDATE api_key SET last_used = $2 WHERE id = $1 AND (last_used IS NULL OR last_used < $3)";
/// What key caches poll.
pub(super) const GENERATION: &str = "SELECT value FROM meta WHERE name = 'key_generation'";
/// Makes every cache look again.
pub(super) const BUMP: &str =
    "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'key_generation'";
