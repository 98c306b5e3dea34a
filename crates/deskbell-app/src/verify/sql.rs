//! SQL of the check of the data. Every statement is bounded by ids, so that none holds a snapshot for long.

use deskbell_db::Engine;

use crate::journal::position;

/// SQLite: the tables of the database.
pub(super) const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
/// SQLite: what is wrong with a table's pages and indexes; one row that says ok if nothing is.
pub(super) const INTEGRITY: &str = "SELECT integrity_check FROM pragma_integrity_check($1)";
/// SQLite: any search.
pub(super) const LOOK_AGAIN: &str = "SELECT rowid FROM search_fts WHERE search_fts MATCH '\"1\"' LIMIT 1";
/// SQLite: rows of a table that refer to what is not there.
pub(super) const FOREIGN_KEYS: &str =
    "SELECT COALESCE(rowid, 0), parent FROM pragma_foreign_key_check($1) LIMIT 100";

/// The newest ticket.
pub(super) const NEWEST_TICKET: &str = "SELECT MAX(id) FROM ticket";
/// The tags by which tickets are found.
pub(super) const TAGS: &str =
    "SELECT ticket_id, tag FROM ticket_tag WHERE ticket_id > $1 AND ticket_id <= $2 ORDER BY ticket_id, tag";
/// How many events tickets have: `created`, and those that a timeline counts.
pub(super) const EVENTS: &str = "SELECT ticket_id, \
     CAST(SUM(CASE WHEN item_type = 'created' THEN 1 ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE WHEN item_type IN ('note', 'message') THEN 0 ELSE 1 END) AS BIGINT) \
     FROM journal WHERE ticket_id > $1 AND ticket_id <= $2 GROUP BY ticket_id";
/// Messages and notes in the order in which they stand in the index.
pub(super) const MESSAGES: &str = "SELECT ticket_id, id, first_segment, segments, COALESCE(plain, content) FROM message \
     WHERE ticket_id > $1 AND ticket_id <= $2 ORDER BY ticket_id, first_segment, id";
/// Tickets whose customer is not there, or another brand's.
pub(super) const STRANGERS: &str = "SELECT t.id FROM ticket t LEFT JOIN customer c ON c.id = t.customer_id \
     WHERE t.id > $1 AND t.id <= $2 AND t.customer_id <> 0 AND (c.id IS NULL OR c.brand_id <> t.brand_id) ORDER BY t.id";
/// Tickets whose form is not there.
pub(super) const FORM_GONE: &str = "SELECT t.id FROM ticket t LEFT JOIN form f ON f.id = t.form_id \
     WHERE t.id > $1 AND t.id <= $2 AND t.form_id IS NOT NULL AND f.id IS NULL ORDER BY t.id";

/// Tickets with another number of files than they say.
pub(super) const OTHER_FILES: &str = "SELECT t.id FROM ticket t WHERE t.id > $1 AND t.id <= $2 AND t.files <> \
     (SELECT COUNT(*) FROM file f WHERE f.ticket_id = t.id AND f.message_id IS NOT NULL) ORDER BY t.id";
/// Messages with another number of files than they say.
pub(super) const MISCOUNTED_FILES: &str = "SELECT m.id FROM message m WHERE m.id > $1 AND m.id <= $2 AND m.files <> \
     (SELECT COUNT(*) FROM file f WHERE f.message_id = m.id AND f.ticket_id = m.ticket_id) ORDER BY m.id";
/// The newest message.
pub(super) const NEWEST_MESSAGE: &str = "SELECT MAX(id) FROM message";

/// Merged tickets that are not as they should be: closed, empty, and with the merge that names the same ticket, if that is there.
pub(super) const HALF_MERGED: &str = "SELECT t.id FROM ticket t WHERE t.id > $1 AND t.id <= $2 AND t.merged_into <> 0 \
     AND (t.status <> 6 OR t.messages <> 0 OR EXISTS (SELECT 1 FROM ticket o WHERE o.id = t.merged_into) \
     AND NOT EXISTS (SELECT 1 FROM ticket_merge m WHERE m.source_ticket = t.id AND m.target_ticket = t.merged_into \
     AND m.undone_by IS NULL)) ORDER BY t.id";
/// Tickets that a merge names as merged, and that do not name the same ticket.
pub(super) const NOT_MERGED: &str = "SELECT m.source_ticket FROM ticket_merge m JOIN ticket t ON t.id = m.source_ticket \
     WHERE m.source_ticket > $1 AND m.source_ticket <= $2 AND m.undone_by IS NULL AND t.merged_into <> m.target_ticket \
     ORDER BY m.source_ticket";

/// The newest event.
pub(super) const NEWEST_EVENT: &str = "SELECT MAX(id) FROM journal";
/// Events with their payload and its hash; of those without one, whether their ticket is there and was not erased later.
pub(super) const PAYLOADS: &str = "SELECT j.id, j.before, j.after, j.salt, j.payload_hash, \
     CASE WHEN j.salt IS NULL AND EXISTS (SELECT 1 FROM ticket t WHERE t.id = j.ticket_id) AND NOT EXISTS (SELECT 1 FROM journal p \
     WHERE p.ticket_id = j.ticket_id AND p.id > j.id AND p.item_type = 'purged') THEN 1 ELSE 0 END \
     FROM journal j WHERE j.id > $1 ORDER BY j.id LIMIT $2";

/// The newest block of the chain.
pub(super) const NEWEST_BLOCK: &str = "SELECT MAX(id) FROM journal_seal";
/// How many events stand after a position, or have none yet.
pub(super) fn waiting(engine: Engine) -> String {
    let position = position(engine);
    format!("SELECT COUNT(*) FROM journal j WHERE {position} > $1 OR {position} IS NULL")
}
/// Where some events after a ticket's end, by ticket.
pub(super) const SOME_TICKETS: &str = "SELECT MAX(ticket_id) FROM (SELECT ticket_id FROM journal WHERE ticket_id > $1 \
     ORDER BY ticket_id LIMIT 5000) AS events";
/// PostgreSQL: events of some tickets that stand before an earlier one of the same ticket. One without a position comes last.
pub(super) const DISORDER: &str = "SELECT id FROM (SELECT id, position, \
     LAG(COALESCE(position, 9223372036854775807)) OVER (PARTITION BY ticket_id ORDER BY id) AS earlier \
     FROM journal WHERE ticket_id > $1 AND ticket_id <= $2) AS events WHERE position < earlier ORDER BY id";

/// Customers, some at a time.
pub(super) const CUSTOMERS: &str = "SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT $2";
/// Addresses that stand under another brand than their customer.
pub(super) const STRAY_ADDRESSES: &str = "SELECT c.id FROM customer_address a JOIN customer c ON c.id = a.customer_id \
     WHERE a.customer_id > $1 AND a.customer_id <= $2 AND a.brand_id <> c.brand_id ORDER BY c.id";

/// What imports have brought in, and whether the ticket is there, or was once.
pub(super) const IMPORTED: &str = "SELECT r.source, r.record_id, r.ticket_id, t.source, t.source_id, \
     CASE WHEN r.ticket_id = 0 OR EXISTS (SELECT 1 FROM journal j WHERE j.ticket_id = r.ticket_id) THEN 1 ELSE 0 END \
     FROM import_record r LEFT JOIN ticket t ON t.id = r.ticket_id \
     WHERE (r.source, r.record_id) > ($1, $2) ORDER BY r.source, r.record_id LIMIT $3";
