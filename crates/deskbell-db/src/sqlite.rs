//! One SQLite connection: how it is opened for its role, its time limits, its migrations.
//!
//! The bundled library is built with STAT4, which makes the planner choose skip-scans for keyset
//! lists once ANALYZE has run (45 µs became 311 ms at a million rows). Nothing here runs ANALYZE or
//! `PRAGMA optimize`, and nothing should.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::error::{Error, Kind};
use crate::migrate::Locked;
use crate::options::Options;
use crate::sqlite_error::explain;
use crate::sqlite_tx::{Session, run};
use crate::stats::Counters;
use crate::tx::{self, Tx};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Migrate,
    Write,
    Point,
    List,
    Slow,
    Checkpoint,
}

/// A connection with its time limits.
pub(crate) struct Handle {
    pub(crate) connection: Connection,
    counters: Arc<Counters>,
    /// Steps that are not counted yet.
    steps: Cell<u64>,
    clock: Instant,
    /// Nanoseconds on `clock` after which running statements are stopped; 0 is never.
    deadline: Arc<AtomicU64>,
    /// Milliseconds to wait for locks.
    patience: Arc<AtomicU64>,
}

/// Instructions of SQLite's machine between two looks at the clock: well under a millisecond.
const PROGRESS_STEPS: i32 = 5_000;

impl Handle {
    /// Opens the file at `path` for `role`, making it with mode 0600 if it is not there.
    pub(crate) fn open(
        path: &Path,
        role: Role,
        options: &Options,
        counters: &Arc<Counters>,
    ) -> Result<Handle, Error> {
        crate::sqlite_config::prepare();
        create_private(path)?;
        let mut connection = Connection::open(path).map_err(explain)?;
        let clock = Instant::now();
        let deadline = Arc::new(AtomicU64::new(0));
        let patience = Arc::new(AtomicU64::new(millis(options.lock_timeout)));
        let limit = Arc::clone(&patience);
        let mut since = clock;
        let busy = move |tries: i32| {
            if tries == 0 {
                since = Instant::now();
            }
            // Short sleeps: the other writer pauses briefly between its short transactions.
            std::thread::sleep(Duration::from_micros(if tries < 4 { 200 } else { 1000 }));
            millis(since.elapsed()) < limit.load(Relaxed)
        };
        connection.busy_handler(Some(busy)).map_err(explain)?;
        let limit = Arc::clone(&deadline);
        let late = move || {
            let limit = limit.load(Relaxed);
            limit != 0 && nanos(clock.elapsed()) > limit
        };
        connection.progress_handler(PROGRESS_STEPS, Some(late)).map_err(explain)?;
        connection.set_prepared_statement_cache_capacity(256);
        // Without this the planner looks at bound values (for partial indexes, and with STAT4), and then prepares a
        // cached statement anew each time that another value is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(explain)?;
        prepare(&connection, role, options)?;
        Ok(Handle {
            connection,
            counters: Arc::clone(counters),
            steps: Cell::default(),
            clock,
            deadline,
            patience,
        })
    }

    /// Statements that still run after `limit` from now are stopped.
    pub(crate) fn stop_after(&self, limit: Duration) {
        self.deadline.store(nanos(self.clock.elapsed().saturating_add(limit)).max(1), Relaxed);
    }

    /// Statements may take as long as they like.
    pub(crate) fn never_stop(&self) {
        self.deadline.store(0, Relaxed);
    }

    /// How long to wait for locks from now on.
    pub(crate) fn wait_for_locks(&self, limit: Duration) {
        self.patience.store(millis(limit), Relaxed);
    }

    /// Whether no transaction is open: SQLite may have ended ours by itself.
    pub(crate) fn idle(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Runs a transaction statement.
    pub(crate) fn run(&self, sql: &str) -> Result<(), Error> {
        run(&self.connection, sql).map_err(explain)
    }

    /// Leaves the open transaction, if there is one, undoing its writes.
    pub(crate) fn rollback(&self) -> Result<(), Error> {
        self.never_stop();
        if self.idle() { Ok(()) } else { self.run("ROLLBACK") }
    }

    /// A job's view of the connection.
    pub(crate) fn session(&self) -> Session<'_> {
        Session::new(&self.connection, &self.steps)
    }

    /// Counts what the sessions so far have done.
    pub(crate) fn count_steps(&self) {
        self.counters.steps.fetch_add(self.steps.take(), Relaxed);
    }

    /// Runs `job` in a read transaction: one snapshot, however many statements.
    pub(crate) fn read<T, E: From<Error>>(
        &self,
        limit: Duration,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.stop_after(limit);
        self.run("BEGIN")?;
        let result = job(&mut Tx(tx::Inner::Sqlite(self.session())));
        self.count_steps();
        self.rollback()?;
        result
    }
}

/// As [`Duration`] in milliseconds, at most `u64::MAX`.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Makes the file readable for its owner alone; SQLite gives its side files the same mode.
fn create_private(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::new(
            Kind::Unavailable,
            format!("the database file {} cannot be made: {error}", path.display()),
        )
        .with_source(error)),
    }
}

fn prepare(connection: &Connection, role: Role, options: &Options) -> Result<(), Error> {
    // Every connection counts its own mapping in the process's memory, so none is used; the page
    // caches are what is budgeted, a quarter for each of the four busy roles.
    let quarter = options.cache_mib * 1024 / 4;
    let (cache_kib, temporary) = match role {
        Role::Write => (quarter, "MEMORY"),
        Role::Point => (quarter / options.point_readers.max(1), "MEMORY"),
        Role::List => (quarter / options.readers.max(1), "DEFAULT"),
        Role::Slow => (quarter / options.slow_readers.max(1), "DEFAULT"),
        Role::Migrate => (quarter, "DEFAULT"),
        Role::Checkpoint => (64, "DEFAULT"),
    };
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(explain)?;
    if mode != "wal" {
        return Err(Error::new(
            Kind::Engine,
            format!("SQLite cannot keep a write-ahead log here (journal mode {mode}); use a local disk"),
        ));
    }
    let foreign_keys = if role == Role::Migrate { "OFF" } else { "ON" };
    // Overwrites what is deleted, so that purged words do not stay in free pages.
    let writing = "PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864;";
    let reading = "PRAGMA query_only = ON;";
    let rest = match role {
        Role::Point | Role::List | Role::Slow => reading,
        Role::Migrate | Role::Write => writing,
        Role::Checkpoint => "",
    };
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = {foreign_keys};
             PRAGMA wal_autocheckpoint = 0;
             PRAGMA mmap_size = 0;
             PRAGMA temp_store = {temporary};
             PRAGMA cache_size = -{};
             {rest}",
            cache_kib.max(64)
        ))
        .map_err(explain)
}

impl Locked for Handle {
    fn look<T>(&mut self, job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let result = self.read(Duration::MAX, job);
        self.never_stop();
        result
    }

    fn locked<T>(&mut self, mut job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.run("BEGIN IMMEDIATE")?;
        let result = job(&mut Tx(tx::Inner::Sqlite(self.session())))
            .and_then(|value| self.check_foreign_keys().map(|()| value))
            .and_then(|value| self.run("COMMIT").map(|()| value));
        if result.is_err() {
            self.rollback()?;
        }
        result
    }
}

impl Handle {
    /// Migrations run without enforcement, as table rebuilds need it; here their result is checked.
    fn check_foreign_keys(&self) -> Result<(), Error> {
        let mut check = self.connection.prepare("PRAGMA foreign_key_check").map_err(explain)?;
        let broken = check.exists([]).map_err(explain)?;
        if broken {
            return Err(Error::new(Kind::ForeignKey, "a migration would leave rows without their parents"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_cached_statement_is_not_prepared_again_for_another_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let handle = Handle::open(&path, Role::Write, &Options::sqlite(path.clone()), &Arc::default())
            .expect("a connection");
        let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, gone INTEGER);
                     CREATE INDEX some ON t (gone, id) WHERE gone = 1";
        handle.connection.execute_batch(table).expect("a table");
        let mut statement =
            handle.connection.prepare("SELECT id FROM t WHERE gone = $1").expect("a statement");
        for id in 1..=3 {
            assert!(!statement.exists([id]).expect("a look"));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
