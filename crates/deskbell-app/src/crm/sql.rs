//! SQL of look-ups.

/// A new look-up.
pub(super) const INSERT: &str =
    "INSERT INTO crm_lookup (ticket_id, brand_id, attempts, next_at, created_at) VALUES ($1, $2, 0, $3, $3)";

/// Brands of which something is to be asked now and whose places do not rest, what waits longest first.
pub(super) const BRANDS: &str = "SELECT due.id FROM (SELECT b.id AS id, \
     (SELECT MIN(l.next_at) FROM crm_lookup l WHERE l.brand_id = b.id) AS earliest \
     FROM brand b LEFT JOIN crm_endpoint e ON e.brand_id = b.id WHERE COALESCE(e.retry_at, 0) <= $1) due \
     WHERE due.earliest <= $1 ORDER BY due.earliest, due.id";
/// What is to be asked of one; " FOR UPDATE SKIP LOCKED" is appended on PostgreSQL.
pub(super) const DUE: &str = "SELECT id, ticket_id, brand_id, attempts, created_at FROM crm_lookup \
     WHERE brand_id = $1 AND next_at <= $2 ORDER BY next_at, id LIMIT $3";
/// PostgreSQL: passes over what another node takes.
pub(super) const SKIP: &str = " FOR UPDATE SKIP LOCKED";
/// Whether there is anything at all.
pub(super) const ANY: &str = "SELECT 1 FROM crm_lookup LIMIT 1";
/// When it is asked next.
pub(super) const LATER: &str = "UPDATE crm_lookup SET next_at = $2, attempts = $3 WHERE id = $1";
/// It is over.
pub(super) const DELETE: &str = "DELETE FROM crm_lookup WHERE id = $1";

/// Those of a ticket are over.
pub(super) const FORGET: &str = "DELETE FROM crm_lookup WHERE ticket_id = $1";
/// Whether it waits for its answer; " FOR UPDATE" is appended on PostgreSQL.
pub(super) const WAITS: &str = "SELECT 1 FROM crm_lookup WHERE id = $1";
/// Nobody else ends it until the transaction does.
pub(super) const LOCK: &str = " FOR UPDATE";

/// Where a brand's customers are looked up.
pub(super) const URL: &str = "SELECT crm_sync_url FROM brand WHERE id = $1";
/// A customer's external primary id.
pub(super) const EXTERNAL: &str = "SELECT external_primary_id FROM customer WHERE id = $1";
/// Which rest of a brand's place this is, and until when.
pub(super) const RESTS: &str = "SELECT rests, retry_at FROM crm_endpoint WHERE brand_id = $1";
/// One more has failed: how many in a row, and which rest this is. Others who count wait for the row.
pub(super) const FAILS: &str = "INSERT INTO crm_endpoint (brand_id, failures, rests, retry_at) VALUES ($1, 1, 0, 0) \
     ON CONFLICT (brand_id) DO UPDATE SET failures = crm_endpoint.failures + 1 RETURNING failures, rests";
/// Its place rests.
pub(super) const REST: &str = "UPDATE crm_endpoint SET rests = $2, retry_at = $3 WHERE brand_id = $1";
/// After a rest, takes the right to ask once; no row for who comes too late.
pub(super) const PROBE: &str =
    "UPDATE crm_endpoint SET retry_at = $2 WHERE brand_id = $1 AND rests > 0 AND retry_at <= $3";
/// Its place fares well.
pub(super) const WELL: &str = "DELETE FROM crm_endpoint WHERE brand_id = $1";
