//! Events: one for each changed field, in the transaction of the change, naming who and in which batch.

use serde_json::{Value, json};

use super::setup::{action, count, fill, titled};
use crate::both_engines;
use crate::harness::TestDesk;

fn events(desk: &TestDesk, id: i64) -> Vec<Value> {
    let item = desk.item(id);
    item["timeline"].as_array().unwrap().iter().filter(|e| e["type"] == "event").cloned().collect()
}

both_engines! {
    fn events_stand_in_the_order_of_their_numbers_and_name_who_and_when(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        for n in 1..=5 {
            desk.advance(1);
            desk.key("TICKET_UPDATE")
                .put(&format!("/ticket/{id}"), json!({"title": n.to_string(), "tags": [n.to_string()]}))
                .expect(200);
        }
        let events = events(&desk, id);
        assert_eq!(events.len(), 11);
        let numbers: Vec<i64> = events.iter().map(|e| e["id"].as_i64().unwrap()).collect();
        assert!(numbers.is_sorted() && numbers.windows(2).all(|w| w[0] < w[1]), "{numbers:?}");
        let times: Vec<&str> = events.iter().map(|e| e["created_at"].as_str().unwrap()).collect();
        assert!(times.is_sorted() && times[10] == "2026-11-25 12:00:05", "{times:?}");
        assert!(events.iter().all(|e| e["initiated_by"] == "api: Tests" && e["ticket_id"] == id));
        assert_eq!(events[0]["description"], "Ticket created.");
        assert_eq!(events[1]["description"], "title set to 1.");
        assert_eq!(events[3]["description"], "title changed from 1 to 2.");
    }

    fn a_refused_call_leaves_no_event(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        key.put("/ticket/1", json!({"title": "x", "channelID": 99})).expect(400);
        key.put("/ticket/1", json!({"title": "x", "status": "open"})).expect(400);
        key.post(
            "/ticket/batch",
            json!({"ticketIDs": [id], "actions": [action("setTitle", "x"), action("archive", Value::Null)]}),
        )
        .expect(409);
        key.post("/ticket", json!({"channelID": 99})).expect(400);
        assert_eq!((desk.events(id).len(), count(&desk, "journal", "1 = 1")), (1, 1));
    }

    fn every_row_of_the_journal_carries_the_batch_that_the_answer_named(desk: TestDesk) {
        fill(&desk, 3, |_| titled(""));
        let key = desk.admin();
        let mut seen = Vec::new();
        for answer in [
            key.post("/ticket", json!({})),
            key.put("/ticket/1", json!({"title": "x", "priority": "low"})),
            key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [1, 2, 3]})),
            key.post("/ticket/setPriority", json!({"priority": "high", "ticketIDs": [1, 2]})),
            key.post("/ticket/batch", json!({"ticketIDs": [2, 3], "mode": "atomic", "actions": [action("addNote", "n"), action("setTitle", "y")]})),
            key.delete("/ticket/3"),
            key.put("/ticket/solveUnfinishedTickets", json!({})),
        ] {
            seen.push(answer.expect(200)["batchID"].as_str().expect("a batch").to_owned());
        }
        let rows: Vec<i64> =
            seen.iter().map(|batch| count(&desk, "journal", &format!("batch_id = '{batch}'"))).collect();
        assert_eq!(rows, [1, 2, 3, 2, 4, 1, 3]);
        let mut distinct = seen.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), seen.len());
        // They sort by time.
        assert!(seen.iter().all(|b| b.len() == 36 && b.as_bytes()[14] == b'7'), "{seen:?}");
    }

    fn a_call_that_changes_nothing_writes_nothing(desk: TestDesk) {
        fill(&desk, 2, |_| titled("t"));
        let key = desk.admin();
        let before = count(&desk, "journal", "1 = 1");
        key.put("/ticket/1", json!({"title": "t"})).expect(200);
        key.post("/ticket/setStatus", json!({"status": "new", "ticketIDs": [1, 2]})).expect(200);
        key.post("/ticket/setPriority", json!({"priority": "medium", "ticketIDs": [1, 2]})).expect(200);
        key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": 1})).expect(200);
        key.post("/ticket/batch", json!({"ticketIDs": [1], "actions": [action("setTitle", "t"), action("removeTags", "none"), action("assignUser", 0)]})).expect(200);
        assert_eq!(count(&desk, "journal", "1 = 1"), before);
        assert_eq!(desk.item(1)["version"], 1);
    }

    fn entries_of_one_timeline_are_in_order_of_time(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        for n in 0..4 {
            desk.advance(10);
            key.post(
                "/ticket/batch",
                json!({"ticketIDs": [id], "actions": [action("addNote", n.to_string())]}),
            )
            .expect(200);
            desk.advance(10);
            key.put("/ticket/1", json!({"title": n.to_string()})).expect(200);
        }
        let item = desk.item(id);
        let kinds: Vec<&str> =
            item["timeline"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["event", "note", "event", "note", "event", "note", "event", "note", "event"]);
        assert_eq!(item["timeline_total"], 9);
    }
}
