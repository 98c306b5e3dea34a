//! SQL of channels.

/// A channel whose number is given.
pub(super) const INSERT_BUILT_IN: &str = "INSERT INTO channel (id, name, name_key, icon, endpoint, secret, \
     include_signature, created_at, last_update, version) VALUES ($1, $2, $3, $4, '', '', 0, $5, $6, 1)";

/// The columns of a channel, in the order that they are read.
pub(super) const COLUMNS: &str =
    "id, name, icon, endpoint, secret, include_signature, created_at, last_update, version";

/// Channels; conditions are appended.
pub(super) const FROM: &str = "FROM channel WHERE 1 = 1";

/// One channel.
pub(super) fn by_id() -> String {
    format!("SELECT {COLUMNS} FROM channel WHERE id = ")
}

/// A new channel; no row if the name is taken.
pub(super) const INSERT: &str = "INSERT INTO channel (name, name_key, icon, endpoint, secret, include_signature, \
     created_at, last_update, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) \
     ON CONFLICT (name_key) DO NOTHING RETURNING id";

/// All that can be changed.
pub(super) const UPDATE: &str = "UPDATE channel SET name = $2, name_key = $3, icon = $4, endpoint = $5, secret = $6, \
     include_signature = $7, last_update = $8, version = $9 WHERE id = $1";

/// Whether a channel has tickets, those in the trash included.
pub(super) const HAS_TICKETS: &str = "SELECT 1 FROM ticket WHERE channel_id = $1 LIMIT 1";
/// Whether a channel that was made has messages.
pub(super) const HAS_MESSAGES: &str =
    "SELECT 1 FROM message WHERE channel_id = $1 AND channel_id >= 100 LIMIT 1";

/// Removes a channel.
pub(super) const DELETE: &str = "DELETE FROM channel WHERE id = $1 AND id >= 100";

/// Ids of channels; a condition is appended.
pub(super) const IDS: &str = "SELECT id FROM channel WHERE ";
