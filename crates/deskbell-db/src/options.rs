//! What a store is opened with: where the data is, how many connections, which limits.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Which database engine a store runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite, compiled in; one file in the data folder.
    Sqlite,
    /// A PostgreSQL server, version 14 or newer.
    Postgres,
}

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// Path of the SQLite file. Its folder must exist; the file is made with mode 0600.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database?…`, read as libpq reads it, with these
    /// parameters of ours:
    ///
    /// * `sslmode`: `disable`; `prefer` (default: TLS if offered, with whoever answers); `require`
    ///   and `verify-full` (TLS, certificate and name verified: stricter than libpq's `require`).
    /// * `sslrootcert=PATH`: the authority to trust instead of the system's.
    /// * `prepared=off`: keep no prepared statements and no session settings. Needed behind
    ///   pgbouncer in transaction mode, whatever its version; costs planning per statement and a
    ///   round trip per write. In session mode pgbouncer needs nothing.
    ///
    /// The server is version 14 or newer, the database's encoding UTF8, and the user may
    /// `USAGE, CREATE` in the schema (migrations) and read and write its tables.
    Postgres(String),
}

impl fmt::Debug for Location {
    /// Leaves the URL out: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Location::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// How a store is opened. Start from [`Options::sqlite`] or [`Options::postgres`] and change fields.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the data is.
    pub location: Location,
    /// SQLite: threads for [`Lane::List`](crate::Lane::List). At least 1.
    pub readers: usize,
    /// SQLite: threads for [`Lane::Slow`](crate::Lane::Slow). At least 1.
    pub slow_readers: usize,
    /// SQLite: connections for [`Lane::Point`](crate::Lane::Point), used by the calling threads. At least 1.
    pub point_readers: usize,
    /// PostgreSQL: connections, each owned by one thread. At least 3, so that neither slow reads
    /// nor bulk writes can take the last one.
    pub pool: usize,
    /// Jobs that may wait in each queue before new ones are refused as overloaded. At least 1.
    pub queue_limit: usize,
    /// Longest time of one statement (PostgreSQL) or one job's statements together (SQLite).
    pub statement_timeout: Duration,
    /// Longest time to wait for a lock that another process (SQLite) holds.
    pub lock_timeout: Duration,
    /// PostgreSQL: longest time to reach the server, with all tries, before a job is answered
    /// unavailable.
    pub connect_timeout: Duration,
    /// SQLite: page caches of all connections together, in MiB.
    pub cache_mib: usize,
    /// SQLite: most interactive jobs that share one COMMIT.
    pub group_limit: usize,
    /// SQLite: longest time a group takes in further jobs before it commits.
    pub group_time: Duration,
}

impl Options {
    /// Options for a SQLite file, sized for a small server.
    #[must_use]
    pub fn sqlite(path: impl Into<PathBuf>) -> Options {
        Options::at(Location::Sqlite(path.into()))
    }

    /// Options for a PostgreSQL server.
    #[must_use]
    pub fn postgres(url: impl Into<String>) -> Options {
        Options::at(Location::Postgres(url.into()))
    }

    fn at(location: Location) -> Options {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Options {
            location,
            readers: cores.clamp(2, 8),
            slow_readers: cores.clamp(1, 4),
            point_readers: (2 * cores).clamp(2, 8),
            pool: (4 * cores).clamp(6, 16),
            queue_limit: 1024,
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            cache_mib: 80,
            group_limit: 256,
            group_time: Duration::from_millis(10),
        }
    }

    /// Which engine the location names.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.location {
            Location::Sqlite(_) => Engine::Sqlite,
            Location::Postgres(_) => Engine::Postgres,
        }
    }
}
