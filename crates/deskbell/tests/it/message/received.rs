//! What customers say: a chatbot's tickets, and messages in a ticket that is there, which open it or start one that follows it.

use std::sync::Arc;

use deskbell_app::message::{self, Content, Incoming, Received};
use deskbell_core::{Actor, ChannelId, TicketId};
use deskbell_db::Urgency;
use serde_json::{Value, json};

use super::{entries, say};
use crate::both_engines;
use crate::harness::TestDesk;

fn receive(desk: &TestDesk, ticket: i64, text: &str) -> deskbell_app::Result<Received> {
    let new = Incoming {
        ticket: TicketId(ticket),
        channel: ChannelId(1),
        from: ("anna@x.example".into(), "Anna".into()),
        to: ("help@desk.example".into(), String::new()),
        cc: String::new(),
        content: Content::new(desk.desk.engine(), text.to_owned(), ""),
        external_id: "m1@x.example".into(),
    };
    let system = Arc::new(Actor::system());
    desk.desk.write_blocking(Urgency::Interactive, &system, "test", move |work| message::receive(work, &new))
}

both_engines! {
    fn a_chatbot_makes_a_ticket_and_its_first_message(desk: TestDesk) {
        let key = desk.key("MESSAGE_CREATE");
        let brand = desk.brand("Shop");
        desk.admin().post("/customer", json!({"brandID": brand, "externalPrimaryID": "a", "channel_id": "email", "customer_link_channel": "anna@x.example"})).expect(200);
        let made = key.post("/message/chatbot", json!({"brandID": brand, "message": "Where is it?", "subject": "Order", "from": "anna@x.example"})).expect(200);
        let id = made["ticketID"].as_i64().expect("an id");
        let item = desk.item(id);
        assert_eq!(json!([item["brand_id"], item["channel_id"], item["direction"], item["title"], item["from"], item["status"], item["version"],
            item["last_update_customer"], item["last_update_agent"]]),
            json!([brand, 8, "inbound", "Order", "anna@x.example", "new", 1, "2026-11-25 12:00:00", null]));
        assert_ne!(item["customer_id"], 0);
        let entry = &entries(&desk, id)[0];
        assert_eq!(json!([entry["id"], entry["direction"], entry["from"], entry["content"], entry["in_queue"]]),
            json!([made["messageID"].to_string(), "inbound", "anna@x.example", "Where is it?", 0]));
        assert_eq!(desk.admin().get("/ticket?query=where").ids(), [id]);
        key.post("/message/chatbot", json!({"message": "x", "brandID": 99})).refused(400, "unknown_reference", &["brandID"]);
        key.post("/message/chatbot", json!({"brandID": brand})).refused(400, "missing_parameter", &["message"]);
        let admin = desk.admin();
        let undone = admin.post("/ticket/undo", json!({"batchID": made["batchID"]})).expect(200);
        admin.get(&format!("/ticket/{id}")).refused(404, "not_found", &[""]);
        admin.post("/ticket/undo", json!({"batchID": undone["batchID"]})).expect(200);
        assert_eq!(entries(&desk, id).len(), 1);
    }

    fn a_customer_opens_what_waited_or_was_solved(desk: TestDesk) {
        let key = desk.admin();
        for (status, then) in [("new", "new"), ("open", "open"), ("pending", "open"), ("holding", "open"), ("solved", "open")] {
            let id = desk.ticket(json!({"from": "anna@x.example"}));
            key.post("/ticket/setStatus", json!({"status": status, "ticketIDs": [id]})).expect(200);
            desk.advance(60);
            let got = receive(&desk, id, "again").expect("received");
            assert_eq!((got.ticket.0, got.follows), (id, None));
            let (item, entry) = (desk.item(id), entries(&desk, id)[0].clone());
            assert_eq!(item["status"], then);
            assert_eq!(item["last_update_customer"], item["last_update"]);
            assert_eq!(json!([item["last_update_agent"], entry["external_id"], entry["direction"]]), json!([null, "m1@x.example", "inbound"]));
            assert_eq!(entry["status_new"], if status == then { "" } else { "open" });
        }
    }

    fn a_customer_on_a_closed_ticket_starts_one_that_follows_it(desk: TestDesk) {
        let (key, group) = (desk.admin(), desk.group("Second line"));
        let id = desk.ticket(json!({"from": "anna@x.example", "title": "Late", "assignedGroupID": group}));
        key.put(&format!("/ticket/{id}"), json!({"status": "closed"})).expect(200);
        let got = receive(&desk, id, "still late").expect("received");
        assert_eq!(got.follows, Some(TicketId(id)));
        let made = got.ticket.0;
        assert_ne!(made, id);
        let item = desk.item(made);
        assert_eq!(json!([item["status"], item["title"], item["assigned_group_id"], item["from"], item["from_name"], item["channel_id"]]),
            json!(["new", "Late", group, "anna@x.example", "Anna", 1]));
        assert_eq!(desk.events(made), ["created:  -> ".to_owned(), format!("follow_up_of:  -> {id}")]);
        assert_eq!(desk.events(id).last(), Some(&format!("followed_up_by:  -> {made}")));
        assert_eq!((desk.item(id)["status"].clone(), desk.item(id)["version"].clone()), (json!("closed"), json!(3)));
        assert_eq!((entries(&desk, id).len(), entries(&desk, made).len()), (0, 1));
        let history = desk.item(made);
        assert_eq!(history["timeline_total"], 3);
    }

    fn a_customer_wakes_what_was_snoozed(desk: TestDesk) {
        let key = desk.admin();
        let snooze = |ids: &[i64], time: &str| key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": "snooze", "value": time}]})).expect(200);
        for (status, then) in [("new", "new"), ("open", "open"), ("pending", "open"), ("solved", "open")] {
            let id = desk.ticket(json!({"from": "anna@x.example"}));
            key.post("/ticket/setStatus", json!({"status": status, "ticketIDs": [id]})).expect(200);
            let snoozed = snooze(&[id], "2026-12-24 09:00:00");
            desk.advance(60);
            let before = desk.item(id);
            receive(&desk, id, "I cannot wait").expect("received");
            let item = desk.item(id);
            assert_eq!(json!([item["snooze_time"], item["snooze_time_sent"], item["status"]]), json!([null, null, then]));
            assert_eq!(item["version"].as_i64(), before["version"].as_i64().map(|v| v + 1), "one step");
            assert!(desk.events(id).contains(&"snooze_time: 2026-12-24 09:00:00 -> ".to_owned()), "{:?}", desk.events(id));
            // Its time comes and nothing happens; it was asleep before, and what woke it cannot be unsaid.
            let at = before["last_update"].as_str().expect("a time").replace(' ', "T");
            let then = key.get(&format!("/ticket/{id}?asOf={at}Z&getTicketHistory=true&timelineLimit=9999")).expect(200)["item"].clone();
            assert_eq!(then, before);
            key.post("/ticket/undo", json!({"batchID": snoozed["batchID"]})).expect(412);
            let said = key.get(&format!("/ticket/{id}/changes?types=message")).expect(200)["items"][0]["batchID"].clone();
            key.post("/ticket/undo", json!({"batchID": said})).expect(409);
            assert_eq!(desk.item(id), item);
        }
        // Closed, it sleeps on: the message stands elsewhere.
        let id = desk.ticket(json!({"from": "anna@x.example"}));
        key.put(&format!("/ticket/{id}"), json!({"status": "closed"})).expect(200);
        snooze(&[id], "2026-12-24 09:00:00");
        receive(&desk, id, "again").expect("received");
        assert_eq!(desk.item(id)["snooze_time"], "2026-12-24 09:00:00");
    }

    fn a_message_for_a_ticket_that_is_gone_is_refused(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        desk.admin().delete(&format!("/ticket/{id}")).expect(200);
        for id in [id, 999] {
            let refused = receive(&desk, id, "x").expect_err("refused");
            assert_eq!(refused.fault().map(|f| f.code().as_str()), Some("not_found"));
        }
    }

    fn what_is_said_to_a_merged_ticket_goes_to_the_one_that_took_it_in(desk: TestDesk) {
        let key = desk.admin();
        let ids: Vec<i64> = (0..3).map(|_| desk.ticket(json!({"from": "anna@x.example"}))).collect();
        let merge = |id: i64, into: i64| {
            let actions = json!([{"actionType": "merge", "value": into}]);
            key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": actions})).expect(200)
        };
        receive(&desk, ids[0], "first").expect("received");
        merge(ids[0], ids[1]);
        merge(ids[1], ids[2]);
        key.post("/ticket/setStatus", json!({"status": "solved", "ticketIDs": [ids[2]]})).expect(200);
        let got = receive(&desk, ids[0], "second").expect("received");
        assert_eq!((got.ticket.0, got.follows), (ids[2], None));
        assert_eq!((entries(&desk, ids[2]).len(), desk.item(ids[2])["status"].clone()), (2, json!("open")));
        assert_eq!(desk.item(ids[0])["status"], "closed");
        say(&key, ids[0], "0", json!({})).refused(409, "conflict", &[""]);
        key.delete(&format!("/ticket/{}", ids[2])).expect(200);
        receive(&desk, ids[0], "third").expect_err("there is no ticket that takes it");
    }

    fn the_past_shows_when_the_customer_last_spoke(desk: TestDesk) {
        let (key, id) = (desk.admin(), desk.ticket(json!({"from": "anna@x.example"})));
        let mut seen: Vec<(String, Value)> = Vec::new();
        for n in 0..4 {
            desk.advance(60);
            if n % 2 == 0 {
                receive(&desk, id, "again").expect("received");
            } else {
                say(&key, id, "1", json!({"submitStatus": "pending"})).expect(200);
            }
            seen.push((format!("2026-11-25T12:0{}:00Z", n + 1), desk.item(id)));
        }
        for (at, item) in seen {
            let then = key.get(&format!("/ticket/{id}?asOf={at}&getTicketHistory=true&timelineLimit=9999")).expect(200)["item"].clone();
            assert_eq!(then, item, "{at}");
        }
    }
}
