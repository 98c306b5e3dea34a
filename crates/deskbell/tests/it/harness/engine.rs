//! Where a test's data lives: a folder, or a database of its own on the PostgreSQL that `cargo xtask test` provides.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use deskbell_app::migrations::MIGRATIONS;
use deskbell_db::{Options, Store};

/// A place for data, removed with its last user.
#[derive(Clone)]
pub(crate) struct Place(Arc<Inner>);

enum Kind {
    Sqlite(tempfile::TempDir),
    Postgres { admin: String, name: String },
}

struct Inner {
    kind: Kind,
    opened: AtomicU64,
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::new(Kind::Sqlite(tempfile::tempdir().expect("a folder")))
    }

    pub(crate) fn postgres() -> Self {
        #[expect(clippy::disallowed_methods, reason = "where the test's PostgreSQL is, is told by the environment")]
        let admin = std::env::var("DESKBELL_TEST_POSTGRES").expect(
            "DESKBELL_TEST_POSTGRES is not set: `cargo xtask test` starts a PostgreSQL for the tests and sets it",
        );
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("it_{}_{number}", std::process::id());
        sql(&admin, &format!("CREATE DATABASE {name}"));
        Self::new(Kind::Postgres { admin, name })
    }

    fn new(kind: Kind) -> Self {
        Self(Arc::new(Inner { kind, opened: AtomicU64::new(0) }))
    }

    /// How often it was opened.
    pub(crate) fn opened(&self) -> u64 {
        self.0.opened.load(Ordering::Relaxed) + 1
    }

    /// Opens the store that is there, migrated.
    pub(crate) fn open(&self) -> Store {
        self.0.opened.fetch_add(1, Ordering::Relaxed);
        Store::open(self.options(), MIGRATIONS).expect("a store")
    }

    /// How to open it.
    pub(crate) fn options(&self) -> Options {
        match &self.0.kind {
            Kind::Sqlite(_) => Options::sqlite(self.file().expect("a file")),
            Kind::Postgres { .. } => Options::postgres(self.url().expect("a URL")),
        }
    }

    /// The SQLite file.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.0.kind {
            Kind::Sqlite(folder) => Some(folder.path().join("deskbell.db")),
            Kind::Postgres { .. } => None,
        }
    }

    /// Every file in which the data is, as bytes with a name: after the engine has tidied up, if `vacuum`. Nobody may use it.
    pub(crate) fn bytes(&self, vacuum: bool) -> Vec<(String, Vec<u8>)> {
        match &self.0.kind {
            Kind::Sqlite(folder) => {
                if vacuum {
                    let connection =
                        rusqlite::Connection::open(self.file().expect("a file")).expect("opened");
                    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").expect("tidied up");
                }
                below(folder.path())
            }
            Kind::Postgres { .. } => {
                let url = self.url().expect("a URL");
                std::thread::spawn(move || relations(&url, vacuum)).join().expect("a thread")
            }
        }
    }

    /// The URL of the PostgreSQL database.
    pub(crate) fn url(&self) -> Option<String> {
        match &self.0.kind {
            Kind::Sqlite(_) => None,
            Kind::Postgres { admin, name } => {
                let (server, query) = admin.split_once('?').unwrap_or((admin, ""));
                let server = server.rsplit_once('/').expect("a URL with a database").0;
                Some(format!("{server}/{name}{}{query}", if query.is_empty() { "" } else { "?" }))
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Kind::Postgres { admin, name } = &self.kind {
            sql(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Runs a statement outside the store, from a thread of its own: the driver must not meet a runtime.
pub(crate) fn sql(url: &str, text: &str) {
    let (url, text) = (url.to_owned(), text.to_owned());
    let run = std::thread::spawn(move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("a connection");
        client.batch_execute(&text).expect("a statement");
    });
    run.join().expect("a thread");
}

/// All files below a folder.
fn below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let paths = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    let read = |path: PathBuf| match path.is_dir() {
        true => below(&path),
        false => vec![(path.display().to_string(), std::fs::read(&path).expect("a file"))],
    };
    paths.flat_map(read).collect()
}

/// The files of all relations of a database.
fn relations(url: &str, vacuum: bool) -> Vec<(String, Vec<u8>)> {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
    if vacuum {
        // The samples of tables that are empty by now would stay.
        client.batch_execute("DELETE FROM pg_statistic").expect("no statistics");
        client.batch_execute("VACUUM FULL").expect("tidied up");
    }
    client.batch_execute("CHECKPOINT").expect("written");
    let text = "SELECT relname::text, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class \
                WHERE pg_relation_filepath(oid) IS NOT NULL AND pg_relation_size(oid) > 0 AND relpersistence = 'p' \
                AND reltablespace <> (SELECT oid FROM pg_tablespace WHERE spcname = 'pg_global')";
    client.query(text, &[]).expect("files").iter().map(|row| (row.get(0), row.get(1))).collect()
}
