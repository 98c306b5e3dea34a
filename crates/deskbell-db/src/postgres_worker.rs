//! A thread that owns one PostgreSQL connection and runs jobs on it: retries what met another
//! transaction, reconnects and runs again what lost its connection, never runs again what may
//! have been committed.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::error::{Error, Kind};
use crate::job::{Job, Ran};
use crate::migrate::Locked;
use crate::postgres::{Access, Dialer, Link};
use crate::postgres_error::{Remedy, explain};
use crate::postgres_tx::{Session, Verdict};
use crate::stats::{Counters, count};
use crate::tx::{self, Tx};

/// Runs of one job that meet other transactions before its caller is told to come back later.
const RETRIES: u32 = 10;
/// Runs of one job that lose their connection.
const LOSSES: u32 = 3;
/// No two processes migrate one database at once.
const MIGRATION_LOCK: i64 = 0x6465_736b_6265_6c6c;

pub(crate) struct Worker {
    runtime: Runtime,
    dialer: Arc<Dialer>,
    link: Option<Link>,
    counters: Arc<Counters>,
    patience: Duration,
    /// The server could not be reached within `patience` and not since: do not wait again.
    down: bool,
}

impl Worker {
    pub(crate) fn new(
        dialer: Arc<Dialer>,
        counters: Arc<Counters>,
        patience: Duration,
    ) -> Result<Worker, Error> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
                Error::new(Kind::Unavailable, "a connection's runtime could not start").with_source(error)
            })?;
        Ok(Worker { runtime, dialer, link: None, counters, patience, down: false })
    }

    /// Connects if there is no living connection; one try.
    pub(crate) fn connect(&mut self) -> Result<(), (Error, bool)> {
        if self.link.as_ref().is_some_and(|link| link.client.is_closed()) {
            self.hang_up();
        }
        if self.link.is_none() {
            self.link = Some(self.dialer.dial(&self.runtime)?);
            self.down = false;
            count(&self.counters.connects);
            count(&self.counters.connections);
        }
        Ok(())
    }

    /// Connects, trying again for a while.
    fn reach(&mut self) -> Result<(), Error> {
        let began = Instant::now();
        let mut pause = Duration::from_millis(20);
        loop {
            match self.connect() {
                Ok(()) => return Ok(()),
                Err((_, true)) if !self.down && began.elapsed() < self.patience => {}
                Err((error, _)) => {
                    self.down = true;
                    return Err(error);
                }
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    pub(crate) fn hang_up(&mut self) {
        if self.link.take().is_some() {
            self.counters.connections.fetch_sub(1, Relaxed);
            // Lets the connection's task say goodbye to the server.
            self.runtime.block_on(tokio::task::yield_now());
        }
    }

    /// Ends an answered read transaction, when no further job has taken its end along.
    pub(crate) fn rest(&mut self) {
        if let Some(link) = &mut self.link
            && self.runtime.block_on(link.end_now()).is_err()
        {
            self.hang_up();
        }
    }

    /// Runs a job to its answer.
    pub(crate) fn serve(&mut self, access: Access, mut job: Job) {
        let (mut retries, mut losses) = (0, 0);
        loop {
            let remedy = match self.attempt(access, &mut job) {
                Ok(()) => break,
                Err(remedy) => remedy,
            };
            match remedy {
                Remedy::Reconnect => {
                    losses += 1;
                    count(&self.counters.lost);
                    self.hang_up();
                    if losses >= LOSSES {
                        let text = "the connection to PostgreSQL was lost several times; nothing was kept";
                        job.fail(Error::new(Kind::Unavailable, text));
                        break;
                    }
                }
                _ => {
                    retries += 1;
                    if retries >= RETRIES {
                        let text = "other writers were in the way, again and again; try again";
                        job.fail(Error::new(Kind::Overloaded, text));
                        break;
                    }
                    count(&self.counters.retries);
                    self.back_off(retries);
                }
            }
        }
        if access == Access::Read {
            count(&self.counters.reads);
        }
        job.answer();
    }

    /// Runs a job once. `Ok`: its result stands. `Err`: nothing of it was kept, and it should run again.
    fn attempt(&mut self, access: Access, job: &mut Job) -> Result<(), Remedy> {
        if let Err(error) = self.reach() {
            job.fail(error);
            return Ok(());
        }
        let Some(link) = &mut self.link else { return Err(Remedy::Reconnect) };
        let mut tx = Tx(tx::Inner::Postgres(Session::new(&self.runtime, link, access)));
        let ran = job.run(&mut tx);
        let tx::Inner::Postgres(session) = tx.0 else { return Ok(()) };
        let verdict = session.verdict();
        if ran == Ran::Panicked {
            count(&self.counters.panics);
            // The panic may have struck between a question and its answer.
            self.hang_up();
            return Ok(());
        }
        if verdict.remedy == Remedy::Reconnect {
            return Err(Remedy::Reconnect);
        }
        if verdict.remedy != Remedy::None {
            if verdict.remedy == Remedy::Replan {
                link.forget();
            }
            self.roll_back(verdict);
            return Err(verdict.remedy);
        }
        if ran == Ran::Failed {
            if access == Access::Write {
                count(&self.counters.rollbacks);
            }
            self.roll_back(verdict);
            return Ok(());
        }
        if verdict.aborted {
            let text = "a job went on after a failed statement without a savepoint; nothing was kept";
            job.fail(Error::new(Kind::Engine, text));
            self.roll_back(verdict);
            return Ok(());
        }
        match access {
            _ if !verdict.begun => Ok(()),
            Access::Read => {
                link.end_later();
                Ok(())
            }
            Access::Write => self.commit(job),
        }
    }

    fn commit(&mut self, job: &mut Job) -> Result<(), Remedy> {
        let Some(link) = &mut self.link else { return Err(Remedy::Reconnect) };
        let Err(error) = self.runtime.block_on(link.client.batch_execute("COMMIT")) else {
            count(&self.counters.commits);
            return Ok(());
        };
        match explain(error) {
            (_, Remedy::Retry) => Err(Remedy::Retry),
            (_, Remedy::Reconnect) => {
                count(&self.counters.lost);
                self.hang_up();
                job.fail(Error::new(
                    Kind::Unavailable,
                    "the connection to PostgreSQL was lost during COMMIT: the write may have been kept or \
                     not; look before trying again",
                ));
                Ok(())
            }
            (error, _) => {
                count(&self.counters.rollbacks);
                job.fail(error);
                Ok(())
            }
        }
    }

    fn roll_back(&mut self, verdict: Verdict) {
        if let Some(link) = &mut self.link
            && verdict.begun
            && self.runtime.block_on(link.client.batch_execute("ROLLBACK")).is_err()
        {
            self.hang_up();
        }
    }

    /// Waits a little, longer each time and differently on each connection.
    fn back_off(&self, tries: u32) {
        let slot = self.link.as_ref().map_or(0, |link| link.slot.unsigned_abs());
        let spread = (slot.wrapping_mul(2_654_435_761) ^ u64::from(tries).wrapping_mul(40_503)) % 1000;
        let ceiling = 1_000 << tries.min(7);
        std::thread::sleep(Duration::from_micros(ceiling / 2 + ceiling * spread / 2000));
    }
}

impl Locked for Worker {
    fn look<T>(&mut self, job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let result = self.direct(Access::Read, job)?.1;
        self.runtime_rollback();
        result
    }

    fn locked<T>(&mut self, mut job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (_, result) = self.direct(Access::Write, |tx| {
            // A lock of the transaction, not of the session: it also works through poolers. The
            // statement limit is off, as a migration of many rows takes its time.
            tx.batch(&format!(
                "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
            ))?;
            job(tx)
        })?;
        let value = match result {
            Ok(value) => value,
            Err(error) => {
                self.runtime_rollback();
                return Err(error);
            }
        };
        let Some(link) = &mut self.link else { return Ok(value) };
        self.runtime.block_on(link.client.batch_execute("COMMIT")).map_err(|error| explain(error).0)?;
        Ok(value)
    }
}

impl Worker {
    fn direct<T>(
        &mut self,
        access: Access,
        mut job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>,
    ) -> Result<(Verdict, Result<T, Error>), Error> {
        self.reach()?;
        let Some(link) = &mut self.link else {
            return Err(Error::new(Kind::Unavailable, "the connection to PostgreSQL was lost"));
        };
        let mut tx = Tx(tx::Inner::Postgres(Session::new(&self.runtime, link, access)));
        let result = job(&mut tx);
        match tx.0 {
            tx::Inner::Postgres(session) => Ok((session.verdict(), result)),
            tx::Inner::Sqlite(_) => Err(Error::new(Kind::Engine, "a transaction changed its engine")),
        }
    }

    fn runtime_rollback(&mut self) {
        self.roll_back(Verdict { begun: true, aborted: false, remedy: Remedy::None });
    }
}
