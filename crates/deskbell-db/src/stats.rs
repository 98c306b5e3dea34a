//! Numbers for `/metrics`: counted with relaxed atomics where the work happens, copied on demand.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Upper bounds of the group size histogram's buckets; a last bucket takes what is above.
pub const GROUP_BOUNDS: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/// A snapshot of the store's numbers. Counters start at 0 when the store is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Jobs waiting now, by queue.
    pub waiting: Waiting,
    /// SQLite: sizes of the groups that shared one COMMIT.
    pub group_sizes: Histogram,
    /// Write transactions committed (a group counts once).
    pub commits: u64,
    /// Read jobs answered.
    pub reads: u64,
    /// Write transactions rolled back because a job failed or panicked.
    pub rollbacks: u64,
    /// SQLite: groups that ran again because one of their jobs failed after writing.
    pub group_reruns: u64,
    /// PostgreSQL: jobs run again after a serialisation failure, a deadlock or a stale plan.
    pub retries: u64,
    /// Jobs refused because their queue was full.
    pub overloads: u64,
    /// Jobs that panicked.
    pub panics: u64,
    /// COMMITs and transactions lost to the disk or the connection; nobody in them was acknowledged.
    pub lost_transactions: u64,
    /// SQLite: instructions of its machine that statements took, a measure of work that is the same on any computer.
    pub steps: u64,
    /// SQLite: checkpoints that moved pages.
    pub checkpoints: u64,
    /// SQLite: bytes in the write-ahead log when last looked at.
    pub wal_bytes: u64,
    /// PostgreSQL: connections open now.
    pub connections: u64,
    /// PostgreSQL: connections opened since the start, beyond the first of each thread.
    pub reconnects: u64,
}

/// Jobs waiting in each queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the lane or urgency of its name")]
pub struct Waiting {
    pub interactive: usize,
    pub alone: usize,
    pub bulk: usize,
    /// Always 0 on SQLite, where point reads run in the calling thread.
    pub point: usize,
    pub list: usize,
    pub slow: usize,
}

/// Counts by size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Observations in each bucket of [`GROUP_BOUNDS`], not cumulated; the last is above all bounds.
    pub counts: [u64; GROUP_BOUNDS.len() + 1],
    /// Sum of all observed values.
    pub sum: u64,
}

/// The live counters behind [`Stats`].
#[derive(Default)]
pub(crate) struct Counters {
    group_counts: [AtomicU64; GROUP_BOUNDS.len() + 1],
    group_sum: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) reads: AtomicU64,
    pub(crate) rollbacks: AtomicU64,
    pub(crate) group_reruns: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) overloads: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) lost: AtomicU64,
    pub(crate) steps: AtomicU64,
    pub(crate) checkpoints: AtomicU64,
    pub(crate) wal_bytes: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) connects: AtomicU64,
}

/// Adds one to a counter.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

impl Counters {
    pub(crate) fn group(&self, size: usize) {
        let size = size as u64;
        let bucket = GROUP_BOUNDS.partition_point(|bound| *bound < size);
        count(&self.group_counts[bucket]);
        self.group_sum.fetch_add(size, Relaxed);
    }

    pub(crate) fn snapshot(&self, waiting: Waiting, first_connections: u64) -> Stats {
        Stats {
            waiting,
            group_sizes: Histogram {
                counts: std::array::from_fn(|bucket| self.group_counts[bucket].load(Relaxed)),
                sum: self.group_sum.load(Relaxed),
            },
            commits: self.commits.load(Relaxed),
            reads: self.reads.load(Relaxed),
            rollbacks: self.rollbacks.load(Relaxed),
            group_reruns: self.group_reruns.load(Relaxed),
            retries: self.retries.load(Relaxed),
            overloads: self.overloads.load(Relaxed),
            panics: self.panics.load(Relaxed),
            lost_transactions: self.lost.load(Relaxed),
            steps: self.steps.load(Relaxed),
            checkpoints: self.checkpoints.load(Relaxed),
            wal_bytes: self.wal_bytes.load(Relaxed),
            connections: self.connections.load(Relaxed),
            reconnects: self.connects.load(Relaxed).saturating_sub(first_connections),
        }
    }
}
