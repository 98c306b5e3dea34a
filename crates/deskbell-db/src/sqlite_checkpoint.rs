//! Moves pages from the write-ahead log into the database off the writer's path: a thread with a
//! connection of its own, a PASSIVE checkpoint about every 100 ms when there was a commit.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::sqlite::Handle;
use crate::stats::{Counters, count};

const EVERY: Duration = Duration::from_millis(100);
/// Pages are 4 KiB (SQLite's default, never changed here) and carry a header of 24 bytes in the log.
const FRAME: u64 = 4096 + 24;

/// Works until the other end of `stop` is dropped.
pub(crate) fn work(handle: &Handle, counters: &Counters, stop: &Receiver<()>) {
    let mut seen = 0;
    let mut behind = true;
    while stop.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let commits = counters.commits.load(Relaxed);
        if commits != seen || behind {
            seen = commits;
            behind = !checkpoint(handle, "PASSIVE", counters);
        }
    }
}

/// Runs one checkpoint and notes the log's size; whether the whole log is in the database now.
pub(crate) fn checkpoint(handle: &Handle, mode: &str, counters: &Counters) -> bool {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let numbers = handle
        .connection
        .query_row(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
    match numbers {
        Ok((busy, frames, moved)) => {
            let frames = u64::try_from(frames).unwrap_or(0);
            // After RESTART the next write begins the log anew, whatever length the file has.
            let left = if mode != "PASSIVE" && busy == 0 { 0 } else { frames * FRAME };
            counters.wal_bytes.store(left, Relaxed);
            if moved > 0 {
                count(&counters.checkpoints);
            }
            busy == 0 && u64::try_from(moved).is_ok_and(|moved| moved == frames)
        }
        Err(error) => {
            // A full disk or a busy lock; the log keeps everything until the next try.
            tracing::warn!(error = %crate::sqlite_error::explain(error), mode, "checkpoint failed");
            false
        }
    }
}
