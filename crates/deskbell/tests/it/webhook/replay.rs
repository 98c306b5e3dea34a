//! Telling again: dead deliveries go once, delivered ones only on purpose and marked, the order of each ticket holds.

use serde_json::json;

use super::{hook, item, keys, log, made, tell};
use crate::both_engines;
use crate::harness::TestDesk;

/// Nine tickets whose deliveries have all died.
fn dead(desk: &TestDesk) -> i64 {
    let id = hook(desk);
    desk.endpoints.answer(|_| Some(500));
    for _ in 0..3 {
        desk.ticket(json!({}));
    }
    tell(desk);
    desk.advance(4 * 86_400);
    desk.block_on(desk.desk.forget_deliveries()).expect("given up");
    desk.endpoints.answer(|_| Some(200));
    desk.endpoints.take();
    assert_eq!(item(desk, id)["dead"], 3);
    id
}

both_engines! {
    fn a_dead_delivery_is_sent_once_however_often_it_is_asked_for(desk: TestDesk) {
        let id = dead(&desk);
        let (key, path) = (desk.admin(), format!("/webhook/{id}/replay"));
        let row = log(&desk, id, "state=dead")[2].clone();
        let body = json!({"deliveryIDs": [row["id"]]});
        let done = key.post(&path, body.clone()).expect(200);
        assert_eq!((&done["message"], &done["webhookID"]), (&json!("1 deliveries are sent again."), &json!(id)));
        key.post(&path, body.clone()).refused(409, "conflict", &["deliveryIDs"]);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert_eq!(letters.iter().map(|l| (l.id.as_str(), l.again)).collect::<Vec<_>>(), [(row["event_id"].as_str().expect("an id"), true)]);
        key.post(&path, body).refused(409, "conflict", &["deliveryIDs"]);
        tell(&desk);
        assert_eq!(desk.endpoints.take(), []);
        assert_eq!(keys(&log(&desk, id, "state=delivered"), &["ticket_id", "replayed", "attempts"]), [json!([1, true, 1])]);
    }

    fn what_is_wrong_with_one_of_several_refuses_all(desk: TestDesk) {
        let id = dead(&desk);
        let other = made(&desk.admin(), json!({"url": "https://other.example", "events": "ticket.created"}));
        let (key, path) = (desk.admin(), format!("/webhook/{id}/replay"));
        let first = log(&desk, id, "state=dead")[0]["id"].clone();
        // An empty list beside a cursor does not mean all that comes after it.
        key.post(&path, json!({"deliveryIDs": [], "after": "0"})).refused(400, "invalid_parameter", &["deliveryIDs"]);
        key.post(&path, json!({"deliveryIDs": [first, 9999]})).refused(404, "not_found", &["deliveryIDs"]);
        key.post(&format!("/webhook/{other}/replay"), json!({"deliveryIDs": [first]})).refused(404, "not_found", &["deliveryIDs"]);
        for nothing in [json!({}), json!({"after": ""}), json!({"deliveryIDs": []})] {
            key.post(&path, nothing).refused(400, "missing_parameter", &["after"]);
        }
        key.post(&path, json!({"after": "1", "deliveryIDs": [first]})).refused(400, "invalid_parameter", &["deliveryIDs"]);
        key.post(&path, json!({"after": "999999"})).refused(400, "invalid_parameter", &["after"]);
        key.post(&path, json!({"after": "first"})).refused(400, "invalid_parameter", &["after"]);
        key.put(&format!("/webhook/{id}"), json!({"active": false})).expect(200);
        key.post(&path, json!({"after": "0"})).refused(409, "conflict", &[""]);
        assert_eq!(item(&desk, id)["dead"], 3);
    }

    fn all_after_a_cursor_is_told_again_under_the_same_ids_in_order(desk: TestDesk) {
        let (id, key) = (hook(&desk), desk.admin());
        let ticket = desk.ticket(json!({}));
        for title in ["a", "b", "c"] {
            key.put(&format!("/ticket/{ticket}"), json!({"title": title})).expect(200);
        }
        tell(&desk);
        let first: Vec<String> = desk.endpoints.take().into_iter().map(|l| l.id).collect();
        let after = log(&desk, id, "")[3]["cursor"].clone();
        let path = format!("/webhook/{id}/replay");
        key.post(&path, json!({"after": after})).expect(200);
        key.post(&path, json!({"after": after})).refused(409, "conflict", &[""]);
        // Meanwhile the ticket goes on.
        key.put(&format!("/ticket/{ticket}"), json!({"title": "d"})).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        let again: Vec<(String, bool)> = letters.into_iter().map(|l| (l.id, l.again)).collect();
        assert_eq!(again.len(), 4);
        assert_eq!(again[..3].iter().map(|(id, again)| (id.clone(), *again)).collect::<Vec<_>>(), first[1..].iter().map(|id| (id.clone(), true)).collect::<Vec<_>>());
        assert!(!again[3].1);
        assert_eq!(log(&desk, id, "").len(), 5, "a delivery that is told again is still one");
    }

    fn what_still_waits_is_told_once_and_not_before_what_is_older(desk: TestDesk) {
        let (id, key) = (hook(&desk), desk.admin());
        let ticket = desk.ticket(json!({}));
        tell(&desk);
        desk.endpoints.answer(|_| Some(500));
        key.put(&format!("/ticket/{ticket}"), json!({"title": "a"})).expect(200);
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["1 ticket.created", "1 ticket.changed"]);
        key.post(&format!("/webhook/{id}/replay"), json!({"after": "0"})).expect(200);
        desk.endpoints.answer(|_| Some(200));
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["1 ticket.created", "1 ticket.changed"]);
        assert_eq!(item(&desk, id)["waiting"], 0);
    }

    fn what_the_log_has_forgotten_can_be_told_again(desk: TestDesk) {
        let (id, key) = (hook(&desk), desk.admin());
        desk.ticket(json!({}));
        tell(&desk);
        let first = desk.endpoints.take()[0].id.clone();
        desk.advance(8 * 86_400);
        desk.block_on(desk.desk.forget_deliveries()).expect("forgotten");
        assert_eq!(log(&desk, id, "").len(), 0);
        key.post(&format!("/webhook/{id}/replay"), json!({"after": "0"})).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert_eq!((letters.len(), letters[0].id.as_str(), letters[0].again), (1, first.as_str(), true));
    }
}
