//! SQL of durable bulk work.

/// New work of the node that makes it, stopped until `BEGIN`: if that does not come, it has done nothing and is forgotten.
pub(super) const INSERT: &str = "INSERT INTO bulk (batch_id, actor, call, work, keep_rows, total, chunks, next_chunk, done, \
     changed, unchanged, failed, state, lease_owner, lease_until, takeovers, created_at, finished_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 4, $8, 0, 0, $9, $9) RETURNING id";
/// All its tickets are written down: it is under way, claimed by that node.
pub(super) const BEGIN: &str =
    "UPDATE bulk SET state = 2, lease_until = $2, finished_at = NULL WHERE id = $1";
/// Its tickets, a chunk a row; `rows` of them. $1 is the work, then come number and ids of each.
pub(super) fn insert_chunks(rows: usize) -> String {
    let values: Vec<String> = (0..rows).map(|n| format!("($1, ${}, ${})", 2 * n + 2, 2 * n + 3)).collect();
    format!("INSERT INTO bulk_chunk (bulk_id, chunk, ids) VALUES {}", values.join(", "))
}

/// Unfinished work whose lease has run out; " FOR UPDATE SKIP LOCKED" is appended on PostgreSQL.
pub(super) const UNCLAIMED: &str =
    "SELECT id FROM bulk WHERE state <= 2 AND lease_until < $1 ORDER BY id LIMIT 1";
/// Unfinished work of a batch.
pub(super) const UNFINISHED: &str = "SELECT id FROM bulk WHERE state <= 2 AND batch_id = $1";
/// Takes it.
pub(super) const CLAIM: &str =
    "UPDATE bulk SET state = 2, lease_owner = $2, lease_until = $3, takeovers = takeovers + 1 WHERE id = $1";

/// Ends the leases of other nodes.
pub(super) const FREE: &str = "UPDATE bulk SET lease_until = 0 WHERE state <= 2 AND lease_owner <> $1";

/// What the next chunk needs; only for the holder of the lease.
pub(super) const NEXT: &str = "SELECT b.batch_id, b.actor, b.call, b.work, b.chunks, b.next_chunk, b.done, c.ids, b.takeovers \
     FROM bulk b LEFT JOIN bulk_chunk c ON c.bulk_id = b.id AND c.chunk = b.next_chunk \
     WHERE b.id = $1 AND b.lease_owner = $2 AND b.state = 2";
/// Progress, in the transaction of the chunk; what is done is forgotten with the last, since it may be a text. Changes nothing if another one did the chunk. (In a CASE PostgreSQL takes a
/// bare parameter for a text.)
pub(super) const ADVANCE: &str = "UPDATE bulk SET next_chunk = next_chunk + 1, done = done + $3, changed = changed + $4, \
     unchanged = unchanged + $5, failed = failed + $6, lease_until = $7, takeovers = 0, \
     work = CASE WHEN next_chunk + 1 >= chunks THEN '' ELSE work END, state = CASE WHEN next_chunk + 1 >= chunks THEN 3 ELSE 2 END, \
     finished_at = CASE WHEN next_chunk + 1 >= chunks THEN CAST($8 AS BIGINT) ELSE NULL END \
     WHERE id = $1 AND next_chunk = $2 AND state = 2";
/// An outcome.
pub(super) const INSERT_ROW: &str = "INSERT INTO bulk_row (bulk_id, place, ticket_id, outcome, version, code, message, field) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// How far it is.
pub(super) const PROGRESS: &str = "SELECT id, batch_id, call, actor, state, total, done, changed, unchanged, failed, \
     created_at, finished_at FROM bulk";
/// One.
pub(super) const BY_ID: &str = " WHERE id = $1";
/// Those of an actor.
pub(super) const BY_ACTOR: &str = " WHERE actor = ";
/// How many; a condition is appended.
pub(super) const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM bulk";
/// How many rows its answer has at the most.
pub(super) const KEEP_ROWS: &str = "SELECT keep_rows FROM bulk WHERE id = $1";
/// Stops it.
pub(super) const CANCEL: &str =
    "UPDATE bulk SET state = 4, work = '', finished_at = $2 WHERE id = $1 AND state <= 2";
/// Forgets some that were finished long ago.
pub(super) const FORGET: &str =
    "DELETE FROM bulk WHERE id IN (SELECT id FROM bulk WHERE finished_at <= $1 ORDER BY finished_at LIMIT 5)";
/// The outcomes kept.
pub(super) const ROWS: &str = "SELECT ticket_id, outcome, version, code, message, field FROM bulk_row WHERE bulk_id = $1 AND place >= $2";
