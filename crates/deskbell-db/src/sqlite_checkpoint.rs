//! Moves pages from the write-ahead log into the database off the writer's path: a thread with a
//! connection of its own, a PASSIVE checkpoint about every 100 ms when there was a commit.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::sqlite::Handle;
use crate::stats::{Counters, count};

const EVERY: Duration = Duration::from_millis(100);
/// Pages are 4 KiB (SQLite's default, never changed here) and carry a header of 24 bytes in the log.
const FRAME: u64 = 4096 + 24;

/// How often, and how long each time, an empty log is tried for: a writer waits no longer than that.
const TRIES: u32 = 40;
const PATIENCE: Duration = Duration::from_millis(20);

/// Works until the other end of `asked` is dropped. Whoever asks gets an empty log.
pub(crate) fn work(handle: &Handle, counters: &Counters, asked: &Receiver<oneshot::Sender<bool>>) {
    let mut seen = 0;
    let mut behind = true;
    loop {
        match asked.recv_timeout(EVERY) {
            Ok(answer) => {
                // Nobody need wait for it.
                let _ = answer.send(empty(handle, counters));
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let commits = counters.commits.load(Relaxed);
        if commits != seen || behind {
            seen = commits;
            behind = !checkpoint(handle, "PASSIVE", counters);
        }
    }
}

/// Takes the whole log in and cuts it off. It cannot while a reader sees an older state.
fn empty(handle: &Handle, counters: &Counters) -> bool {
    handle.wait_for_locks(PATIENCE);
    (0..TRIES).any(|_| {
        checkpoint(handle, "TRUNCATE", counters) || {
            std::thread::sleep(PATIENCE);
            false
        }
    })
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
