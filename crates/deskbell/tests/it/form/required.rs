//! Fields that a form needs for a status hold on every way into it.

use http::Method;
use serde_json::{Value, json};

use super::{field, form, save, values};
use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::races::crowd;

const CODE: &str = "required_fields_missing";

/// A form with "Root cause" needed for solved, and an optional field; its id and theirs.
fn ground(desk: &TestDesk) -> (i64, [i64; 2]) {
    let id = form(desk, "Incident", &[]);
    let cause = field(desk, id, "Root cause", json!({"required_statuses": "solved"}));
    (id, [cause, field(desk, id, "Remark", json!({}))])
}

fn batch(key: &Client, ids: &[i64], actions: Value) -> crate::harness::Seen {
    key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions}))
}

fn act(kind: &str, value: impl Into<Value>) -> Value {
    json!({"actionType": kind, "value": value.into()})
}

/// The rows of a bulk result: ticket, and its code or outcome.
fn rows(json: &Value) -> Vec<(i64, String)> {
    let rows = json["results"].as_array().unwrap_or_else(|| panic!("rows: {json}")).iter();
    let text = |row: &Value| row["code"].as_str().or(row["outcome"].as_str()).unwrap_or_default().to_owned();
    rows.map(|row| (row["ticketID"].as_i64().unwrap_or_default(), text(row))).collect()
}

both_engines! {
    fn every_way_into_a_status_asks_for_them(desk: TestDesk) {
        let (key, (id, [cause, _])) = (desk.admin(), ground(&desk));
        let (one, two) = (desk.ticket(json!({"formID": id})), desk.ticket(json!({})));
        let untouched = || assert_eq!(json!([desk.item(one)["status"], desk.item(one)["version"]]), json!(["new", 1]));
        let seen = key.put(&format!("/ticket/{one}"), json!({"status": "solved", "title": "x"})).refused(409, CODE, &["status"]);
        assert_eq!(seen["message"], "The ticket cannot become solved while these fields of its form are empty: \"Root cause\".");
        untouched();
        let expected = [(one, CODE.to_owned()), (two, "changed".to_owned())];
        let set = |status: &str| key.post("/ticket/setStatus", json!({"ticketIDs": [one, two], "status": status}));
        let seen = set("solved").expect(207);
        assert_eq!(rows(&seen), expected);
        assert!(seen["results"][0]["message"].as_str().is_some_and(|m| m.contains("\"Root cause\"")), "{seen}");
        assert_eq!(desk.item(two)["status"], "solved");
        key.put(&format!("/ticket/{two}"), json!({"formID": 0})).expect(200);
        key.post("/ticket/setStatus", json!({"ticketIDs": [two], "status": "new"})).expect(200);
        assert_eq!(rows(&batch(&key, &[one, two], json!([act("setTitle", "x"), act("setStatus", "solved")])).expect(207)), expected);
        key.post("/ticket/setStatus", json!({"ticketIDs": [two], "status": "open"})).expect(200);
        let dry = key.put("/ticket/solveUnfinishedTickets", json!({"dryRun": true}));
        assert_eq!(rows(&dry.expect(207)), expected);
        let solved = key.put("/ticket/solveUnfinishedTickets", json!({}));
        assert_eq!(rows(&solved.expect(207)), expected);
        untouched();
        let alone = key.post("/ticket/setStatus", json!({"ticketIDs": [one], "status": "solved"})).expect(409);
        assert_eq!(json!([alone["code"], alone["errors"][0]["field"], alone["failed"]]), json!([CODE, "status", 1]));
        let alone = key.put("/ticket/solveUnfinishedTickets", json!({})).expect(409);
        assert_eq!(alone["code"], CODE);
        let atomic = json!({"ticketIDs": [one, two], "status": "solved", "mode": "atomic"});
        key.post("/ticket/setStatus", json!({"ticketIDs": [two], "status": "open"})).expect(200);
        let seen = key.post("/ticket/setStatus", atomic.clone()).expect(409);
        assert_eq!(rows(&seen), [(one, CODE.to_owned()), (two, "rolled_back".to_owned())]);
        let by_filter = json!({"status": "new", "actions": [act("setStatus", "solved")]});
        assert_eq!(rows(&key.post("/ticket/batch", by_filter).expect(409)), [(one, CODE.to_owned())]);
        untouched();
        save(&key, one, &[(cause, "A worn seal")]).expect(200);
        key.post("/ticket/setStatus", atomic).expect(200);
        assert_eq!(desk.item(one)["status"], "solved");
    }

    fn other_statuses_ask_for_nothing_and_the_present_one_neither(desk: TestDesk) {
        let (key, (id, [cause, remark])) = (desk.admin(), ground(&desk));
        let ticket = desk.ticket(json!({"formID": id}));
        let set = |status: &str| key.post("/ticket/setStatus", json!({"ticketIDs": [ticket], "status": status}));
        for status in ["open", "pending", "holding", "closed", "new"] {
            set(status).expect(200);
        }
        key.put(&format!("/formfield/{remark}"), json!({"required_statuses": "pending,open,solved,holding"})).expect(200);
        let seen = set("solved").expect(409);
        assert!(seen["message"].as_str().is_some_and(|m| m.ends_with(": \"Root cause\", \"Remark\".")), "{seen}");
        for status in ["open", "pending", "holding"] {
            let seen = set(status).expect(409);
            assert!(seen["message"].as_str().is_some_and(|m| m.ends_with(": \"Remark\".")), "{seen}");
        }
        save(&key, ticket, &[(remark, "x")]).expect(200);
        set("pending").expect(200);
        // Needed only now: the ticket keeps its status, and keeps it when that is set once more.
        key.put(&format!("/formfield/{cause}"), json!({"required_statuses": "pending"})).expect(200);
        assert_eq!(rows(&set("pending").expect(200)), [(ticket, "unchanged".to_owned())]);
        set("holding").expect(200);
        set("pending").expect(409);
        key.delete(&format!("/formfield/{cause}")).expect(200);
        set("pending").expect(200);
    }

    fn what_counts_is_the_form_that_the_ticket_ends_with(desk: TestDesk) {
        let (key, (id, [cause, _])) = (desk.admin(), ground(&desk));
        let (one, two) = (desk.ticket(json!({})), desk.ticket(json!({"formID": id})));
        let both = json!([act("setForm", id), act("setStatus", "solved")]);
        assert_eq!(batch(&key, &[one], both.clone()).expect(409)["code"], CODE);
        let backwards = json!([act("setStatus", "solved"), act("setForm", id)]);
        assert_eq!(batch(&key, &[one], backwards).expect(409)["code"], CODE);
        key.put(&format!("/ticket/{one}"), json!({"formID": id, "status": "solved"})).refused(409, CODE, &["status"]);
        assert_eq!(desk.item(one)["version"], 1);
        batch(&key, &[two], json!([act("setStatus", "solved"), act("setForm", 0)])).expect(200);
        assert_eq!(json!([desk.item(two)["status"], desk.item(two)["form_id"]]), json!(["solved", null]));
        batch(&key, &[two], json!([act("setForm", id)])).expect(200);
        assert_eq!(desk.item(two)["status"], "solved", "a form that comes later asks at the next change");
        // Values that were there before the form was taken off count when it comes back.
        save(&key, two, &[(cause, "x")]).expect(200);
        batch(&key, &[two], json!([act("setForm", 0), act("setStatus", "new")])).expect(200);
        batch(&key, &[two], both).expect(200);
    }

    fn what_the_present_status_needs_is_not_emptied(desk: TestDesk) {
        let (key, (id, [cause, remark])) = (desk.admin(), ground(&desk));
        let ticket = desk.ticket(json!({"formID": id}));
        save(&key, ticket, &[(cause, "x"), (remark, "y")]).expect(200);
        key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).expect(200);
        let seen = save(&key, ticket, &[(cause, " "), (remark, "")]).refused(409, CODE, &["fields"]);
        assert_eq!(seen["message"], "The ticket is solved, for which its form needs these fields: \"Root cause\".");
        save(&key, ticket, &[(cause, "z"), (remark, "")]).expect(200);
        key.post("/ticket/setStatus", json!({"ticketIDs": [ticket], "status": "open"})).expect(200);
        save(&key, ticket, &[(cause, "")]).expect(200);
        // What is empty already stays so.
        let late = field(&desk, id, "Late", json!({"required_statuses": "open"}));
        save(&key, ticket, &[(remark, "w"), (late, "")]).expect(200);
    }

    fn taking_back_gives_the_status_that_was(desk: TestDesk) {
        let (key, (id, [cause, _])) = (desk.admin(), ground(&desk));
        let ticket = desk.ticket(json!({"formID": id}));
        save(&key, ticket, &[(cause, "x")]).expect(200);
        key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).expect(200);
        field(&desk, id, "Added later", json!({"required_statuses": ["open", "solved"]}));
        let reopened = key.post("/ticket/setStatus", json!({"ticketIDs": [ticket], "status": "new"})).expect(200);
        key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).refused(409, CODE, &["status"]);
        let undone = key.post("/ticket/undo", json!({"batchID": reopened["batchID"]})).expect(200);
        assert_eq!(json!([undone["changed"], desk.item(ticket)["status"]]), json!([1, "solved"]));
        let redone = key.post("/ticket/undo", json!({"batchID": undone["batchID"]})).expect(200);
        assert_eq!(json!([redone["changed"], desk.item(ticket)["status"]]), json!([1, "new"]));
        key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).refused(409, CODE, &["status"]);
        assert_eq!(values(&key, ticket)[0].1, "x");
    }

    fn a_bulk_call_over_many_tickets_and_forms_tells_them_apart(desk: TestDesk) {
        let key = desk.admin();
        let forms: Vec<(i64, [i64; 2])> = (0..5).map(|_| ground(&desk)).collect();
        let ids: Vec<i64> = (0..600).map(|n| {
            let fields = if n % 6 == 5 { json!({}) } else { json!({"formID": forms[n % 6].0}) };
            desk.ticket(fields)
        }).collect();
        for (n, id) in ids.iter().enumerate().filter(|(n, _)| n % 6 != 5 && n.is_multiple_of(4)) {
            save(&key, *id, &[(forms[n % 6].1[0], "x")]).expect(200);
        }
        let good = |n: usize| n % 6 == 5 || n.is_multiple_of(4);
        let seen = key.post("/ticket/setStatus", json!({"ticketIDs": ids, "status": "solved"})).expect(207);
        for (n, (ticket, told)) in rows(&seen).into_iter().enumerate() {
            assert_eq!((ticket, told.as_str()), (ids[n], if good(n) { "changed" } else { CODE }), "{n}");
        }
        assert_eq!(key.get("/ticket?status=solved&itemLimit=0").expect(200)["itemTotal"], seen["changed"]);
    }

    fn without_the_right_to_set_a_status_nothing_is_asked(desk: TestDesk) {
        let (id, _) = ground(&desk);
        let ticket = desk.ticket(json!({"formID": id}));
        let key = desk.key("TICKET_UPDATE,TICKET_BATCH,MESSAGE_CREATE");
        key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).refused(403, "forbidden", &["status"]);
        key.post("/ticket/setStatus", json!({"ticketIDs": [ticket], "status": "solved"})).refused(403, "forbidden", &[""]);
        batch(&key, &[ticket], json!([act("setStatus", "solved")])).refused(403, "forbidden", &["actions[0][actionType]"]);
        key.put("/ticket/solveUnfinishedTickets", json!({})).refused(403, "forbidden", &[""]);
        assert_eq!(desk.item(ticket)["version"], 1);
    }

    fn of_a_status_and_a_save_at_one_moment_none_leaves_an_empty_field_behind(desk: TestDesk) {
        let (id, [cause, _]) = ground(&desk);
        let (other, key) = (crate::races::node(&desk), desk.admin());
        let keys = [desk.admin(), other.admin()];
        for _ in 0..15 {
            let ticket = desk.ticket(json!({"formID": id}));
            save(&key, ticket, &[(cause, "x")]).expect(200);
            let seen = crowd(4, |n| {
                let key = &keys[n % 2];
                if n < 2 {
                    key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).status.as_u16()
                } else {
                    save(key, ticket, &[(cause, "")]).status.as_u16()
                }
            });
            assert!(seen.iter().all(|status| matches!(status, 200 | 409)), "{seen:?}");
            let (status, value) = (desk.item(ticket)["status"].clone(), values(&key, ticket)[0].1.clone());
            assert!((status == "solved") != value.is_empty(), "{status} with \"{value}\": {seen:?}");
        }
    }

    fn a_field_that_is_needed_from_now_on_is_needed_by_what_begins_from_now_on(desk: TestDesk) {
        let other = crate::races::node(&desk);
        let keys = [desk.admin(), other.admin()];
        for _ in 0..8 {
            let id = form(&desk, "Incident", &[]);
            let made = field(&desk, id, "Root cause", json!({}));
            let tickets: Vec<i64> = (0..6).map(|_| desk.ticket(json!({"formID": id}))).collect();
            let path = format!("/formfield/{made}");
            let set = |key: &Client, ticket: i64| key.put(&format!("/ticket/{ticket}"), json!({"status": "solved"})).status.as_u16();
            let seen = crowd(6, |n| {
                if n == 0 {
                    keys[0].put(&path, json!({"required_statuses": "solved"})).expect(200);
                    // Whoever asks after this was answered is refused.
                    set(&keys[1], tickets[0])
                } else {
                    set(&keys[n % 2], tickets[n])
                }
            });
            assert_eq!(seen[0], 409);
            assert!(seen[1..].iter().all(|status| matches!(status, 200 | 409)), "{seen:?}");
            for (ticket, status) in tickets.iter().zip(&seen) {
                assert_eq!(desk.item(*ticket)["status"] == "solved", *status == 200);
            }
        }
    }
}

#[test]
fn tickets_without_a_form_cost_what_they_cost_before_there_were_forms() {
    let desk = TestDesk::sqlite();
    let ids: Vec<i64> = (0..250).map(|_| desk.ticket(json!({}))).collect();
    let steps = |ids: &[i64]| {
        let key = desk.admin();
        let body = json!({"ticketIDs": ids, "status": "solved", "dryRun": true});
        for _ in 0..4 {
            key.json(Method::POST, "/ticket/setStatus", body.clone());
        }
        let before = desk.desk.stats().steps;
        key.json(Method::POST, "/ticket/setStatus", body.clone());
        desk.desk.stats().steps - before
    };
    let without = steps(&ids);
    let (id, [cause, _]) = ground(&desk);
    assert_eq!(steps(&ids), without);
    for ticket in &ids {
        desk.admin().put(&format!("/ticket/{ticket}"), json!({"formID": id})).expect(200);
    }
    save(&desk.admin(), ids[0], &[(cause, "x")]).expect(200);
    let with = steps(&ids);
    assert!(
        with - without < 15 * 250,
        "{} steps for each ticket with a form, {without} in all without",
        (with - without) / 250
    );
}
