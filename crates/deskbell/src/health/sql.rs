//! SQL of the probe.

/// Any read.
pub(super) const READ: &str = "SELECT count(*) FROM meta WHERE name = 'probe'";
/// A write that reaches the disk, of a row that nobody else uses.
pub(super) const WRITE: &str = "INSERT INTO meta (name, value) VALUES ('probe', $1) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";
