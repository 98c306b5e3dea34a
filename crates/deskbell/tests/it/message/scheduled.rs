//! Messages for later: sent once at their time, on whichever node; cancelled, and what becomes of them otherwise.

use deskbell_app::Settings;
use serde_json::{Value, json};

use super::{entries, say};
use crate::both_engines;
use crate::harness::{Place, TestDesk};

fn later(desk: &TestDesk, id: i64, more: Value) -> Value {
    let mut fields = json!({"sendAt": "2026-11-25 13:00:00", "submitStatus": "solved"});
    for (name, value) in more.as_object().expect("fields") {
        fields[name] = value.clone();
    }
    say(&desk.admin(), id, "1", fields).expect(200)
}

fn ticket(desk: &TestDesk) -> i64 {
    desk.ticket(json!({"from": "a@x.example"}))
}

fn send(desk: &TestDesk) -> usize {
    desk.block_on(desk.desk.send_due()).expect("sent")
}

both_engines! {
    fn a_message_for_later_stands_there_and_is_sent_once_at_its_time(desk: TestDesk) {
        let (key, id) = (desk.admin(), ticket(&desk));
        let made = later(&desk, id, json!({}));
        assert_eq!(made["message"], "Message will be sent at 2026-11-25 13:00:00.");
        let item = desk.item(id);
        assert_eq!(json!([item["status"], item["last_update_agent"], item["version"]]), json!(["new", null, 2]));
        let path = format!("/message/{}", made["messageID"]);
        assert_eq!(key.get(&path).expect(200)["item"]["send_at"], "2026-11-25 13:00:00");
        assert_eq!((entries(&desk, id).len(), send(&desk)), (1, 0));
        desk.advance(3_600);
        assert_eq!((send(&desk), send(&desk)), (1, 0));
        let item = desk.item(id);
        assert_eq!(json!([item["status"], item["last_update_agent"], item["version"]]), json!(["solved", "2026-11-25 13:00:00", 3]));
        assert_eq!(desk.events(id), ["created:  -> ", "status: new -> solved", &format!("message_due:  -> {}", made["messageID"])]);
        let entry = key.get(&path).expect(200)["item"].clone();
        assert_eq!(json!([entry["send_at"], entry["in_queue"], entry["status_new"]]), json!([null, 1, "solved"]));
        key.delete(&path).refused(409, "conflict", &[""]);
        key.post("/ticket/undo", json!({"batchID": made["batchID"]})).refused(409, "conflict", &["batchID"]);
        // Nor is what came with its time: the status stays too.
        let changes = key.get(&format!("/ticket/{id}/changes?types=message_due")).expect(200);
        key.post("/ticket/undo", json!({"batchID": changes["items"][0]["batchID"]})).refused(409, "conflict", &["batchID"]);
        assert_eq!(desk.item(id)["status"], "solved");
    }

    fn its_time_must_be_to_come(desk: TestDesk) {
        let (key, id) = (desk.admin(), ticket(&desk));
        for at in ["2026-11-25 12:00:00", "2026-11-25 11:59:59", "2020-01-01"] {
            say(&key, id, "1", json!({"sendAt": at})).refused(400, "invalid_parameter", &["sendAt"]);
        }
        say(&key, id, "1", json!({"sendAt": "soon"})).refused(400, "invalid_parameter", &["sendAt"]);
        assert!(entries(&desk, id).is_empty());
    }

    fn one_that_is_cancelled_or_taken_back_is_not_sent(desk: TestDesk) {
        let (key, id, other) = (desk.admin(), ticket(&desk), ticket(&desk));
        let made = later(&desk, id, json!({}));
        let path = format!("/message/{}", made["messageID"]);
        let request = key.request(http::Method::DELETE, &path).header("if-match", "\"1\"");
        key.send(request, "").refused(412, "precondition_failed", &[""]);
        let cancelled = key.delete(&path).expect(200);
        assert_eq!((&cancelled["message"], &cancelled["ticketID"]), (&json!("Message cancelled."), &json!(id)));
        key.delete(&path).refused(404, "not_found", &[""]);
        let second = later(&desk, other, json!({}));
        key.post("/ticket/undo", json!({"batchID": second["batchID"]})).expect(200);
        assert_eq!((entries(&desk, id).len(), entries(&desk, other).len()), (0, 0));
        key.post("/ticket/undo", json!({"batchID": cancelled["batchID"]})).expect(200);
        assert_eq!(entries(&desk, id)[0]["id"], made["messageID"].to_string());
        desk.advance(3_600);
        assert_eq!(send(&desk), 1, "what was brought back alone");
        say(&key, id, "0", json!({})).expect(200);
        let sent = say(&key, id, "1", json!({})).expect(200)["messageID"].clone();
        key.delete(&format!("/message/{sent}")).refused(409, "conflict", &[""]);
    }

    fn a_ticket_that_was_closed_or_deleted_meanwhile(desk: TestDesk) {
        let (key, closed, trashed, purged) = (desk.admin(), ticket(&desk), ticket(&desk), ticket(&desk));
        for id in [closed, trashed, purged] {
            later(&desk, id, json!({}));
        }
        key.put(&format!("/ticket/{closed}"), json!({"status": "closed"})).expect(200);
        let deleted = key.delete(&format!("/ticket/{trashed}")).expect(200);
        key.delete(&format!("/ticket/{purged}?purge=true")).expect(200);
        desk.advance(3_540);
        key.post("/ticket/undo", json!({"batchID": deleted["batchID"]})).expect(200);
        let deleted = key.delete(&format!("/ticket/{trashed}")).expect(200);
        desk.advance(60);
        assert_eq!((send(&desk), send(&desk)), (1, 0));
        assert_eq!(desk.item(closed)["status"], "closed", "the later word holds");
        assert_eq!(entries(&desk, closed)[0]["status_new"], "");
        key.post("/ticket/undo", json!({"batchID": deleted["batchID"]})).expect(200);
        assert_eq!(send(&desk), 1, "it is back, and its message goes out");
        assert_eq!(desk.item(trashed)["status"], "solved");
    }

    fn it_goes_to_whom_its_author_saw(desk: TestDesk) {
        let (key, id) = (desk.admin(), ticket(&desk));
        key.post("/customer", json!({"brandID": 1, "externalPrimaryID": "z", "channel_id": "email", "customer_link_channel": "z@x.example"})).expect(200);
        key.put(&format!("/ticket/{id}"), json!({"externalPrimaryID": "z"})).expect(200);
        later(&desk, id, json!({}));
        key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id})).expect(200);
        desk.advance(3_600);
        assert_eq!(send(&desk), 1);
        assert_eq!(entries(&desk, id)[0]["to"], "z@x.example");
    }

    fn past_times_show_a_ticket_before_and_after(desk: TestDesk) {
        let (key, id) = (desk.admin(), ticket(&desk));
        desk.advance(60);
        later(&desk, id, json!({}));
        let before = desk.item(id);
        desk.advance(3_600);
        send(&desk);
        let then = key.get(&format!("/ticket/{id}?asOf=2026-11-25T12:30:00Z&getTicketHistory=true")).expect(200)["item"].clone();
        assert_eq!(then, before);
    }
}

/// Many nodes at the same time, and after a restart.
#[test]
fn nodes_that_look_at_once_send_each_message_once() {
    let first = TestDesk::at(Place::postgres(), Settings::default());
    let second = TestDesk::at(first.place.clone(), Settings::default());
    let ids: Vec<i64> = (0..20).map(|_| ticket(&first)).collect();
    for id in &ids {
        later(&first, *id, json!({}));
    }
    first.advance(3_600);
    second.advance(3_600);
    let (one, two) = first.block_on(async { tokio::join!(first.desk.send_due(), second.desk.send_due()) });
    assert!(one.expect("sent") + two.expect("sent") >= 20);
    for id in ids {
        let events = first.events(id);
        assert_eq!(events.iter().filter(|event| event.starts_with("message_due")).count(), 1, "{events:?}");
    }
}

#[test]
fn what_waits_is_sent_after_a_restart() {
    let place = Place::sqlite();
    let first = TestDesk::at(place.clone(), Settings::default());
    let id = ticket(&first);
    later(&first, id, json!({}));
    drop(first);
    let again = TestDesk::at(place, Settings::default());
    again.advance(3_600);
    assert_eq!((send(&again), again.item(id)["status"].clone()), (1, json!("solved")));
}
