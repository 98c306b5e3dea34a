//! Callers who send a write again under its Idempotency-Key until it is answered, while the server is killed under them:
//! each write has one effect, and its answer speaks of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::engine::Place;
use crate::server::{Data, Server};

/// How many send at once.
const CROWD: usize = 6;

/// How many tickets the call that needs many steps is about.
const MANY: i64 = 1_500;

/// How long one write may take, through all crashes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the server is now.
pub(crate) struct Address(Mutex<String>);

impl Address {
    pub(crate) fn of(server: &Server) -> Self {
        Self(Mutex::new(server.address().to_owned()))
    }

    fn now(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn moved(&self, to: &str) {
        to.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Sends the write until it is answered with what was done.
    pub(crate) fn insist(&self, key: &str, path: &str, once: &str, body: &Value) -> Value {
        let begun = Instant::now();
        loop {
            let sent = Client::new(&self.now(), key)
                .and_then(|mut client| client.once(once).send("POST", path, body));
            match sent {
                Ok((200 | 202 | 207, answer)) => return answer,
                Ok((409, answer)) => assert_eq!(answer["code"], "idempotency_in_progress", "{answer}"),
                Ok((503, _)) | Err(_) => {}
                Ok((status, answer)) => panic!("{path}: {status} {answer}"),
            }
            assert!(begun.elapsed() < PATIENCE, "{path} {once} is never answered");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn crash_and_retry(place: Place, runs: &[u64]) {
    let data = Data::new(place);
    let key = data.key();
    let mut server = data.serve();
    let address = Address::of(&server);
    let over = AtomicBool::new(false);
    let answered: Mutex<BTreeMap<String, i64>> = Mutex::default();
    let make = |n: usize| {
        for i in 0.. {
            let title = format!("w{n}i{i}");
            let answer = address.insist(&key, "/ticket", &title, &json!({"title": title}));
            let id = answer["ticketID"].as_i64().expect("an id");
            answered.lock().unwrap_or_else(PoisonError::into_inner).insert(title, id);
            if over.load(Ordering::Relaxed) {
                return;
            }
        }
    };
    let server = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..CROWD).map(|n| scope.spawn(move || make(n))).collect();
        for millis in runs {
            std::thread::sleep(Duration::from_millis(*millis));
            server.kill();
            server = data.serve();
            address.moved(server.address());
        }
        over.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().expect("a writer"));
        server
    });
    let answered = answered.into_inner().expect("a record");
    let tickets =
        data.numbers("SELECT CAST(COUNT(*) AS BIGINT), CAST(COUNT(DISTINCT title) AS BIGINT) FROM ticket");
    let all = answered.len() as i64;
    assert_eq!(tickets, [[all, all]], "one ticket for each write");
    let mut client = Client::new(server.address(), &key).expect("a connection");
    for (title, id) in answered.iter().step_by(7) {
        assert_eq!(&client.get(&format!("/ticket/{id}"))["item"]["title"], title);
    }
    data.verify();
}

fn crash_in_many_steps(place: Place) {
    let data = Data::new(place);
    let key = data.key();
    data.run(&["demo", "--tickets", &MANY.to_string()]);
    let mut server = data.serve();
    let address = Address::of(&server);
    let ids: Vec<i64> = (1..=MANY).collect();
    let body = json!({"ticketIDs": ids, "actions": [{"actionType": "addNote", "value": "retrynote"}]});
    let (server, answer) = std::thread::scope(|scope| {
        let call = scope.spawn(|| address.insist(&key, "/ticket/batch", "many", &body));
        std::thread::sleep(Duration::from_millis(400));
        server.kill();
        server = data.serve();
        address.moved(server.address());
        (server, call.join().expect("an answer"))
    });
    let mut client = Client::new(server.address(), &key).expect("a connection");
    let again = client.once("many").send("POST", "/ticket/batch", &body).expect("an answer");
    assert_eq!(again.1, answer, "the same answer again");
    // On PostgreSQL the work waits for the lease of the server that is gone.
    let begun = Instant::now();
    let noted = "SELECT n, CAST(COUNT(*) AS BIGINT) FROM (SELECT COUNT(*) AS n FROM message \
                 WHERE content = 'retrynote' GROUP BY ticket_id) AS each_ticket GROUP BY n";
    while data.numbers(noted) != [[1, MANY]] {
        assert!(begun.elapsed() < PATIENCE, "{:?}", data.numbers(noted));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(data.numbers("SELECT CAST(COUNT(*) AS BIGINT), CAST(COUNT(*) AS BIGINT) FROM bulk"), [[1, 1]]);
    data.verify();
}

#[test]
fn a_write_that_is_sent_until_it_is_answered_is_done_once_on_sqlite() {
    crash_and_retry(Place::sqlite(), &[300, 150, 450, 250, 120]);
}

#[test]
fn a_write_that_is_sent_until_it_is_answered_is_done_once_on_postgres() {
    crash_and_retry(Place::postgres(), &[400, 250]);
}

#[test]
fn work_of_many_steps_that_is_sent_until_it_is_answered_is_done_once_on_sqlite() {
    crash_in_many_steps(Place::sqlite());
}

#[test]
fn work_of_many_steps_that_is_sent_until_it_is_answered_is_done_once_on_postgres() {
    crash_in_many_steps(Place::postgres());
}
