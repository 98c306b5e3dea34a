//! POST /ticket/undo: what it takes back, and when it refuses to. The law of it is in `laws/undo.rs`.

use deskbell_core::Limit;
use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, Seen, TestDesk};
use crate::races::crowd;

const PATH: &str = "/ticket/undo";

fn undo(key: &Client, of: &Value) -> Seen {
    key.post(PATH, json!({"batchID": of["batchID"]}))
}

fn make(desk: &TestDesk, count: usize) -> Vec<i64> {
    (0..count).map(|n| desk.ticket(json!({"title": format!("ticket {n}")}))).collect()
}

/// Messages and notes of a ticket.
fn timeline(key: &Client, id: i64) -> Value {
    key.get(&format!("/ticket/{id}")).expect(200)["item"]["timeline"].clone()
}

/// Codes of the rows, none for those that succeeded.
fn codes(seen: &Seen) -> Vec<(i64, Option<&str>)> {
    let rows = seen.json["results"].as_array().expect("rows").iter();
    rows.map(|row| (row["ticketID"].as_i64().expect("an id"), row["code"].as_str())).collect()
}

both_engines! {
    fn a_single_write_is_taken_back_with_an_event_and_done_again_by_the_next(desk: TestDesk) {
        let (key, id) = (desk.admin(), make(&desk, 1)[0]);
        let write = key.put(&format!("/ticket/{id}"), json!({"title": "new", "tags": "a", "status": "closed"})).expect(200);
        desk.advance(60);
        let undone = undo(&key, &write);
        assert_eq!(undone.json["message"], "Took back what was done to 1 of 1 tickets.", "{}", undone.text);
        assert_eq!(codes(&undone), [(id, None)]);
        assert_eq!(undone.json["results"][0]["version"], 3);
        let item = desk.item(id);
        assert_eq!(json!([item["title"], item["tags"], item["status"], item["closed_at"]]), json!(["ticket 0", [], "new", null]));
        let history = key.get(&format!("/ticket/{id}?getTicketHistory=true")).expect(200)["item"]["timeline"].clone();
        let last = history.as_array().and_then(|all| all.last()).expect("events");
        assert_eq!(json!([last["item_type"], last["item_type_id"], last["item_type_old"]]), json!(["tags", "", "a"]));
        desk.advance(60);
        let redone = undo(&key, &undone.json).expect(200);
        let item = desk.item(id);
        assert_eq!(json!([item["title"], item["tags"], item["status"], item["version"]]), json!(["new", ["a"], "closed", 4]));
        assert_eq!(item["closed_at"], "2026-11-25 12:00:00", "the time of the first closing");
        assert_ne!(redone["batchID"], write["batchID"]);
    }

    fn what_was_taken_back_itself_stands_in_nobodys_way(desk: TestDesk) {
        let (key, id) = (desk.admin(), make(&desk, 1)[0]);
        let first = key.put(&format!("/ticket/{id}"), json!({"title": "new"})).expect(200);
        let note = key.post("/message", json!({"ticketID": id, "type": 0, "message": "Hi"})).expect(200);
        undo(&key, &note).expect(200);
        let trash = key.delete(&format!("/ticket/{id}")).expect(200);
        undo(&key, &trash).expect(200);
        let tags = key.put(&format!("/ticket/{id}"), json!({"tags": "a"})).expect(200);
        undo(&key, &first).refused(412, "precondition_failed", &[""]);
        undo(&key, &tags).expect(200);
        assert_eq!(codes(&undo(&key, &first)), [(id, None)]);
        assert_eq!(desk.item(id)["title"], "ticket 0");
        // So do the fields of its form.
        let form = key.post("/form", json!({"title": "Lamp form"})).expect(200)["formID"].clone();
        let field = |title: &str| {
            let body = json!({"form_id": form, "title": title, "input_type": "text"});
            key.post("/formfield", body).expect(200)["formfieldID"].clone()
        };
        let (one, other) = (field("Colour"), field("Size"));
        key.put(&format!("/ticket/{id}"), json!({"formID": form})).expect(200);
        let titled = key.put(&format!("/ticket/{id}"), json!({"title": "with form"})).expect(200);
        let values = json!({"ticketID": id, "fields": {one.to_string(): "red", other.to_string(): "large"}});
        let saved = key.put("/form/saveFormFields", values).expect(200);
        undo(&key, &saved).expect(200);
        assert_eq!(codes(&undo(&key, &titled)), [(id, None)]);
        // A note that is there, or a second one, was not taken back.
        let second = key.put(&format!("/ticket/{id}"), json!({"title": "newer"})).expect(200);
        key.post("/message", json!({"ticketID": id, "type": 0, "message": "Hi"})).expect(200);
        undo(&key, &second).refused(412, "precondition_failed", &[""]);
    }

    fn tags_come_back_in_the_order_that_they_had(desk: TestDesk) {
        let (key, id) = (desk.admin(), desk.ticket(json!({"tags": "a,b"})));
        let actions = json!([{"actionType": "removeTags", "value": "a"}, {"actionType": "addTags", "value": "a"}]);
        let write = key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": actions})).expect(200);
        assert_eq!(desk.item(id)["tags"], json!(["b", "a"]));
        assert_eq!(undo(&key, &write).expect(200)["changed"], 1);
        assert_eq!(desk.item(id)["tags"], json!(["a", "b"]));
    }

    fn one_of_two_notes_of_one_second_is_taken_back_and_the_time_of_the_other_stays(desk: TestDesk) {
        let (key, id) = (desk.admin(), make(&desk, 1)[0]);
        let note = json!({"ticketIDs": [id], "actions": [{"actionType": "addNote", "value": "x"}]});
        key.post("/ticket/batch", note.clone()).expect(200);
        let second = key.post("/ticket/batch", note).expect(200);
        undo(&key, &second).expect(200);
        assert_eq!(desk.item(id)["last_update_agent"], "2026-11-25 12:00:00");
    }

    fn tickets_that_were_changed_since_are_reported_and_left(desk: TestDesk) {
        let (key, ids) = (desk.admin(), make(&desk, 4));
        let write = key.post("/ticket/setStatus", json!({"ticketIDs": ids, "status": "open"})).expect(200);
        key.put(&format!("/ticket/{}", ids[1]), json!({"title": "other"})).expect(200);
        key.delete(&format!("/ticket/{}", ids[2])).expect(200);
        key.delete(&format!("/ticket/{}?purge=true", ids[3])).expect(200);
        let dry = key.post(PATH, json!({"batchID": write["batchID"], "dryRun": true}));
        let seen = undo(&key, &write);
        assert_eq!((dry.status.as_u16(), seen.status.as_u16()), (207, 207), "{}", seen.text);
        let expected =
            [(ids[0], None), (ids[1], Some("precondition_failed")), (ids[2], Some("not_found")), (ids[3], Some("conflict"))];
        assert_eq!(codes(&seen), expected);
        assert_eq!(codes(&dry), expected);
        assert_eq!(seen.json["results"][1]["currentVersion"], 3);
        assert_eq!((desk.item(ids[0])["status"].clone(), desk.item(ids[1])["status"].clone()), (json!("new"), json!("open")));
        // All are changed by now, the first by the undo itself.
        let again = undo(&key, &write);
        assert_eq!((again.status.as_u16(), &again.json["changed"]), (207, &json!(0)), "{}", again.text);
        let atomic = key.post("/ticket/setStatus", json!({"ticketIDs": ids[..2], "status": "pending"})).expect(200);
        key.put(&format!("/ticket/{}", ids[1]), json!({"title": "again"})).expect(200);
        let seen = key.post(PATH, json!({"batchID": atomic["batchID"], "mode": "atomic"}));
        assert_eq!(codes(&seen), [(ids[0], Some("rolled_back")), (ids[1], Some("precondition_failed"))]);
        assert_eq!(desk.item(ids[0])["status"], "pending");
    }

    fn what_was_made_goes_to_the_trash_and_what_was_deleted_comes_back_whole(desk: TestDesk) {
        let key = desk.admin();
        let made = key.post("/ticket", json!({"title": "kingfisher"})).expect(200);
        let path = format!("/ticket/{}", made["ticketID"]);
        let gone = undo(&key, &made).expect(200);
        key.get(&path).expect(404);
        let total = |filter: &str| key.get(&format!("/ticket?itemLimit=0&{filter}")).expect(200)["itemTotal"].clone();
        assert_eq!((total(""), total("query=kingfisher")), (json!(0), json!(0)));
        undo(&key, &gone).expect(200);
        assert_eq!((total(""), total("query=kingfisher")), (json!(1), json!(1)));
        let note = json!([{"actionType": "addNote", "value": "heron"}, {"actionType": "addTags", "value": "late"}]);
        let noted = key.post("/ticket/batch", json!({"ticketIDs": [made["ticketID"]], "actions": note})).expect(200);
        let before = key.get(&path).expect(200)["item"].clone();
        let deleted = key.post("/ticket/batch", json!({"ticketIDs": [made["ticketID"]], "actions": [{"actionType": "setStatus", "value": "solved"}, {"actionType": "delete"}]})).expect(200);
        key.get(&path).expect(404);
        assert_eq!(undo(&key, &deleted).expect(200)["changed"], 1);
        let mut after = key.get(&path).expect(200)["item"].clone();
        after["version"] = before["version"].clone();
        assert_eq!(after, before);
        assert_eq!((total("query=heron"), total("tag=late"), total("status=new")), (json!(1), json!(1), json!(1)));
        // What happened since it got the note was taken back as a whole, so it stands in nobody's way.
        assert_eq!(undo(&key, &noted).expect(200)["changed"], 1);
        assert_eq!(total("query=heron"), 0);
    }

    fn a_note_leaves_the_timeline_and_comes_back_as_it_was(desk: TestDesk) {
        let (key, id) = (desk.admin(), make(&desk, 1)[0]);
        let note = json!({"ticketIDs": [id], "actions": [{"actionType": "addNote", "value": "heron"}]});
        let first = key.post("/ticket/batch", note.clone()).expect(200);
        undo(&key, &first).expect(200);
        let found = || key.get("/ticket?query=heron").ids();
        assert_eq!((timeline(&key, id), found()), (json!([]), vec![]));
        assert_eq!(desk.item(id)["last_update_agent"], Value::Null);
        key.post("/ticket/batch", note).expect(200);
        let first_timeline = timeline(&key, id);
        desk.advance(100);
        let second = key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [{"actionType": "addNote", "value": "ibis"}]})).expect(200);
        let undone = undo(&key, &second).expect(200);
        assert_eq!((timeline(&key, id), found()), (first_timeline.clone(), vec![id]));
        let redone = undo(&key, &undone).expect(200);
        assert_eq!(timeline(&key, id)[1]["content"], "ibis");
        undo(&key, &redone).expect(200);
        assert_eq!(timeline(&key, id), first_timeline);
    }

    fn it_needs_the_rights_of_what_it_takes_back(desk: TestDesk) {
        let (key, ids) = (desk.admin(), make(&desk, 4));
        let actions = |id: i64, list: Value| {
            key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": list})).expect(200)
        };
        let writes = [
            ("SET_STATUS", actions(ids[0], json!([{"actionType": "setStatus", "value": "open"}]))),
            ("MESSAGE_CREATE", actions(ids[1], json!([{"actionType": "addNote", "value": "a"}]))),
            ("TICKET_UPDATE", key.put(&format!("/ticket/{}", ids[2]), json!({"title": "b"})).expect(200)),
            ("TICKET_DELETE", key.delete(&format!("/ticket/{}", ids[3])).expect(200)),
            ("TICKET_CREATE", key.post("/ticket", json!({})).expect(200)),
        ];
        for (right, write) in &writes {
            let all = "SET_STATUS,MESSAGE_CREATE,TICKET_UPDATE,TICKET_DELETE,TICKET_CREATE,TICKET_BATCH,TICKET_READ";
            let without: Vec<&str> = all.split(',').filter(|name| name != right).collect();
            let refused = undo(&desk.key(&without.join(",")), write).refused(403, "forbidden", &[""]);
            assert!(refused["message"].as_str().expect("a text").contains(right), "{refused}");
            undo(&desk.key(right), write).expect(200);
        }
    }

    fn a_batch_that_is_not_there_not_visible_or_too_old_is_refused(desk: TestDesk) {
        let key = desk.admin();
        let brand = key.post("/brand", json!({"name": "Other"})).expect(200)["brandID"].clone();
        let here = key.post("/ticket", json!({})).expect(200)["ticketID"].clone();
        let there = key.post("/ticket", json!({"brandID": brand})).expect(200)["ticketID"].clone();
        let both = key.post("/ticket/setStatus", json!({"ticketIDs": [here, there], "status": "open"})).expect(200);
        let foreign = key.put(&format!("/ticket/{there}"), json!({"title": "x"})).expect(200);
        let limited = desk.limited_key("*", Limit::only([1]), Limit::All);
        let unknown = key.post(PATH, json!({"batchID": "none such"})).refused(404, "not_found", &["batchID"]);
        let hidden = undo(&limited, &foreign).refused(404, "not_found", &["batchID"]);
        let text = |json: &Value, id: &str| json["message"].as_str().expect("a text").replace(id, "");
        assert_eq!(text(&unknown, "none such"), text(&hidden, foreign["batchID"].as_str().expect("an id")));
        let seen = undo(&limited, &both);
        assert_eq!(codes(&seen), [(here.as_i64().expect("an id"), None)], "the other one is nobody's business");
        desk.advance(3_600);
        undo(&key, &foreign).refused(409, "conflict", &["batchID"]);
        key.post(PATH, json!({})).refused(400, "missing_parameter", &["batchID"]);
        desk.nobody().post(PATH, json!({"batchID": "b"})).refused(401, "unauthenticated", &[""]);
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            key.send(key.request(method, PATH), "").refused(405, "method_not_allowed", &[""]);
        }
    }

    fn what_a_ticket_referred_to_may_be_gone(desk: TestDesk) {
        let (key, id) = (desk.admin(), make(&desk, 1)[0]);
        let path = format!("/ticket/{id}");
        let user = json!({"firstname": "A", "lastname": "B", "name": "ab", "email": "ab@example.org"});
        let user = key.post("/user", user).expect(200)["userID"].clone();
        let customer = json!({"brand_id": 1, "primary_id": "c"});
        let customer = key.post("/customer", customer).expect(200)["customerID"].clone();
        key.put(&path, json!({"assignedUserID": user, "externalPrimaryID": "c"})).expect(200);
        let freed = key.put(&path, json!({"assignedUserID": 0})).expect(200);
        key.delete(&format!("/user/{user}")).expect(200);
        assert_eq!(codes(&undo(&key, &freed)), [(id, Some("conflict"))]);
        let unlinked = key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id})).expect(200);
        key.delete(&format!("/customer/{customer}")).expect(200);
        assert_eq!(codes(&undo(&key, &unlinked)), [(id, Some("conflict"))]);
        assert_eq!(desk.item(id)["customer_id"], 0);
    }

    fn many_tickets_are_taken_back_in_steps(desk: TestDesk) {
        let (key, ids) = (desk.admin(), make(&desk, 600));
        let write = key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": "addTags", "value": "late"}]}));
        assert_eq!(write.expect(200)["changed"], 600);
        let write = key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": "delete"}]})).expect(200);
        let undone = undo(&key, &write);
        assert_eq!(undone.json["changed"], 600, "{}", undone.text);
        assert_eq!(key.get("/ticket?tag=late&itemLimit=0").expect(200)["itemTotal"], 600);
        let refused = key.post(PATH, json!({"batchID": undone.json["batchID"], "mode": "atomic"}));
        assert_eq!(refused.json["changed"], 600, "an atomic call takes up to 1,000: {}", refused.text);
    }

    fn of_two_that_take_back_at_once_one_does(desk: TestDesk) {
        let (key, ids) = (desk.admin(), make(&desk, 3));
        for status in ["open", "pending", "holding"] {
            let write = key.post("/ticket/setStatus", json!({"ticketIDs": ids, "status": status})).expect(200);
            let seen = crowd(4, |_| undo(&key, &write));
            let changed: i64 = seen.iter().map(|seen| seen.json["changed"].as_i64().expect("a number")).sum();
            assert_eq!(changed, 3, "{}", seen[0].text);
            assert_eq!(desk.item(ids[0])["status"], "new");
        }
    }

    fn sent_again_under_its_key_it_is_answered_as_before(desk: TestDesk) {
        let (key, id) = (desk.admin(), make(&desk, 1)[0]);
        let write = key.put(&format!("/ticket/{id}"), json!({"title": "new"})).expect(200);
        let send = || {
            let request = key.request(Method::POST, PATH).header("content-type", "application/json");
            key.send(request.header("idempotency-key", "u"), json!({"batchID": write["batchID"]}).to_string())
        };
        let first = send();
        assert_eq!(first.json["changed"], 1, "{}", first.text);
        desk.advance(2 * 3_600);
        let second = send();
        assert_eq!((second.status, &second.text), (first.status, &first.text));
        assert_eq!(desk.item(id)["version"], 3);
    }
}
