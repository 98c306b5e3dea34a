//! A fresh database per test on either engine, and shorthands for what tests do all the time.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use deskbell_db::{Engine, Error, Lane, Location, Migration, Options, Store, Tx, Urgency, bind};

const TABLES: &str = "
    CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
    CREATE TABLE word (text TEXT NOT NULL UNIQUE);
    CREATE TABLE child (parent BIGINT NOT NULL REFERENCES counter (id));
    CREATE TABLE late (parent BIGINT NOT NULL REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO counter (id, n) VALUES (1, 0), (2, 0);";

/// The tables of most tests.
pub(crate) static MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "tables", sqlite: TABLES, postgres: TABLES }];

/// A database that goes when the test ends.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    folder: tempfile::TempDir,
    /// PostgreSQL: the server's URL and the name of our database there.
    server: Option<(String, String)>,
}

impl Database {
    pub(crate) fn new(engine: Engine) -> Database {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = (engine == Engine::Postgres).then(|| {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            #[expect(clippy::disallowed_methods, reason = "tests have no configuration file")]
            let server = std::env::var("DESKBELL_TEST_POSTGRES").unwrap_or_else(|_| {
                panic!("DESKBELL_TEST_POSTGRES is not set, so there is no PostgreSQL: run cargo xtask test")
            });
            let name = format!("db_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            sql(&server, &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"));
            (server, name)
        });
        Database { engine, folder, server }
    }

    /// The SQLite file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// The PostgreSQL URL.
    pub(crate) fn url(&self) -> String {
        let (server, name) = self.server.as_ref().expect("a PostgreSQL database");
        let (base, query) = server.split_once('?').unwrap_or((server, ""));
        let at = base.rfind('/').expect("a database in the URL");
        format!("{}/{name}?{query}", &base[..at])
    }

    /// Runs statements as the administrator, outside the store.
    pub(crate) fn admin(&self, statements: &str) -> Option<String> {
        sql(&self.url(), statements)
    }

    pub(crate) fn options(&self) -> Options {
        let location = match self.engine {
            Engine::Sqlite => Location::Sqlite(self.path()),
            Engine::Postgres => Location::Postgres(self.url()),
        };
        let mut options = Options { location, ..Options::sqlite("") };
        options.pool = 6;
        options
    }

    pub(crate) fn open(&self) -> Opened<'_> {
        self.open_with(|_| ())
    }

    pub(crate) fn open_with(&self, change: impl FnOnce(&mut Options)) -> Opened<'_> {
        let mut options = self.options();
        change(&mut options);
        Opened { store: Store::open(options, MIGRATIONS).expect("the store opens"), _database: self }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            sql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A store that cannot outlive its database.
pub(crate) struct Opened<'d> {
    store: Store,
    _database: &'d Database,
}

impl Deref for Opened<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Runs statements over a connection of its own; the first column of the first row, as text.
fn sql(url: &str, statements: &str) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
        tokio::spawn(connection);
        let answer = client.simple_query(statements).await.expect("the statements run");
        answer.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    })
}

/// One test per engine from one body: `both!(name(database) { … })`.
macro_rules! both {
    ($($name:ident($database:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            fn check($database: &Database) $body

            #[test]
            fn sqlite() {
                check(&Database::new(deskbell_db::Engine::Sqlite));
            }

            #[test]
            fn postgres() {
                check(&Database::new(deskbell_db::Engine::Postgres));
            }
        }
    )*};
}
pub(crate) use both;

/// Writes as an interactive job.
pub(crate) fn write<T: Send + 'static>(
    store: &Store,
    job: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    store.write_blocking(Urgency::Interactive, job)
}

/// Adds one to a counter.
pub(crate) fn add(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", bind![id]).map(drop)
}

/// A counter's value.
pub(crate) fn value(store: &Store, id: i64) -> i64 {
    store
        .read_blocking(Lane::Point, move |tx| {
            tx.first("SELECT n FROM counter WHERE id = $1", bind![id], |row| row.int(0))
        })
        .expect("the counter can be read")
        .expect("the counter exists")
}

/// How many rows a table has.
pub(crate) fn rows(store: &Store, table: &'static str) -> i64 {
    store
        .read_blocking(Lane::Point, move |tx| {
            tx.first(&format!("SELECT count(*) FROM {table}"), bind![], |row| row.int(0))
        })
        .expect("the table can be read")
        .expect("a count")
}

/// Waits until `ready`, or fails.
pub(crate) fn until(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(10), "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A door that jobs wait behind: closed at first.
#[derive(Clone, Default)]
pub(crate) struct Door(std::sync::Arc<(std::sync::Mutex<(bool, u32)>, std::sync::Condvar)>);

impl Door {
    /// Waits for the door to open.
    pub(crate) fn pass(&self) {
        let mut state = self.0.0.lock().expect("an intact door");
        state.1 += 1;
        while !state.0 {
            state = self.0.1.wait(state).expect("an intact door");
        }
        state.1 -= 1;
    }

    pub(crate) fn open(&self) {
        self.0.0.lock().expect("an intact door").0 = true;
        self.0.1.notify_all();
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.0.0.lock().expect("an intact door").1
    }
}
