//! Crashes of the real program: writers at full speed, then `kill -9` or a PostgreSQL that cuts every connection. What
//! was acknowledged is there afterwards, whole, and bulk work goes on to one result. Bounded to about a minute.

mod bulk;
mod client;
#[expect(dead_code, reason = "it is the scenarios' file; they use more of it")]
#[path = "../it/harness/engine.rs"]
mod engine;
mod retries;
mod server;
mod webhooks;
mod writers;

use std::time::Duration;

use engine::Place;
use server::Data;
use writers::Writers;

/// How long writers run before each crash; not the same each time.
const RUNS: [u64; 4] = [350, 150, 500, 250];

/// Crashes a server again and again under writers.
fn crash(place: Place, runs: &[u64]) {
    let data = Data::new(place);
    let key = data.key();
    let mut writers = Writers::new(key);
    for (round, millis) in runs.iter().enumerate() {
        let server = data.serve();
        writers.look(server.address());
        let running = writers.start(server.address(), round);
        std::thread::sleep(Duration::from_millis(*millis));
        server.kill();
        let acknowledged = writers.take(running);
        assert!(acknowledged > 0, "in round {round} nothing was acknowledged before the crash");
    }
    let server = data.serve();
    writers.look(server.address());
    data.verify();
    assert!(server.stop(), "a server that is told to stop ends well");
    data.verify();
}

#[test]
fn what_was_acknowledged_survives_kill_9_on_sqlite() {
    crash(Place::sqlite(), &RUNS);
}

#[test]
fn what_was_acknowledged_survives_kill_9_on_postgres() {
    crash(Place::postgres(), &RUNS[..2]);
}

#[test]
fn cut_connections_to_postgres_lose_nothing_that_was_acknowledged_and_are_no_500() {
    let place = Place::postgres();
    let url = place.url().expect("a URL");
    let data = Data::new(place);
    let server = data.serve();
    let mut writers = Writers::new(data.key());
    let running = writers.start(server.address(), 0);
    for _ in 0..12 {
        std::thread::sleep(Duration::from_millis(120));
        engine::sql(
            &url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }
    std::thread::sleep(Duration::from_millis(300));
    running.end();
    let acknowledged = writers.take(running);
    assert!(acknowledged > 0, "nothing was acknowledged between the cuts");
    writers.look(server.address());
    data.verify();
}
