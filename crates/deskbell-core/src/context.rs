//! The only source of time and randomness. Tests replace it, so that answers can be compared whole.

use crate::time::Timestamp;

/// Time and randomness for everything below the edge.
pub trait Context: Send + Sync + 'static {
    /// The present, in whole seconds.
    fn now(&self) -> Timestamp;
    /// Milliseconds since the Unix epoch: for ids that sort by time, never for answers.
    fn now_millis(&self) -> i64;
    /// Fills the buffer with random bytes, fit for secrets.
    fn random(&self, buffer: &mut [u8]);
}
