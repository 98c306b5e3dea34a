//! SQL of channels.

/// A channel whose number is given.
pub(super) const INSERT_BUILT_IN: &str = "INSERT INTO channel (id, name, icon, endpoint, secret, include_signature, \
     created_at, last_update, version) VALUES ($1, $2, $3, '', '', 0, $4, $5, 1)";
