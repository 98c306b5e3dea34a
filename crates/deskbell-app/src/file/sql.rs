//! SQL of files and their contents.

/// A place that is to be removed.
pub(super) const PROMISE: &str = "INSERT INTO content_gone (place, due) VALUES ($1, $2)";
/// A content, unless it is there already.
pub(super) const CONTENT: &str = "INSERT INTO content (hash, place, size, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (hash) DO NOTHING";
/// Whether a content is there; a lock may be appended.
pub(super) const THERE: &str = "SELECT 1 FROM content WHERE hash = $1";
/// So that nobody gives it up.
pub(super) const KEEP: &str = " FOR KEY SHARE";
/// So that nobody adds a file of it.
pub(super) const GIVE_UP: &str = " FOR UPDATE";
/// Place and size of a content.
pub(super) const STORED: &str = "SELECT place, size FROM content WHERE hash = $1";
/// A content has a new place in place of one whose bytes are lost.
pub(super) const INSTEAD: &str = "UPDATE content SET place = $2 WHERE hash = $1 AND place = $3";
/// A place is not to be removed.
pub(super) const CLAIM: &str = "DELETE FROM content_gone WHERE place = $1 AND due > $2";
/// The files of a ticket go.
pub(super) const ERASE: &str =
    "DELETE FROM file WHERE ticket_id = $1 RETURNING id, hash, name, caller, created_at";
/// Those of one of its messages.
pub(super) const ERASE_OF: &str = "DELETE FROM file WHERE ticket_id = $1 AND message_id = $2 \
     RETURNING id, hash, name, caller, created_at";
/// One of them, whose message has left its timeline.
pub(super) const ERASE_DETACHED: &str = "DELETE FROM file WHERE ticket_id = $1 AND id = $2 AND message_id IS NULL \
     RETURNING id, hash, name, caller, created_at";
/// A content that no file has.
pub(super) const FORGET: &str = "DELETE FROM content WHERE hash = $1 \
     AND NOT EXISTS (SELECT 1 FROM file WHERE file.hash = content.hash) RETURNING place";
/// When a place is to be removed.
pub(super) const POSTPONE: &str = "UPDATE content_gone SET due = $2 WHERE place = $1";
/// Places that are due.
pub(super) const DUE: &str = "SELECT place FROM content_gone WHERE due <= $1 ORDER BY due LIMIT $2";
/// A place is empty.
pub(super) const REMOVED: &str = "DELETE FROM content_gone WHERE place = $1";
/// Whether there is an upload that no message has taken.
pub(super) const ANY_EXPIRED: &str =
    "SELECT 1 FROM file WHERE ticket_id IS NULL AND created_at <= $1 LIMIT 1";
/// Uploads that no message has taken.
pub(super) const EXPIRE: &str = "DELETE FROM file WHERE id IN (SELECT id FROM file WHERE ticket_id IS NULL \
     AND created_at <= $1 ORDER BY created_at, id LIMIT $2) AND ticket_id IS NULL RETURNING hash";

/// The store in which the bytes of files are.
pub(super) const KNOWN_STORE: &str = "SELECT value FROM meta WHERE name = 'file_store'";
/// Whether there is any content.
pub(super) const ANY_CONTENT: &str = "SELECT 1 FROM content LIMIT 1";
/// Names it.
pub(super) const AGREE: &str = "INSERT INTO meta (name, value) VALUES ('file_store', $1) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// A chunk of bytes.
pub(super) const PUT_CHUNK: &str = "INSERT INTO content_chunk (place, n, bytes) VALUES ($1, $2, $3)";
/// The same.
pub(super) const CHUNK: &str = "SELECT bytes FROM content_chunk WHERE place = $1 AND n = $2";
/// The length of all chunks of a place.
pub(super) const SIZE: &str = "SELECT CAST(SUM(LENGTH(bytes)) AS BIGINT) FROM content_chunk WHERE place = $1";
/// Some chunks of a place.
pub(super) const REMOVE_CHUNKS: &str = "DELETE FROM content_chunk WHERE place = $1 AND n IN \
     (SELECT n FROM content_chunk WHERE place = $1 ORDER BY n LIMIT $2)";
/// Contents by their hashes.
pub(super) const STORED_AFTER: &str =
    "SELECT hash, place, size FROM content WHERE hash > $1 ORDER BY hash LIMIT $2";

/// Whether a content is at a place.
pub(super) const IS_STORED: &str = "SELECT 1 FROM content WHERE hash = $1 AND place = $2";

/// A file.
pub(super) const INSERT: &str = "INSERT INTO file (ticket_id, message_id, place, hash, name, size, media_type, caller, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
/// An upload hangs on a message from now on.
pub(super) const USE: &str =
    "UPDATE file SET ticket_id = $2, message_id = $3, place = $4 WHERE id = $1 AND ticket_id IS NULL";
/// The files of a message that leaves its timeline.
pub(super) const DETACH: &str =
    "UPDATE file SET message_id = NULL WHERE ticket_id = $1 AND message_id = $2 RETURNING id, place";
/// One of them, when it comes back.
pub(super) const REATTACH: &str =
    "UPDATE file SET message_id = $3 WHERE id = $1 AND ticket_id = $2 AND message_id IS NULL";

/// The files of the messages that a merge names, from one ticket to another.
pub(super) const CARRY: &str = "UPDATE file SET ticket_id = $3 WHERE ticket_id = $2 \
     AND message_id IS NOT NULL AND message_id IN (SELECT message_id FROM message_move WHERE merge_id = $1)";

/// Files that can be attached; a condition on them and on their tickets is appended.
pub(super) const WANTED: &str = "SELECT f.id, f.ticket_id, f.hash, f.name, f.size, f.media_type FROM file f \
     LEFT JOIN ticket t ON t.id = f.ticket_id WHERE ";
/// A file that can be had, with its place; a condition on it and on its ticket is appended.
pub(super) const FOUND: &str = "SELECT f.name, f.size, f.media_type, c.place, f.hash FROM file f \
     JOIN content c ON c.hash = f.hash LEFT JOIN ticket t ON t.id = f.ticket_id WHERE ";
/// An upload of a caller; the caller and a bracket are appended.
pub(super) const OWN: &str = " AND ((f.ticket_id IS NULL AND f.caller = ";
/// A file of a message, of a ticket on which a condition is appended.
pub(super) const ATTACHED: &str = ") OR (f.message_id IS NOT NULL AND ";

/// The files of messages; a condition on these and an order are appended.
pub(super) const OF_MESSAGES: &str = "SELECT message_id, id, name, size, media_type FROM file WHERE ";
/// In the order in which they hang on each.
pub(super) const IN_PLACE: &str = " ORDER BY message_id, place";
/// Files by their ids; a condition is appended.
pub(super) const BY_IDS: &str = "SELECT id, name, size, media_type FROM file WHERE ";
