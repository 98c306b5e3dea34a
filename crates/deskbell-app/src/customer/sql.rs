//! SQL of customers.

/// PostgreSQL: one writer at a time for an address.
pub(super) const LOCK_ADDRESS: &str = "SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS locked";
