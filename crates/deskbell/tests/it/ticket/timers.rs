//! What happens when a ticket's time has come: it wakes from being snoozed, and goes to the archive long after it was closed.

use deskbell_app::Settings;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::TestDesk;
use crate::races::{crowd, node};

fn wake(desk: &TestDesk) -> usize {
    desk.block_on(desk.desk.wake_snoozed()).expect("woken")
}

/// Batch actions on tickets.
fn act(desk: &TestDesk, ids: &[i64], actions: Value) -> Value {
    desk.admin().post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions})).expect(200)
}

fn snooze(time: &str) -> Value {
    json!([{"actionType": "snooze", "value": time}])
}

both_engines! {
    fn a_snoozed_ticket_wakes_on_time_and_its_timeline_says_so(desk: TestDesk) {
        let ids: Vec<i64> = (0..3).map(|n| desk.ticket(json!({"title": format!("{n}"), "assignedGroupID": 0}))).collect();
        let done = act(&desk, &ids, snooze("2026-11-25 12:10:00"));
        assert_eq!(done["changed"], 3);
        assert_eq!(desk.item(1)["snooze_time"], "2026-11-25 12:10:00");
        // Empty wakes at once, by hand; the time in the trash does not count.
        act(&desk, &[2], snooze(""));
        desk.admin().delete("/ticket/3").expect(200);
        desk.advance(599);
        assert_eq!(wake(&desk), 0);
        desk.advance(1);
        assert_eq!(wake(&desk), 1);
        let item = desk.item(1);
        assert_eq!((&item["snooze_time"], &item["snooze_time_sent"], &item["version"]), (&Value::Null, &json!("2026-11-25 12:10:00"), &json!(3)));
        assert_eq!((&item["status"], &item["last_update"]), (&json!("new"), &json!("2026-11-25 12:10:00")));
        let history = desk.admin().get("/ticket/1?getTicketHistory=true").expect(200)["item"]["timeline"].clone();
        let last: Vec<&Value> = history.as_array().expect("a timeline").iter().filter(|e| e["initiated_by"] == "system").collect();
        let told: Vec<(&str, &str, &str)> = last.iter().map(|e| (e["item_type"].as_str().expect("text"), e["item_type_old"].as_str().expect("text"), e["item_type_id"].as_str().expect("text"))).collect();
        assert_eq!(told, [("snooze_time", "2026-11-25 12:10:00", ""), ("snooze_time_sent", "", "2026-11-25 12:10:00")]);
        assert_eq!((desk.item(2)["snooze_time"].clone(), desk.item(2)["snooze_time_sent"].clone()), (Value::Null, Value::Null));
        assert_eq!(wake(&desk), 0, "once");
        // As it was before, and brought back from the trash it wakes too.
        let before = desk.admin().get("/ticket/1?asOf=2026-11-25%2012:09:59").expect(200)["item"].clone();
        assert_eq!((&before["snooze_time"], &before["snooze_time_sent"]), (&json!("2026-11-25 12:10:00"), &Value::Null));
        let feed = desk.admin().get("/changes?types=deleted").expect(200)["items"][0].clone();
        desk.admin().post("/ticket/undo", json!({"batchID": feed["batchID"]})).expect(200);
        assert_eq!(wake(&desk), 1);
        assert_eq!(desk.item(3)["snooze_time"], Value::Null);
    }

    fn a_snooze_in_bulk_is_taken_back_like_any_change(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let first = act(&desk, &[id], snooze("2026-12-01"));
        assert_eq!(desk.item(id)["snooze_time"], "2026-12-01 00:00:00");
        desk.admin().post("/ticket/undo", json!({"batchID": first["batchID"]})).expect(200);
        assert_eq!(desk.item(id)["snooze_time"], Value::Null);
        let wrong = json!({"ticketIDs": [id], "actions": [{"actionType": "snooze", "value": "soon"}]});
        desk.admin().post("/ticket/batch", wrong).refused(400, "invalid_parameter", &["actions[0][value]"]);
        let none = json!({"ticketIDs": [id], "actions": [{"actionType": "snooze"}]});
        desk.admin().post("/ticket/batch", none).refused(400, "missing_parameter", &["actions[0][value]"]);
        // What the server did can be taken back too: it sleeps again, and wakes again.
        act(&desk, &[id], snooze("2026-11-25 12:00:01"));
        desk.advance(5);
        assert_eq!(wake(&desk), 1);
        let feed = desk.admin().get("/changes?types=snooze_time_sent").expect(200)["items"][0].clone();
        desk.admin().post("/ticket/undo", json!({"batchID": feed["batchID"]})).expect(200);
        assert_eq!((desk.item(id)["snooze_time"].clone(), desk.item(id)["snooze_time_sent"].clone()), (json!("2026-11-25 12:00:01"), Value::Null));
        assert_eq!(wake(&desk), 1);
    }

    fn a_form_that_asks_for_more_by_now_keeps_no_ticket_asleep(desk: TestDesk) {
        let key = desk.admin();
        let form = key.post("/form", json!({"title": "Return"})).expect(200)["formID"].clone();
        let id = desk.ticket(json!({"formID": form}));
        act(&desk, &[id], json!([{"actionType": "setStatus", "value": "open"}, {"actionType": "snooze", "value": "2026-11-25 12:01:00"}]));
        key.post("/formfield", json!({"form_id": form, "title": "Reason", "input_type": "text", "required_statuses": ["open"]})).expect(200);
        desk.advance(60);
        assert_eq!(wake(&desk), 1);
        assert_eq!(desk.item(id)["snooze_time"], Value::Null);
    }

    fn many_who_look_at_once_wake_each_ticket_once(desk: TestDesk) {
        let ids: Vec<i64> = (0..250).map(|_| desk.ticket(json!({}))).collect();
        act(&desk, &ids, snooze("2026-11-25 12:00:10"));
        let other = node(&desk);
        desk.advance(10);
        other.advance(10);
        crowd(4, |n| wake(if n % 2 == 0 { &desk } else { &other }));
        let list = desk.admin().get("/ticket?itemLimit=9999").expect(200)["items"].clone();
        for item in list.as_array().expect("items") {
            assert_eq!((&item["version"], &item["snooze_time"]), (&json!(3), &Value::Null), "{item}");
        }
    }

    fn what_was_closed_long_ago_goes_to_the_archive_if_that_is_wished(desk: TestDesk) {
        let ids: Vec<i64> = (0..4).map(|_| desk.ticket(json!({}))).collect();
        act(&desk, &ids[..3], json!([{"actionType": "setStatus", "value": "closed"}]));
        desk.advance(10 * 86_400);
        act(&desk, &ids[..1], json!([{"actionType": "setStatus", "value": "open"}]));
        act(&desk, &ids[..1], json!([{"actionType": "setStatus", "value": "closed"}]));
        desk.admin().delete("/ticket/3").expect(200);
        assert_eq!(desk.block_on(desk.desk.archive_closed()).expect("nothing"), 0, "by default never");
        let tidy = TestDesk::at(desk.place.clone(), Settings { archive_days: 10, ..Settings::default() });
        tidy.advance(10 * 86_400);
        let archive = || tidy.block_on(tidy.desk.archive_closed()).expect("archived");
        assert_eq!(archive(), 0, "ten days are not over yet");
        tidy.advance(1);
        assert_eq!((archive(), archive()), (1, 0));
        let found = |query: &str| -> Vec<i64> {
            let list = desk.admin().get(&format!("/ticket?{query}")).expect(200);
            list["items"].as_array().expect("items").iter().filter_map(|i| i["id"].as_i64()).collect()
        };
        assert_eq!((found("status=closed"), found("status=closed&searchArchived=yes")), (vec![1], vec![2, 1]));
        let history = desk.admin().get("/ticket/2/changes?types=archived").expect(200)["items"].clone();
        assert_eq!((&history[0]["initiated_by"], &history[0]["call"], &history[0]["item_type_id"]), (&json!("system"), &json!("archive"), &json!("1")));
        // Who opens it again has it back.
        act(&desk, &[2], json!([{"actionType": "setStatus", "value": "open"}]));
        assert_eq!(found("status=open"), [2]);
        tidy.advance(30 * 86_400);
        assert_eq!(archive(), 1, "the first one by now");
    }
}
