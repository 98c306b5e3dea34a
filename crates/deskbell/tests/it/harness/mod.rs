//! The desk under test: a real router over a real store, on SQLite or PostgreSQL, with a clock that stands still.
//!
//! `both_engines!` makes two tests of one scenario. A run without PostgreSQL fails; it never skips.

mod client;
mod documented;
mod endpoints;
mod engine;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use deskbell_app::{Desk, Settings, key};
use deskbell_core::{Actor, Context, Limit, Permission, PermissionSet, Timestamp};
use deskbell_db::{Store, Urgency};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub(crate) use client::{Client, Part, Seen, form};
pub(crate) use endpoints::Endpoints;
pub(crate) use engine::Place;

/// Makes a test of the scenario for each engine.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* fn $name:ident($desk:ident: TestDesk) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$meta])*
            fn scenario($desk: $crate::harness::TestDesk) $body

            #[test]
            fn sqlite() {
                scenario($crate::harness::TestDesk::sqlite());
            }

            #[test]
            fn postgres() {
                scenario($crate::harness::TestDesk::postgres());
            }
        }
    )+};
}

/// Time stands at 2026-11-25 12:00:00 until a test moves it; randomness is a sequence.
pub(crate) struct TestContext {
    now: AtomicI64,
    seed: AtomicU64,
}

impl Context for TestContext {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    fn now_millis(&self) -> i64 {
        self.now().0 * 1_000
    }

    fn random(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut x = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(x ^ (x >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The time at which every test begins.
pub(crate) const START: &str = "2026-11-25 12:00:00";

/// A desk of its own for one test.
pub(crate) struct TestDesk {
    pub(crate) desk: Desk,
    pub(crate) router: Router,
    pub(crate) context: Arc<TestContext>,
    pub(crate) place: Place,
    pub(crate) endpoints: Arc<Endpoints>,
    runtime: Arc<Runtime>,
}

impl TestDesk {
    pub(crate) fn sqlite() -> Self {
        Self::at(Place::sqlite(), Settings::default())
    }

    pub(crate) fn postgres() -> Self {
        Self::at(Place::postgres(), Settings::default())
    }

    /// A desk at a place that may hold data already.
    pub(crate) fn at(place: Place, settings: Settings) -> Self {
        let store = place.open();
        Self::over(place, store, settings)
    }

    /// A desk over a store that was opened at the place in a way of its own.
    pub(crate) fn over(place: Place, store: Store, settings: Settings) -> Self {
        let start = Timestamp::parse_span(START).expect("a time").first.0;
        let context = Arc::new(TestContext { now: start.into(), seed: AtomicU64::new(seed(&place)) });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = Arc::new(runtime.expect("a runtime"));
        let settings = Settings { public_url: "https://desk.example".into(), ..settings };
        let desk = Desk::open(store, context.clone(), settings).expect("a desk");
        let endpoints = Arc::new(Endpoints::default());
        desk.connect(endpoints.clone());
        let edge = deskbell_http::Settings::new(context.clone());
        let router = deskbell_http::v2::router(desk.clone(), edge);
        Self { desk, router, context, place, endpoints, runtime }
    }

    /// Runs async code of a test.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, seconds: i64) {
        self.context.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The time, in seconds.
    pub(crate) fn now(&self) -> i64 {
        self.context.now.load(Ordering::SeqCst)
    }

    /// A key with these permissions (names with commas, or `*`), without limits.
    pub(crate) fn key(&self, permissions: &str) -> Client {
        self.limited_key(permissions, Limit::All, Limit::All)
    }

    /// A key that is limited to brands and groups.
    pub(crate) fn limited_key(&self, permissions: &str, brands: Limit, groups: Limit) -> Client {
        let permissions: PermissionSet = match permissions {
            "*" => PermissionSet::all(),
            names => names
                .split(',')
                .filter(|n| !n.is_empty())
                .map(|n| Permission::parse(n).expect("a permission"))
                .collect(),
        };
        let rights = key::Rights {
            name: "Tests".into(),
            permissions,
            brands,
            groups,
            networks: key::Networks::default(),
            expires: None,
        };
        let system = Arc::new(Actor::system());
        let made = self
            .desk
            .write_blocking(Urgency::Interactive, &system, "test", move |work| key::create(work, &rights));
        let (id, secret) = made.expect("a key");
        Client::new(self.router.clone(), Arc::clone(&self.runtime), Some(secret), id)
    }

    /// A key that may do everything.
    pub(crate) fn admin(&self) -> Client {
        self.key("*")
    }

    /// The same caller at this desk, another node of the one that it is a caller of.
    pub(crate) fn with(&self, caller: &Client) -> Client {
        Client::new(
            self.router.clone(),
            Arc::clone(&self.runtime),
            Some(caller.secret().to_owned()),
            caller.id,
        )
    }

    /// A caller without a key.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(self.router.clone(), Arc::clone(&self.runtime), None, deskbell_core::KeyId(0))
    }

    /// A ticket made with these fields; its id.
    pub(crate) fn ticket(&self, fields: Value) -> i64 {
        self.admin().post("/ticket", fields).expect(200)["ticketID"].as_i64().expect("an id")
    }

    /// A brand of this name; its id.
    pub(crate) fn brand(&self, name: &str) -> i64 {
        self.admin().post("/brand", json!({ "name": name })).expect(200)["brandID"].as_i64().expect("an id")
    }

    /// A group of this name that serves all brands; its id.
    pub(crate) fn group(&self, name: &str) -> i64 {
        self.admin().post("/group", json!({ "name": name })).expect(200)["groupID"].as_i64().expect("an id")
    }

    /// A user with this login; its id.
    pub(crate) fn user(&self, login: &str) -> i64 {
        let fields = json!({"name": login, "firstname": "T", "lastname": login, "email": format!("{login}@desk.example")});
        self.admin().post("/user", fields).expect(200)["userID"].as_i64().expect("an id")
    }

    /// The ticket with its history, as an administrator sees it.
    pub(crate) fn item(&self, id: i64) -> Value {
        self.admin().get(&format!("/ticket/{id}?getTicketHistory=true&timelineLimit=9999")).expect(200)["item"].clone()
    }

    /// The events of a ticket: `item_type: old -> new`, oldest first.
    pub(crate) fn events(&self, id: i64) -> Vec<String> {
        let item = self.item(id);
        let events = item["timeline"].as_array().expect("a timeline").iter().filter(|e| e["type"] == "event");
        let text = |e: &Value, key: &str| e[key].as_str().expect("text").to_owned();
        events
            .map(|e| {
                format!(
                    "{}: {} -> {}",
                    text(e, "item_type"),
                    text(e, "item_type_old"),
                    text(e, "item_type_id")
                )
            })
            .collect()
    }
}

impl Drop for TestDesk {
    fn drop(&mut self) {
        self.desk.close();
    }
}

/// Another sequence for each place, the same in each run of it: ids of two desks on one place must differ.
fn seed(place: &Place) -> u64 {
    place.opened() * 0x0100_0000
}
