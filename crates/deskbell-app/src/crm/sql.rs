//! SQL of look-ups.

/// A new look-up.
pub(super) const INSERT: &str =
    "INSERT INTO crm_lookup (ticket_id, brand_id, attempts, next_at, created_at) VALUES ($1, $2, 0, $3, $3)";

/// Brands of which something is to be asked now and which are not left alone.
pub(super) const BRANDS: &str = "SELECT b.id FROM brand b LEFT JOIN crm_endpoint e ON e.brand_id = b.id \
     WHERE COALESCE(e.retry_at, 0) <= $1 AND EXISTS (SELECT 1 FROM crm_lookup l WHERE l.brand_id = b.id AND l.next_at <= $1) \
     ORDER BY b.id";
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

/// Where a brand's customers are looked up.
pub(super) const URL: &str = "SELECT crm_sync_url FROM brand WHERE id = $1";
/// A customer's external primary id.
pub(super) const EXTERNAL: &str = "SELECT external_primary_id FROM customer WHERE id = $1";
/// How many have failed in a row.
pub(super) const FAILURES: &str = "SELECT failures FROM crm_endpoint WHERE brand_id = $1";
/// How a brand's endpoint fares.
pub(super) const FARES: &str = "INSERT INTO crm_endpoint (brand_id, failures, retry_at) VALUES ($1, $2, $3) \
     ON CONFLICT (brand_id) DO UPDATE SET failures = excluded.failures, retry_at = excluded.retry_at";
