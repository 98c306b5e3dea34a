//! Bulk calls that meet.

use serde_json::{Value, json};

use super::{crowd, node};
use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;

/// So many tickets; their ids.
pub(crate) fn tickets(desk: &TestDesk, count: usize) -> Vec<i64> {
    let admin = desk.admin();
    let made = crowd(8, |n| {
        let mine = (n..count).step_by(8);
        let ids =
            mine.map(|_| admin.post("/ticket", json!({"title": "alpha"})).expect(200)["ticketID"].as_i64());
        ids.map(|id| id.expect("an id")).collect::<Vec<_>>()
    });
    let mut ids = made.concat();
    ids.sort_unstable();
    ids
}

both_engines! {
    fn bulk_calls_over_the_same_tickets_in_opposite_order_all_end_well(desk: TestDesk) {
        let other = node(&desk);
        let (keys, probe) = ([desk.admin(), other.admin()], Probe::new(&desk.place));
        let forth = tickets(&desk, 120);
        let back: Vec<i64> = forth.iter().rev().copied().collect();
        crowd(6, |n| {
            for round in 0..6 {
                let ids = if n % 2 == 0 { &forth } else { &back };
                let words = ["open", "pending", "holding", "solved", "closed", "new"];
                let mode = if n == 5 { "atomic" } else { "best_effort" };
                let body = json!({"ticketIDs": ids, "status": words[(n + round) % 6], "mode": mode});
                let seen = keys[n % 2].post("/ticket/setStatus", body).expect(200);
                assert_eq!(seen["failed"], 0, "{seen}");
            }
        });
        assert_eq!(keys[0].get("/ticket?itemLimit=9999").ids().len(), 120);
        probe.counters_hold();
        probe.versions_hold();
        assert_eq!(desk.desk.stats().panics + other.desk.stats().panics, 0);
    }

    fn an_atomic_call_that_loses_a_race_changes_nothing(desk: TestDesk) {
        let other = node(&desk);
        let (keys, probe) = ([desk.admin(), other.admin()], Probe::new(&desk.place));
        let ids = tickets(&desk, 20);
        let answers = crowd(6, |n| (0..12).map(|round| atomic(&keys[n % 2], &ids, n, round)).collect::<Vec<_>>());
        let (won, lost): (Vec<Value>, Vec<Value>) = answers.concat().into_iter().partition(|a| a["changed"] == 20);
        assert!(!won.is_empty() && !lost.is_empty(), "some win, some lose: {} {}", won.len(), lost.len());
        let rows = |answer: &Value| {
            let batch = answer["batchID"].as_str().unwrap_or("none");
            probe.number(&format!("SELECT COUNT(*) FROM journal WHERE batch_id = '{batch}'"))
        };
        for lost in &lost {
            assert_eq!((&lost["failed"], rows(lost)), (&json!(20), 0), "{lost}");
        }
        assert!(won.iter().all(|won| rows(won) == 40), "a title and a note for each");
        assert_eq!(desk.item(ids[7])["version"], won.len() as i64 + 1);
        probe.counters_hold();
        probe.versions_hold();
    }
}

/// An atomic call that names the version that it saw of one ticket.
fn atomic(key: &Client, ids: &[i64], n: usize, round: usize) -> Value {
    let seen = key.get(&format!("/ticket/{}", ids[7])).expect(200)["item"]["version"].clone();
    let mut versions = serde_json::Map::new();
    versions.insert(ids[7].to_string(), seen);
    let actions = json!([{"actionType": "setTitle", "value": format!("{n}.{round}")}, {"actionType": "addNote", "value": "beta"}]);
    let answer = key.post(
        "/ticket/batch",
        json!({"ticketIDs": ids, "actions": actions, "mode": "atomic", "versions": versions}),
    );
    assert!(matches!(answer.status.as_u16(), 200 | 412), "{}", answer.text);
    answer.json
}
