//! SQL of the answers that are kept for requests with an Idempotency-Key.

/// PostgreSQL: takes the key for this transaction, or answers false where another one has it.
pub(super) const POSTGRES_TAKE: &str =
    "SELECT pg_try_advisory_xact_lock(1684366178, hashtext(CAST($1 AS TEXT)))";

/// What is kept under a key.
pub(super) const FIND: &str = "SELECT fingerprint, status, headers, body, bulk_id, created_at FROM idempotency \
     WHERE caller = $1 AND name = $2";
/// Forgets it.
pub(super) const FORGET: &str = "DELETE FROM idempotency WHERE caller = $1 AND name = $2";
/// Keeps an answer, or a piece of bulk work whose answer is still to come.
pub(super) const KEEP: &str = "INSERT INTO idempotency (caller, name, fingerprint, status, headers, body, bulk_id, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
/// The answer of bulk work; the first one stays.
pub(super) const ANSWER: &str = "UPDATE idempotency SET status = $3, headers = $4, body = $5 \
     WHERE caller = $1 AND name = $2 AND bulk_id = $6 AND status IS NULL";

/// Forgets the oldest that are older than a time, so many at once.
pub(super) const PURGE: &str = "DELETE FROM idempotency WHERE id IN \
     (SELECT id FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT $2)";

/// Answers that a caller got at a time.
pub(super) const KEPT_AT: &str =
    "SELECT id, body FROM idempotency WHERE created_at = $1 AND caller = $2 AND body IS NOT NULL";
/// Another body.
pub(super) const REWRITE: &str = "UPDATE idempotency SET body = $2 WHERE id = $1";
