//! SQL of tags.

/// Tags and how many tickets have each; conditions are appended, and `BY_TAG`.
pub(super) const COUNTED: &str = "SELECT tag, CAST(SUM(n) AS BIGINT) AS tickets FROM tag_count WHERE ";
/// The end of `COUNTED`.
pub(super) const BY_TAG: &str = " GROUP BY tag HAVING SUM(n) > 0";

/// How many tags a statement finds.
pub(super) fn count_of(statement: &str) -> String {
    format!("SELECT CAST(COUNT(*) AS BIGINT) FROM ({statement}) AS found")
}

/// In the order of their characters, the same on both engines.
pub(super) fn by_name(postgres: bool) -> &'static str {
    if postgres { " ORDER BY tag COLLATE \"C\"" } else { " ORDER BY tag" }
}
/// The most used first.
pub(super) fn by_count(postgres: bool) -> &'static str {
    if postgres { " ORDER BY tickets DESC, tag COLLATE \"C\"" } else { " ORDER BY tickets DESC, tag" }
}
