//! SQL that lists of small items share.

/// How the pattern of a query marks a sign that stands for itself.
pub(crate) const ESCAPE: &str = " ESCAPE '!'";

/// PostgreSQL: keeps others from changing or deleting the row, and from referring to it.
pub(super) const LOCK: &str = " FOR UPDATE";

/// How many rows there are.
pub(super) fn count(from: &str) -> String {
    format!("SELECT COUNT(*) {from}")
}

/// The rows themselves.
pub(super) fn select(columns: &str, from: &str) -> String {
    format!("SELECT {columns} {from}")
}
