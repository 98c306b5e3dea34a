//! The store: one handle over both engines, for async callers and for plain threads.

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::error::Error;
use crate::job::{self, Answer};
use crate::migrate::Migration;
use crate::options::{Engine, Location, Options};
use crate::postgres_store::PostgresStore;
use crate::sqlite_store::SqliteStore;
use crate::stats::Stats;
use crate::tx::Tx;

/// Which queue a read belongs to. Slow lanes cannot hold up quick ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Some rows by key: microseconds. On SQLite it runs in the calling thread.
    Point,
    /// A page of a list: up to some milliseconds.
    List,
    /// Search, counts, exports.
    Slow,
}

/// How a write is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// Somebody waits for it. On SQLite it shares its COMMIT with others that wait.
    Interactive,
    /// A chunk of long work: a transaction of its own, when no other write waits (but never put off
    /// forever). Keep chunks under about 30 ms.
    Bulk,
    /// A transaction of its own, outside the group, in turn with the groups.
    Alone,
}

/// The database, on either engine. Cheap to clone; the last clone to be dropped closes it.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

enum Backend {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Store {
    /// Opens the database, making it if it is not there (SQLite), and brings its tables up to date.
    /// Safe when several processes start at once. Blocks; may be called anywhere.
    ///
    /// # Errors
    /// [`Kind::TooNew`](crate::Kind::TooNew) and [`Kind::ChecksumMismatch`](crate::Kind::ChecksumMismatch)
    /// if the database does not fit the program; [`Kind::Rights`](crate::Kind::Rights),
    /// [`Kind::Unavailable`](crate::Kind::Unavailable), [`Kind::DiskFull`](crate::Kind::DiskFull).
    pub fn open(options: Options, migrations: &'static [Migration]) -> Result<Store, Error> {
        let backend = match &options.location {
            Location::Sqlite(path) => Backend::Sqlite(SqliteStore::open(path, &options, migrations)?),
            Location::Postgres(url) => Backend::Postgres(PostgresStore::open(url, &options, migrations)?),
        };
        Ok(Store(Arc::new(backend)))
    }

    /// Which engine the store runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match *self.0 {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs `job` in a read transaction and returns what it returned. All its statements see one
    /// snapshot, which holds every write acknowledged before the call.
    ///
    /// The job may run again (a lost connection): it must have no side effects.
    ///
    /// # Errors
    /// What the job returned; [`Kind::Overloaded`](crate::Kind::Overloaded) if the lane is full,
    /// [`Kind::Timeout`](crate::Kind::Timeout), [`Kind::Unavailable`](crate::Kind::Unavailable),
    /// [`Kind::Closed`](crate::Kind::Closed).
    pub async fn read<T, E>(
        &self,
        lane: Lane,
        job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match self.start_read(lane, job) {
            Started::Ended(result) => result,
            Started::Queued(answer) => answer.await.unwrap_or_else(|_| Err(Error::closed().into())),
        }
    }

    /// Runs `job` in a write transaction and returns what it returned, after COMMIT. If it returns
    /// `Err`, nothing of it is kept.
    ///
    /// The job may run several times (another job of its group failed, a serialisation failure, a
    /// lost connection): it must have no side effects. On PostgreSQL the transaction is READ
    /// COMMITTED: lock rows (`FOR UPDATE`) before deciding by what they hold.
    ///
    /// If the caller stops waiting, a job that has not started may be left out.
    ///
    /// # Errors
    /// What the job returned; [`Kind::Overloaded`](crate::Kind::Overloaded) if the queue is full,
    /// [`Kind::DiskFull`](crate::Kind::DiskFull), [`Kind::Timeout`](crate::Kind::Timeout),
    /// [`Kind::Unavailable`](crate::Kind::Unavailable) (if the connection was lost during COMMIT the
    /// outcome is unknown, and the message says so), [`Kind::Closed`](crate::Kind::Closed).
    pub async fn write<T, E>(
        &self,
        urgency: Urgency,
        job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match self.start_write(urgency, job) {
            Started::Ended(result) => result,
            Started::Queued(answer) => answer.await.unwrap_or_else(|_| Err(Error::closed().into())),
        }
    }

    /// [`Store::read`] for plain threads.
    ///
    /// # Errors
    /// As [`Store::read`].
    ///
    /// # Panics
    /// If called inside an async task.
    pub fn read_blocking<T, E>(
        &self,
        lane: Lane,
        job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.start_read(lane, job).wait()
    }

    /// [`Store::write`] for plain threads.
    ///
    /// # Errors
    /// As [`Store::write`].
    ///
    /// # Panics
    /// If called inside an async task.
    pub fn write_blocking<T, E>(
        &self,
        urgency: Urgency,
        job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.start_write(urgency, job).wait()
    }

    /// The store's numbers now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        match &*self.0 {
            Backend::Sqlite(store) => store.stats(),
            Backend::Postgres(store) => store.stats(),
        }
    }

    /// Takes SQLite's log into its file and empties it, so that it holds nothing that is not in the file any more. Waits about a
    /// second for readers of older states. Whether it is done; nothing needs to be on PostgreSQL.
    pub async fn fold(&self) -> bool {
        let answer = match &*self.0 {
            Backend::Sqlite(store) => store.fold(),
            Backend::Postgres(_) => return true,
        };
        match answer {
            Some(answer) => answer.await.unwrap_or(false),
            None => false,
        }
    }

    /// Refuses new jobs, answers those that wait, folds SQLite's log into its file, ends all
    /// threads. Blocks until done; a second call does nothing.
    pub fn close(&self) {
        self.0.close();
    }

    fn start_read<T, E, F>(&self, lane: Lane, job: F) -> Started<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.0 {
            Backend::Sqlite(store) if lane == Lane::Point => Started::Ended(store.point(job)),
            Backend::Sqlite(store) => queue(job, |job| store.push_read(lane, job)),
            Backend::Postgres(store) => queue(job, |job| store.push_read(lane, job)),
        }
    }

    fn start_write<T, E, F>(&self, urgency: Urgency, job: F) -> Started<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.0 {
            Backend::Sqlite(store) => queue(job, |job| store.push_write(urgency, job)),
            Backend::Postgres(store) => queue(job, |job| store.push_write(urgency, job)),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(&self.engine()).finish()
    }
}

impl Backend {
    fn close(&self) {
        match self {
            Backend::Sqlite(store) => store.close(),
            Backend::Postgres(store) => store.close(),
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.close();
    }
}

/// A job that has ended at once, or waits in a queue.
enum Started<T, E> {
    Ended(Result<T, E>),
    Queued(Answer<T, E>),
}

impl<T, E: From<Error>> Started<T, E> {
    fn wait(self) -> Result<T, E> {
        match self {
            Started::Ended(result) => result,
            Started::Queued(answer) => answer.blocking_recv().unwrap_or_else(|_| Err(Error::closed().into())),
        }
    }
}

fn queue<T, E, F>(work: F, push: impl FnOnce(job::Job) -> Result<(), Error>) -> Started<T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (job, answer) = job::job(work);
    match push(job) {
        Ok(()) => Started::Queued(answer),
        Err(error) => Started::Ended(Err(error.into())),
    }
}

/// Joins a thread of the store, unless it is the calling one (a job may hold the last clone of the
/// store), which ends by itself.
pub(crate) fn join_unless_own<T>(thread: JoinHandle<T>) -> Option<T> {
    if thread.thread().id() == std::thread::current().id() { None } else { thread.join().ok() }
}
