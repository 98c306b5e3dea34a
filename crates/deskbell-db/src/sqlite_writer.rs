//! SQLite's one writer: a thread that takes waiting jobs into one transaction and answers each only
//! after COMMIT.
//!
//! A group first runs bare, which is the fastest. If a job fails after it has written, the group is
//! rolled back and runs again with a savepoint around each job; if even that cannot hold (a deferred
//! constraint at COMMIT, a transaction that SQLite ended by itself), each job runs alone. A full
//! disk or an I/O error acknowledges nobody.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::job::{Job, Ran};
use crate::options::Options;
use crate::queue::{Queue, View};
use crate::sqlite::{Handle, Role};
use crate::sqlite_tx::LateRow;
use crate::stats::{Counters, count};
use crate::tx::{self, Tx};

pub(crate) const INTERACTIVE: usize = 0;
pub(crate) const ALONE: usize = 1;
pub(crate) const BULK: usize = 2;
pub(crate) type WriteQueue = Queue<3>;

/// Transactions for others after which a waiting bulk job has its turn.
const BULK_PATIENCE: u32 = 32;
/// A log of this size is folded into the database by the writer itself.
const WAL_LIMIT: u64 = 256 << 20;

pub(crate) struct Writer {
    pub(crate) handle: Handle,
    pub(crate) path: PathBuf,
    pub(crate) options: Options,
    pub(crate) queue: Arc<WriteQueue>,
    pub(crate) counters: Arc<Counters>,
}

/// How a try at a group ended.
enum End {
    Committed,
    /// The only job failed; its result stands.
    Undone,
    /// One job failed after writing: again, each behind a savepoint.
    Guard,
    /// The jobs cannot share a transaction: again, one by one.
    Separate,
    /// Nobody is acknowledged.
    Lost(Error),
}

/// What became of a job in the open transaction.
struct Outcome {
    ran: Ran,
    /// Whether it wrote.
    written: bool,
    /// Why the transaction is lost.
    lost: Option<Error>,
    /// What it left to be written before the commit.
    late: Vec<LateRow>,
}

impl Writer {
    /// Works until the queue is closed and empty, then gives the connection back.
    pub(crate) fn work(mut self) -> Handle {
        let mut others = 0;
        let mut last = ALONE;
        let mut restarted = Instant::now();
        let queue = Arc::clone(&self.queue);
        while let Some((lane, job)) = queue.take(|view| choose(view, others, last)) {
            if job.abandoned() {
                queue.done(lane);
                continue;
            }
            last = lane;
            others = if lane == BULK { 0 } else { others + 1 };
            if lane == INTERACTIVE {
                self.group(job)
            } else {
                self.single(job).answer()
            }
            queue.done(lane);
            self.restart_log(&mut restarted);
        }
        self.handle
    }

    fn group(&mut self, first: Job) {
        let mut jobs = vec![first];
        let mut end = self.bare(&mut jobs);
        if matches!(end, End::Guard) {
            count(&self.counters.group_reruns);
            end = self.savepoints(&mut jobs);
        }
        match end {
            End::Committed => {
                count(&self.counters.commits);
                self.counters.group(jobs.len());
            }
            End::Undone => {}
            End::Guard | End::Separate => {
                count(&self.counters.group_reruns);
                jobs = jobs.into_iter().map(|job| self.single(job)).collect();
            }
            End::Lost(error) => {
                self.lose(&error);
                jobs.iter_mut().for_each(|job| job.fail(error.again()));
            }
        }
        jobs.into_iter().for_each(|job| job.answer());
    }

    /// Runs the first job and whatever else waits in one transaction, with nothing between them.
    fn bare(&mut self, jobs: &mut Vec<Job>) -> End {
        let began = Instant::now();
        if let Err(error) = self.handle.run("BEGIN IMMEDIATE") {
            // Those who wait would only wait as long again, one after the other.
            while let Some(job) = self.next(jobs.len()) {
                jobs.push(job);
            }
            return self.end(End::Lost(error));
        }
        let (mut at, mut late) = (0, Vec::new());
        while let Some(job) = jobs.get_mut(at) {
            let Outcome { ran, written, lost, late: rows } = self.run(job);
            if let Some(error) = lost {
                return self.end(End::Lost(error));
            }
            if self.handle.idle() {
                return self.end(End::Separate);
            }
            match ran {
                Ran::Done => late.extend(rows),
                Ran::Failed if !written => {}
                Ran::Failed | Ran::Panicked if jobs.len() == 1 => {
                    self.undone(ran);
                    return self.end(End::Undone);
                }
                Ran::Failed | Ran::Panicked => return self.end(End::Guard),
            }
            at += 1;
            if began.elapsed() < self.options.group_time
                && let Some(job) = self.next(jobs.len())
            {
                jobs.push(job);
            }
        }
        self.commit(late)
    }

    /// Runs the same jobs again, each undone alone if it fails.
    fn savepoints(&mut self, jobs: &mut [Job]) -> End {
        if let Err(error) = self.handle.run("BEGIN IMMEDIATE") {
            return self.end(End::Lost(error));
        }
        let mut late = Vec::new();
        for job in jobs {
            if let Err(error) = self.handle.run("SAVEPOINT member") {
                return self.end(End::Lost(error));
            }
            let Outcome { ran, lost, late: rows, .. } = self.run(job);
            if let Some(error) = lost {
                return self.end(End::Lost(error));
            }
            if self.handle.idle() {
                return self.end(End::Separate);
            }
            let undone = if ran == Ran::Done {
                late.extend(rows);
                Ok(())
            } else {
                self.undone(ran);
                self.handle.run("ROLLBACK TO member")
            };
            if undone.and_then(|()| self.handle.run("RELEASE member")).is_err() {
                return self.end(End::Separate);
            }
        }
        self.commit(late)
    }

    fn commit(&mut self, late: Vec<LateRow>) -> End {
        match self.write_late(late) {
            Ok(()) => {}
            // Whose rows those were is seen when each has a transaction of its own.
            Err((_, None)) => return self.end(End::Separate),
            Err((_, Some(lost))) => return self.end(End::Lost(lost)),
        }
        match self.handle.run("COMMIT") {
            Ok(()) => End::Committed,
            Err(error) if error.kind() == Kind::ForeignKey => self.end(End::Separate),
            Err(error) => self.end(End::Lost(error)),
        }
    }

    /// Leaves the transaction behind; what could not be left decides the end.
    fn end(&mut self, end: End) -> End {
        match (self.handle.rollback(), end) {
            (_, End::Lost(error)) | (Err(error), _) => End::Lost(error),
            (Ok(()), end) => end,
        }
    }

    /// Runs one job in a transaction of its own and returns it with its final result.
    fn single(&mut self, mut job: Job) -> Job {
        if let Err(error) = self.handle.run("BEGIN IMMEDIATE") {
            self.lose(&error);
            job.fail(error);
            return job;
        }
        let Outcome { ran, lost, late, .. } = self.run(&mut job);
        let result = match lost {
            Some(error) => Err(error),
            None if ran != Ran::Done => {
                self.undone(ran);
                self.handle.rollback()
            }
            None if self.handle.idle() => {
                Err(Error::new(Kind::Engine, "a job went on after SQLite had undone its transaction"))
            }
            None => {
                let written = self.write_late(late).map_err(|(error, _)| error);
                written.and_then(|()| self.handle.run("COMMIT")).inspect(|()| {
                    count(&self.counters.commits);
                    self.counters.group(1);
                })
            }
        };
        if let Err(error) = result {
            let _ = self.handle.rollback();
            self.lose(&error);
            job.fail(error);
        }
        job
    }

    /// Runs a job in the open transaction.
    fn run(&self, job: &mut Job) -> Outcome {
        self.handle.stop_after(self.options.statement_timeout);
        let mut tx = Tx(tx::Inner::Sqlite(self.handle.session().with_late()));
        let ran = job.run(&mut tx);
        self.handle.count_steps();
        match tx.0 {
            tx::Inner::Sqlite(mut session) => {
                let lost = session.take_lost();
                Outcome { ran, written: session.written(), lost, late: session.take_late() }
            }
            tx::Inner::Postgres(_) => Outcome { ran, written: true, lost: None, late: Vec::new() },
        }
    }

    /// Writes what waited for the commit. An error comes with what it says of the transaction, if that is lost.
    fn write_late(&self, late: Vec<LateRow>) -> Result<(), (Error, Option<Error>)> {
        self.handle.stop_after(self.options.statement_timeout);
        let mut session = self.handle.session();
        session.write_late(late).map_err(|error| (error, session.take_lost()))?;
        self.handle.count_steps();
        self.handle.never_stop();
        Ok(())
    }

    /// One more interactive job for a group of `size`, if one waits.
    fn next(&self, size: usize) -> Option<Job> {
        if size >= self.options.group_limit {
            return None;
        }
        loop {
            let (_, job) = self.queue.try_take(|view| view.oldest[INTERACTIVE].map(|_| INTERACTIVE))?;
            self.queue.done(INTERACTIVE);
            if !job.abandoned() {
                return Some(job);
            }
        }
    }

    fn undone(&self, ran: Ran) {
        count(if ran == Ran::Panicked { &self.counters.panics } else { &self.counters.rollbacks });
    }

    /// Counts a lost transaction and, after an I/O error, starts over with a fresh connection: what
    /// the old one believes of the file may be wrong.
    fn lose(&mut self, error: &Error) {
        count(&self.counters.lost);
        if error.kind() != Kind::Unavailable && self.handle.idle() {
            return;
        }
        match Handle::open(&self.path, Role::Write, &self.options, &self.counters) {
            Ok(handle) => self.handle = handle,
            Err(error) => tracing::error!(%error, "the writer could not open the database again"),
        }
    }

    /// Past its limit the log is emptied here, where no write can come between. Readers that hold
    /// an old snapshot are waited for briefly; if they stay, another try is made a second later.
    fn restart_log(&mut self, last: &mut Instant) {
        let bytes = self.counters.wal_bytes.load(std::sync::atomic::Ordering::Relaxed);
        if bytes < WAL_LIMIT || last.elapsed() < Duration::from_secs(1) {
            return;
        }
        self.handle.wait_for_locks(Duration::from_millis(50));
        crate::sqlite_checkpoint::checkpoint(&self.handle, "RESTART", &self.counters);
        self.handle.wait_for_locks(self.options.lock_timeout);
        *last = Instant::now();
    }
}

/// Interactive and alone jobs take turns; bulk jobs wait for both, but not forever.
fn choose(view: &View<3>, others: u32, last: usize) -> Option<usize> {
    let waits = |lane: usize| view.oldest[lane].is_some();
    let turn = if last == INTERACTIVE { [ALONE, INTERACTIVE] } else { [INTERACTIVE, ALONE] };
    if waits(BULK) && others >= BULK_PATIENCE {
        return Some(BULK);
    }
    turn.into_iter().find(|lane| waits(*lane)).or(waits(BULK).then_some(BULK))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(waiting: [bool; 3], others: u32, last: usize) -> Option<usize> {
        let oldest = waiting.map(|waits| waits.then_some(0));
        choose(&View { oldest, running: [0; 3] }, others, last)
    }

    #[test]
    fn bulk_waits_for_all_others_until_its_patience_ends() {
        assert_eq!(chosen([true, true, true], BULK_PATIENCE - 1, ALONE), Some(INTERACTIVE));
        assert_eq!(chosen([false, true, true], BULK_PATIENCE - 1, ALONE), Some(ALONE));
        assert_eq!(chosen([true, true, true], BULK_PATIENCE, ALONE), Some(BULK));
        assert_eq!(chosen([false, false, true], 0, ALONE), Some(BULK));
        assert_eq!(chosen([false, false, false], BULK_PATIENCE, ALONE), None);
    }

    #[test]
    fn groups_and_jobs_alone_take_turns() {
        assert_eq!(chosen([true, true, false], 0, INTERACTIVE), Some(ALONE));
        assert_eq!(chosen([true, true, false], 0, ALONE), Some(INTERACTIVE));
        assert_eq!(chosen([true, true, false], 0, BULK), Some(INTERACTIVE));
    }
}
