//! Times as answers write them.

use deskbell_core::Timestamp;
use serde::{Serialize, Serializer};

/// A time that serializes as `YYYY-MM-DD HH:MM:SS` in UTC.
#[derive(Clone, Copy)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The same for a time that may be null.
pub(crate) fn time(at: Option<Timestamp>) -> Option<Time> {
    at.map(Time)
}
