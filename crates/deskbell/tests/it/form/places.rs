//! Which tickets may have which form, the action setForm, and what becomes of tickets whose form goes.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::{field, form, save, values};
use crate::both_engines;
use crate::harness::Client;
use crate::laws::Probe;
use crate::races::{crowd, node};

fn batch(key: &Client, ids: &[i64], actions: Value) -> crate::harness::Seen {
    key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions}))
}

fn set_form(form: impl Into<Value>) -> Value {
    json!([{"actionType": "setForm", "value": form.into()}])
}

fn codes(json: &Value) -> Vec<&str> {
    let rows = json["results"].as_array().unwrap_or_else(|| panic!("rows: {json}")).iter();
    rows.map(|row| row["code"].as_str().or(row["outcome"].as_str()).unwrap_or_default()).collect()
}

both_engines! {
    fn a_ticket_has_a_form_of_its_brand(desk: TestDesk) {
        let (nord, sud, key) = (desk.brand("Nord"), desk.brand("Sud"), desk.admin());
        let (all, own) = (form(&desk, "All", &[]), form(&desk, "Nord's", &[nord]));
        let ticket = desk.ticket(json!({"brandID": nord, "formID": own}));
        assert_eq!(json!([desk.item(ticket)["form_id"], desk.events(ticket).len()]), json!([own, 1]));
        key.post("/ticket", json!({"brandID": sud, "formID": own})).refused(409, "conflict", &["formID"]);
        key.post("/ticket", json!({"brandID": sud, "formID": 99})).refused(400, "unknown_reference", &["formID"]);
        let path = format!("/ticket/{ticket}");
        let seen = key.put(&path, json!({"brandID": sud})).refused(409, "conflict", &["brandID"]);
        assert!(seen["message"].as_str().is_some_and(|m| m.contains("another form, or none, in the same call")), "{seen}");
        key.put(&path, json!({"brandID": sud, "formID": own, "title": "x"})).refused(409, "conflict", &["formID"]);
        key.put(&path, json!({"brandID": sud, "formID": all})).expect(200);
        key.put(&path, json!({"formID": own})).refused(409, "conflict", &["formID"]);
        assert_eq!(json!([desk.item(ticket)["brand_id"], desk.item(ticket)["form_id"]]), json!([sud, all]));
        // In a brand that a form is for no more its tickets keep it, and go on.
        key.put(&format!("/form/{all}"), json!({"brandIDs": [nord]})).expect(200);
        key.put(&path, json!({"title": "x", "formID": all})).expect(200);
        assert_eq!(desk.item(ticket)["form_id"], all);
        key.put(&path, json!({"brandID": nord})).expect(200);
        key.put(&path, json!({"brandID": sud, "formID": 0})).expect(200);
        assert_eq!(desk.item(ticket)["form_id"], Value::Null);
        assert_eq!(key.get(&format!("/ticket?formID={own}")).ids(), [0i64; 0]);
    }

    fn set_form_tells_what_became_of_each_ticket(desk: TestDesk) {
        let (nord, sud, key) = (desk.brand("Nord"), desk.brand("Sud"), desk.admin());
        let own = form(&desk, "Nord's", &[nord]);
        let ids = [desk.ticket(json!({"brandID": nord})), desk.ticket(json!({"brandID": sud})), desk.ticket(json!({"brandID": nord, "formID": own}))];
        let seen = batch(&key, &ids, set_form(own)).expect(207);
        assert_eq!(codes(&seen), ["changed", "conflict", "unchanged"]);
        assert_eq!(key.get(&format!("/ticket?formID={own}&sort=id&order=asc")).ids(), [ids[0], ids[2]]);
        assert_eq!(codes(&batch(&key, &ids, set_form(0)).expect(200)), ["changed", "unchanged", "changed"]);
        assert_eq!(codes(&batch(&key, &ids[..2], set_form("99")).expect(400)), ["unknown_reference"; 2]);
        for wrong in [json!("x"), json!(-1), json!(""), Value::Null] {
            batch(&key, &ids, set_form(wrong)).expect(400);
        }
        let moved = json!([{"actionType": "setBrand", "value": nord}, {"actionType": "setForm", "value": own}]);
        batch(&key, &ids[1..2], moved).expect(200);
        let limited = desk.limited_key("*", Limit::only([sud]), Limit::All);
        let theirs = desk.ticket(json!({"brandID": sud}));
        assert_eq!(codes(&batch(&limited, &[theirs], set_form(own)).expect(400)), ["unknown_reference"]);
        desk.key("TICKET_BATCH").post("/ticket/batch", json!({"ticketIDs": ids, "actions": set_form(0)})).refused(403, "forbidden", &["actions[0][actionType]"]);
        let done = batch(&key, &ids[..2], set_form(own)).expect(200);
        let undone = key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        assert_eq!(codes(&undone), ["changed"], "the second one had it already");
        assert_eq!(desk.item(ids[0])["form_id"], Value::Null);
    }

    fn the_tickets_of_a_form_that_goes_lose_it_in_steps(desk: TestDesk) {
        let (key, probe) = (desk.admin(), Probe::new(&desk.place));
        let id = form(&desk, "Returns", &[]);
        let cause = field(&desk, id, "Cause", json!({"required_statuses": "solved"}));
        let ids: Vec<i64> = (0..600).map(|_| desk.ticket(json!({}))).collect();
        assert_eq!(batch(&key, &ids, set_form(id)).expect(200)["changed"], 600);
        save(&key, ids[0], &[(cause, "rust")]).expect(200);
        let trashed = key.delete(&format!("/ticket/{}", ids[1])).expect(200);
        let before = batch(&key, &ids[2..3], set_form(0)).expect(200);
        let gone = key.delete(&format!("/form/{id}")).expect(200);
        assert_eq!(probe.number("SELECT COUNT(*) FROM ticket WHERE form_id IS NOT NULL"), 0);
        assert_eq!(json!([desk.item(ids[0])["form_id"], desk.item(ids[599])["version"], desk.item(ids[2])["version"]]), json!([null, 3, 3]));
        assert_eq!(desk.events(ids[599]).last().map(String::as_str), Some(format!("form_id: {id} -> ").as_str()));
        let batches = "SELECT COUNT(DISTINCT batch_id) FROM journal WHERE item_type = 'form_id' AND call = 'formDelete'";
        assert_eq!(probe.number(batches), 1);
        key.put(&format!("/ticket/{}", ids[3]), json!({"status": "solved"})).expect(200);
        // Neither its end nor what was done before gives it back to a ticket.
        let undone = key.post("/ticket/undo", json!({"batchID": gone["batchID"]}));
        assert!(codes(&undone.json).iter().all(|code| matches!(*code, "conflict" | "precondition_failed")), "{}", undone.text);
        let undone = key.post("/ticket/undo", json!({"batchID": before["batchID"]})).expect(409);
        assert_eq!(codes(&undone), ["conflict"]);
        key.post("/ticket/undo", json!({"batchID": trashed["batchID"]})).expect(200);
        assert_eq!(desk.item(ids[1])["form_id"], Value::Null);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn a_form_takes_itself_off_tickets_that_its_owner_does_not_see(desk: TestDesk) {
        let (nord, sud) = (desk.brand("Nord"), desk.brand("Sud"));
        let id = form(&desk, "Returns", &[]);
        let ticket = desk.ticket(json!({"brandID": sud, "formID": id}));
        desk.admin().put(&format!("/form/{id}"), json!({"brandIDs": [nord]})).expect(200);
        desk.limited_key("FORM_CUD", Limit::only([nord]), Limit::All).delete(&format!("/form/{id}")).expect(200);
        assert_eq!(json!([desk.item(ticket)["form_id"], desk.item(ticket)["version"]]), json!([null, 2]));
    }

    fn a_form_that_goes_while_tickets_get_it_is_on_none(desk: TestDesk) {
        let (other, probe) = (node(&desk), Probe::new(&desk.place));
        let keys = [desk.admin(), other.admin()];
        for round in 0..12 {
            let id = form(&desk, &format!("Form {round}"), &[]);
            let cause = field(&desk, id, "Cause", json!({}));
            let ids: Vec<i64> = (0..5).map(|_| desk.ticket(json!({"formID": if round % 2 == 0 { id } else { 0 }}))).collect();
            let seen = crowd(6, |n| match n {
                0 => keys[0].delete(&format!("/form/{id}")).status.as_u16(),
                1 => keys[1].post("/ticket", json!({"formID": id})).status.as_u16(),
                2 => save(&keys[0], ids[0], &[(cause, "x")]).status.as_u16(),
                _ => batch(&keys[n % 2], &ids[n - 2..], set_form(id)).status.as_u16(),
            });
            assert_eq!(seen[0], 200);
            assert!(seen.iter().all(|status| matches!(status, 200 | 400 | 409)), "{seen:?}");
        }
        assert_eq!(probe.number("SELECT COUNT(*) FROM ticket WHERE form_id IS NOT NULL"), 0);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn a_form_leaves_a_brand_or_gets_the_ticket_of_it(desk: TestDesk) {
        let (nord, sud) = (desk.brand("Nord"), desk.brand("Sud"));
        let other = node(&desk);
        let keys = [desk.admin(), other.admin()];
        for _ in 0..8 {
            let id = form(&desk, "Returns", &[nord, sud]);
            let ticket = desk.ticket(json!({"brandID": sud}));
            let seen = crowd(2, |n| match n {
                0 => keys[0].put(&format!("/form/{id}"), json!({"brandIDs": [nord]})).status.as_u16(),
                _ => keys[1].put(&format!("/ticket/{ticket}"), json!({"formID": id})).status.as_u16(),
            });
            assert_eq!(seen[0], 200);
            assert!(matches!(seen[1], 200 | 409), "{seen:?}");
            keys[0].put(&format!("/ticket/{ticket}"), json!({"formID": 0})).expect(200);
            keys[1].put(&format!("/ticket/{ticket}"), json!({"formID": id})).refused(409, "conflict", &["formID"]);
        }
    }

    fn the_past_shows_the_form_that_a_ticket_had(desk: TestDesk) {
        let (key, id) = (desk.admin(), form(&desk, "Returns", &[]));
        let cause = field(&desk, id, "Cause", json!({}));
        let ticket = desk.ticket(json!({"formID": id}));
        desk.advance(60);
        save(&key, ticket, &[(cause, "rust")]).expect(200);
        desk.advance(60);
        key.put(&format!("/ticket/{ticket}"), json!({"formID": 0})).expect(200);
        let then = key.get(&format!("/ticket/{ticket}?asOf=2026-11-25%2012:01:30&getTicketHistory=true")).expect(200)["item"].clone();
        assert_eq!(json!([then["form_id"], then["version"], then["timeline_total"]]), json!([id, 2, 2]));
        assert_eq!(desk.item(ticket)["form_id"], Value::Null);
        key.put(&format!("/ticket/{ticket}"), json!({"formID": id})).expect(200);
        assert_eq!(values(&key, ticket)[0].1, "rust");
    }
}
