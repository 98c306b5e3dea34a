//! SQL of the change feed.

use deskbell_db::Engine;

use crate::journal::position;
use crate::journal::sight::COLUMNS as PLACE;

/// What a change is read from, after its position; `sight::COLUMNS` follow.
const COLUMNS: &str = "j.ticket_id, j.item_type, j.before, j.after, j.initiated_by, j.batch_id, j.created_at";

/// Events after a position; further conditions, order and limit are appended.
pub(super) fn select(engine: Engine) -> String {
    let position = position(engine);
    format!(
        "SELECT {position}, {COLUMNS}, {PLACE} FROM journal j LEFT JOIN ticket t ON t.id = j.ticket_id WHERE {position} > "
    )
}

/// Events of one ticket, and the call that made them; the same is appended, beginning with the ticket.
pub(super) fn select_of_ticket(engine: Engine) -> String {
    format!("SELECT {}, {COLUMNS}, {PLACE}, j.call FROM journal j WHERE j.ticket_id = ", position(engine))
}

/// The last position.
pub(super) fn last(engine: Engine) -> String {
    format!("SELECT MAX({}) FROM journal j", position(engine))
}

/// When the first event at or after a position happened.
pub(super) fn time_of(engine: Engine) -> String {
    let position = position(engine);
    format!(
        "SELECT {position}, j.created_at FROM journal j WHERE {position} >= $1 ORDER BY {position} LIMIT 1"
    )
}

/// PostgreSQL: takes the right to seal for this transaction, or answers false.
pub(super) const TAKE: &str = "SELECT pg_try_advisory_xact_lock(1684366179, 0)";
/// Whether there is anything to seal.
pub(super) const UNSEALED: &str = "SELECT 1 FROM journal WHERE position IS NULL LIMIT 1";
/// Gives the next positions to events that are committed, some at once, in the order of their ids.
pub(super) const SEAL: &str = "UPDATE journal SET position = next.position FROM ( \
     SELECT id, CAST($1 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY id) AS position FROM ( \
     SELECT id FROM journal WHERE position IS NULL ORDER BY id LIMIT 1000) AS waiting) AS next WHERE journal.id = next.id";
/// Gives the next ones to the rest of the writes to tickets that the last ones were cut from. $1 and $2: the last position, before and
/// after these. What one write does to a ticket lies close together, so it is looked for among what comes next.
pub(super) const SEAL_REST: &str = "UPDATE journal SET position = next.position FROM ( \
     SELECT w.id, CAST($2 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY w.id) AS position FROM ( \
     SELECT id, ticket_id, batch_id FROM journal WHERE position IS NULL ORDER BY id LIMIT 10000) AS w WHERE (w.ticket_id, w.batch_id) IN ( \
     SELECT ticket_id, batch_id FROM journal WHERE position > $1 AND position <= $2)) AS next WHERE journal.id = next.id";
