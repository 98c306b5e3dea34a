//! SQL of messages and notes.

/// A new message or note.
pub(super) const INSERT: &str = "INSERT INTO message (ticket_id, kind, channel_id, direction, from_address, from_name, \
     to_address, to_name, cc, bcc, user_id, user_name, content, meta_data, external_id, pinned, in_queue, responds_to, \
     first_segment, segments, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, $10, $11, '{}', $12, 0, 0, 0, $13, $14, $15) RETURNING id";

/// The newest of a ticket.
pub(super) const NEWEST: &str = "SELECT m.id, m.kind, m.channel_id, m.direction, m.from_address, m.from_name, \
     m.to_address, m.to_name, m.user_id, m.user_name, m.content, m.meta_data, m.external_id, m.status_new, m.pinned, \
     m.in_queue, m.created_at, c.name, c.icon \
     FROM message m LEFT JOIN channel c ON c.id = m.channel_id \
     WHERE m.ticket_id = $1 ORDER BY m.created_at DESC, m.id DESC LIMIT $2";

/// The searched texts of a ticket, some at a time.
pub(super) const TEXTS: &str = "SELECT id, first_segment, COALESCE(plain, content) FROM message \
     WHERE ticket_id = $1 AND id > $2 ORDER BY id LIMIT 100";

/// A note of a ticket.
pub(super) const NOTE: &str = "SELECT channel_id, direction, from_name, user_id, user_name, content, external_id, \
     first_segment, created_at FROM message WHERE id = $1 AND ticket_id = $2 AND kind = 2";
/// Takes a row out.
pub(super) const DELETE: &str = "DELETE FROM message WHERE id = $1";
/// A note under the id that it had.
pub(super) const PUT_BACK: &str = "INSERT INTO message (id, ticket_id, kind, channel_id, direction, from_address, from_name, \
     to_address, to_name, cc, bcc, user_id, user_name, content, meta_data, external_id, pinned, in_queue, responds_to, \
     first_segment, segments, created_at) \
     VALUES ($1, $2, $3, $4, $5, '', $6, '', '', '', '', $7, $8, $9, '{}', $10, 0, 0, 0, $11, $12, $13)";
/// A note that left, as an event holds it.
pub(super) const GONE: &str = "SELECT before FROM journal WHERE id = $1 AND before IS NOT NULL";
