//! A desk for tests of use cases: on a folder or a PostgreSQL database of its own, with a clock that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use deskbell_app::migrations::MIGRATIONS;
use deskbell_app::{Desk, Result, Settings, Work};
use deskbell_core::{Actor, ActorId, Context, Grant, KeyId, Limit, PermissionSet, Scope, Timestamp};
use deskbell_db::{Lane, Options, Store, Tx, Urgency};

/// The time at which every test begins: 2026-11-25 12:00:00.
pub(crate) const NOW: Timestamp = Timestamp(1_795_608_000);

struct Still(AtomicU64);

impl Context for Still {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn now_millis(&self) -> i64 {
        NOW.0 * 1_000
    }

    fn random(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            chunk.copy_from_slice(&(x ^ (x >> 27)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Whatever holds the data, removed at the end.
enum Place {
    Folder(#[expect(dead_code, reason = "removed when dropped")] tempfile::TempDir),
    Database { server: String, name: String },
}

/// A desk and its data.
pub(crate) struct Bench {
    pub(crate) desk: Desk,
    place: Place,
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Bench {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options::sqlite(folder.path().join("desk.db"));
        Self::open(options, Place::Folder(folder))
    }

    pub(crate) fn postgres() -> Self {
        #[expect(clippy::disallowed_methods, reason = "where the test's PostgreSQL is, is told by the environment")]
        let server = std::env::var("DESKBELL_TEST_POSTGRES").expect(
            "DESKBELL_TEST_POSTGRES is not set: `cargo xtask test` starts a PostgreSQL for the tests and sets it",
        );
        let name = format!("app_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        outside(&server, &format!("CREATE DATABASE {name}"));
        let (url, query) = server.split_once('?').unwrap_or((&server, ""));
        let host = url.rsplit_once('/').expect("a URL with a database").0;
        let url = format!("{host}/{name}{}{query}", if query.is_empty() { "" } else { "?" });
        Self::open(Options::postgres(url), Place::Database { server, name })
    }

    fn open(options: Options, place: Place) -> Self {
        let store = Store::open(options, MIGRATIONS).expect("a store");
        let context = Arc::new(Still(AtomicU64::new(7)));
        Self { desk: Desk::open(store, context, Settings::default()).expect("a desk"), place }
    }

    pub(crate) fn write<T, F>(&self, actor: &Arc<Actor>, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.desk.write_blocking(Urgency::Interactive, actor, "test", job)
    }

    pub(crate) fn read<T, F>(&self, actor: &Arc<Actor>, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    {
        self.desk.read_blocking(Lane::Point, actor, job)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.desk.close();
        if let Place::Database { server, name } = &self.place {
            outside(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn outside(url: &str, statement: &str) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
    client.batch_execute(statement).expect("a statement");
}

/// A key that may do everything within limits.
pub(crate) fn key(brands: Limit, groups: Limit) -> Arc<Actor> {
    with(PermissionSet::all(), brands, groups)
}

/// A key with these permissions, within limits.
pub(crate) fn with(permissions: PermissionSet, brands: Limit, groups: Limit) -> Arc<Actor> {
    let scope = Scope { grants: vec![Grant { brands, groups }] };
    Arc::new(Actor { id: ActorId::Key(KeyId(1)), name: "Test".into(), permissions, scope })
}

/// A key that may do everything everywhere.
pub(crate) fn admin() -> Arc<Actor> {
    key(Limit::All, Limit::All)
}

/// Makes a test of the scenario for each engine.
#[macro_export]
macro_rules! both_engines {
    ($(fn $name:ident($bench:ident: &Bench) $body:block)+) => {$(
        mod $name {
            use super::*;

            fn scenario($bench: &Bench) $body

            #[test]
            fn sqlite() {
                scenario(&Bench::sqlite());
            }

            #[test]
            fn postgres() {
                scenario(&Bench::postgres());
            }
        }
    )+};
}
