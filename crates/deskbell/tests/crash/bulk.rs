//! A bulk call whose server is killed in its middle: the next server, or another node, ends it, each ticket done once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::engine::Place;
use crate::server::{Data, Server};

const TICKETS: i64 = 3_000;

/// How long the rest of the work may take once somebody has taken it up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Begins the call on a server that is killed under it; the id of the job.
fn begin(server: Server, key: &str) -> i64 {
    let (address, secret) = (server.address().to_owned(), key.to_owned());
    let call = std::thread::spawn(move || {
        let ids: Vec<i64> = (1..=TICKETS).collect();
        let actions = json!([{"actionType": "addNote", "value": "crashnote"}, {"actionType": "addTags", "value": "crashed"}]);
        let mut client = Client::new(&address, &secret).expect("a connection");
        client.send("POST", "/ticket/batch", &json!({"ticketIDs": ids, "actions": actions}))
    });
    let mut client = Client::new(server.address(), key).expect("a connection");
    let begun = Instant::now();
    loop {
        let (status, json) = client.send("GET", "/job/1", &Value::Null).expect("an answer");
        let done = json["item"]["done"].as_i64().unwrap_or(0);
        if status == 200 && done > 0 {
            assert!(done < TICKETS, "the work was done before it could be killed");
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "the work does not begin: {status} {json}");
    }
    server.kill();
    drop(call.join());
    1
}

/// Waits for the end, looks at what was done, and answers total, done, changed, unchanged and failed.
fn ends_once(data: &Data, server: &Server, key: &str, job: i64) -> [i64; 5] {
    let mut client = Client::new(server.address(), key).expect("a connection");
    let begun = Instant::now();
    let item = loop {
        let item = client.get(&format!("/job/{job}"))["item"].clone();
        if item["state"] == "done" {
            break item;
        }
        assert!(begun.elapsed() < PATIENCE, "the work does not go on: {item}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let counts = ["total", "done", "changed", "unchanged", "failed"].map(|k| item[k].as_i64().unwrap_or(-1));
    let noted = data.numbers(
        "SELECT n, CAST(COUNT(*) AS BIGINT) FROM (SELECT COUNT(*) AS n FROM message \
         WHERE content = 'crashnote' GROUP BY ticket_id) AS each_ticket GROUP BY n",
    );
    assert_eq!(noted, [[1, TICKETS]], "each ticket has the note once");
    let batches = data.numbers(
        "SELECT CAST(COUNT(DISTINCT batch_id) AS BIGINT), CAST(COUNT(*) AS BIGINT) FROM journal \
         WHERE item_type = 'note'",
    );
    assert_eq!(batches, [[1, TICKETS]], "all under one batch");
    assert_eq!(client.get("/ticket?query=crashnote&tag=crashed&itemLimit=0")["itemTotal"], TICKETS);
    data.verify();
    counts
}

fn killed(place: Place, nodes: bool) {
    let data = Data::new(place);
    data.run(&["demo", "--tickets", &TICKETS.to_string()]);
    let key = data.key();
    let first = data.serve();
    let second = nodes.then(|| data.serve());
    let job = begin(first, &key);
    // As if the time had passed after which the first server counts as gone.
    data.sql("UPDATE bulk SET lease_until = 0");
    let second = second.unwrap_or_else(|| data.serve());
    assert_eq!(ends_once(&data, &second, &key, job), [TICKETS, TICKETS, TICKETS, 0, 0]);
}

#[test]
fn a_bulk_call_that_was_killed_goes_on_with_the_next_start() {
    killed(Place::sqlite(), false);
}

#[test]
fn a_bulk_call_that_was_killed_goes_on_at_another_node() {
    killed(Place::postgres(), true);
}
