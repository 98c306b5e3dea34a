//! PUT /form/saveFormFields, and where its values are shown and kept.

use deskbell_core::Limit;
use http::Method;
use serde_json::{Value, json};

use super::{field, form, pairs, save, values};
use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;

/// A form with a line, a text, a hidden line and a select, and a ticket that has it.
fn ground(desk: &TestDesk) -> (i64, [i64; 4], i64) {
    let id = form(desk, "Returns", &[]);
    let line = field(desk, id, "Cause", json!({}));
    let text = field(desk, id, "Story", json!({"input_type": "textarea"}));
    let hidden = field(desk, id, "Order", json!({"input_type": "texthidden"}));
    let select =
        field(desk, id, "Outcome", json!({"input_type": "select", "options": ["kept", "sent, back"]}));
    (id, [line, text, hidden, select], desk.ticket(json!({"formID": id})))
}

fn undo(key: &Client, of: &Value) -> Value {
    key.post("/ticket/undo", json!({"batchID": of["batchID"]})).json
}

both_engines! {
    fn values_are_saved_with_their_events_and_shown_with_the_form(desk: TestDesk) {
        let (key, (id, [line, text, hidden, select], ticket)) = (desk.admin(), ground(&desk));
        let body = format!("ticketID={ticket}&fields[{line}]=a%0Ab&fields[{text}]=a%0Ab&fields[{hidden}]=77&fields[{select}]=sent, back");
        let seen = key.form(Method::PUT, "/form/saveFormFields", &body);
        assert_eq!(seen.header("etag"), "\"2\"");
        let saved = seen.expect(200);
        assert_eq!(json!([saved["message"], saved["ticketID"], saved["version"]]), json!(["Form fields saved.", ticket, 2]));
        let all = pairs(&[("Cause", "a b"), ("Story", "a\nb"), ("Order", "77"), ("Outcome", "sent, back")]);
        assert_eq!(values(&key, ticket), all);
        let item = key.get(&format!("/form/{id}?ticketID={ticket}")).expect(200)["item"].clone();
        assert_eq!(json!([item["fields"][0]["value"], item["fields"][3]["value"]]), json!(["a b", "sent, back"]));
        assert!(key.get(&format!("/form/{id}")).expect(200)["item"]["fields"][0].get("value").is_none());
        let item = desk.item(ticket);
        assert_eq!(json!([item["timeline_total"], item["last_update"]]), json!([5, "2026-11-25 12:00:00"]));
        let event = item["timeline"][1].clone();
        assert_eq!(json!([event["item_type"], event["description"]]), json!(["form_field", "Cause set to a b."]));
        let told = |event: &Value, key: &str| serde_json::from_str::<Value>(event[key].as_str().expect("text")).expect("JSON");
        assert_eq!(told(&event, "item_type_id"), json!({"formfieldID": line, "title": "Cause", "value": "a b"}));
        assert_eq!(told(&event, "item_type_old"), json!({"formfieldID": line, "title": "Cause", "value": ""}));
        let changes = key.get(&format!("/ticket/{ticket}/changes?types=form_field")).expect(200);
        assert_eq!(changes["items"].as_array().map(Vec::len), Some(4));
        assert_eq!(save(&key, ticket, &[(line, "a b"), (text, "a\nb")]).expect(200)["version"], 2, "nothing changes");
        key.multipart(Method::PUT, "/form/saveFormFields", &[("ticketID", &ticket.to_string()), (&format!("fields[{line}]"), "\u{a0} ")]).expect(200);
        assert_eq!(values(&key, ticket)[..2], pairs(&[("Cause", ""), ("Story", "a\nb")]), "blanks are nothing, what is not sent stays");
        let last = desk.item(ticket)["timeline"][5].clone();
        assert_eq!(last["description"], "Cause emptied; it was a b.");
        assert_eq!(save(&key, ticket, &[(text, "c")]).expect(200)["version"], 4);
        assert_eq!(desk.item(ticket)["timeline"][6]["description"], "Story changed from a\nb to c.");
    }

    fn what_a_field_does_not_take_is_refused_and_nothing_is_saved(desk: TestDesk) {
        let (key, (id, [line, text, _, select], ticket)) = (desk.admin(), ground(&desk));
        let other = field(&desk, form(&desk, "Repairs", &[]), "Part", json!({}));
        let name = |id: i64| format!("fields[{id}]");
        save(&key, ticket, &[(line, "x"), (select, "lost")]).refused(400, "invalid_parameter", &[&name(select)]);
        save(&key, ticket, &[(line, &"ä".repeat(1_001))]).refused(400, "invalid_parameter", &[&name(line)]);
        save(&key, ticket, &[(text, &"ä".repeat(10_001))]).refused(400, "invalid_parameter", &[&name(text)]);
        save(&key, ticket, &[(line, "x"), (other, "x"), (999, "x")]).refused(400, "unknown_reference", &[&name(other), &name(999)]);
        let send = |fields: Value| key.put("/form/saveFormFields", json!({"ticketID": ticket, "fields": fields}));
        send(json!({})).refused(400, "missing_parameter", &["fields"]);
        let many: serde_json::Map<String, Value> = (1..=101).map(|id| (id.to_string(), json!("x"))).collect();
        send(Value::Object(many)).refused(400, "invalid_parameter", &["fields"]);
        send(json!({"07": "x"})).refused(400, "invalid_parameter", &["fields[07]"]);
        send(json!({"x": "x"})).refused(400, "invalid_parameter", &["fields[x]"]);
        send(json!({line.to_string(): ["x"]})).refused(400, "invalid_parameter", &[&name(line)]);
        send(json!({line.to_string(): "a\u{0}b"})).expect(400);
        key.put("/form/saveFormFields", json!({"fields": {"1": "x"}})).refused(400, "missing_parameter", &["ticketID"]);
        let bare = desk.ticket(json!({}));
        save(&key, bare, &[(line, "x")]).refused(409, "conflict", &["fields"]);
        save(&key, 99, &[(line, "x")]).refused(404, "not_found", &[""]);
        key.get(&format!("/form/getFormForTicket?ticketID={bare}")).refused(404, "not_found", &[""]);
        assert_eq!((desk.item(ticket)["version"].clone(), values(&key, ticket)[0].1.as_str()), (json!(1), ""));
        save(&key, ticket, &[(line, &"ä".repeat(1_000)), (text, &"ä".repeat(10_000)), (select, "kept")]).expect(200);
        // An option that goes stays where it is, and may be sent again as it is.
        key.put(&format!("/formfield/{select}"), json!({"options": ["sent"]})).expect(200);
        assert_eq!(save(&key, ticket, &[(select, "kept")]).expect(200)["version"], 2);
        save(&key, ticket, &[(select, "sent")]).expect(200);
        save(&key, ticket, &[(select, "kept")]).refused(400, "invalid_parameter", &[&name(select)]);
        assert_eq!(key.get(&format!("/form/{id}")).expect(200)["item"]["version"], 1);
    }

    fn if_match_and_an_idempotency_key_hold(desk: TestDesk) {
        let (key, (_, [line, ..], ticket)) = (desk.admin(), ground(&desk));
        let send = |value: &str, header: (&str, &str)| {
            let request = key.request(Method::PUT, "/form/saveFormFields").header("content-type", "application/json");
            let body = json!({"ticketID": ticket, "fields": {line.to_string(): value}});
            key.send(request.header(header.0, header.1), body.to_string())
        };
        send("x", ("if-match", "\"2\"")).refused(412, "precondition_failed", &[""]);
        send("x", ("if-match", "\"1\"")).expect(200);
        let first = send("y", ("idempotency-key", "k"));
        save(&key, ticket, &[(line, "z")]).expect(200);
        let again = send("y", ("idempotency-key", "k"));
        assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
        assert_eq!(values(&key, ticket)[0].1, "z");
    }

    fn who_does_not_see_the_ticket_is_told_that_there_is_none(desk: TestDesk) {
        let (key, (_, [line, ..], ticket)) = (desk.admin(), ground(&desk));
        let group = desk.group("Second");
        let limited = desk.limited_key("FORM_SAVE,FORM_READ", Limit::All, Limit::only([group]));
        let text = |seen: crate::harness::Seen, id: i64| {
            seen.refused(404, "not_found", &[""])["message"].as_str().expect("text").replace(&id.to_string(), "N")
        };
        for ask in [|key: &Client, id: i64, _: i64| key.get(&format!("/form/getFormForTicket?ticketID={id}")), |key: &Client, id: i64, line| save(key, id, &[(line, "x")])] {
            assert_eq!(text(ask(&limited, ticket, line), ticket), text(ask(&limited, 999_999, line), 999_999));
        }
        limited.get(&format!("/form/1?ticketID={ticket}")).refused(404, "not_found", &[""]);
        assert_eq!(values(&key, ticket)[0].1, "");
        // The form of a ticket that one sees is seen, whatever brands it is for; so it can be filled in.
        let brand = desk.brand("Nord");
        key.put("/form/1", json!({"brandIDs": [brand]})).expect(200);
        let limited = desk.limited_key("FORM_SAVE,FORM_READ", Limit::only([1]), Limit::All);
        limited.get("/form/1").refused(404, "not_found", &[""]);
        save(&limited, ticket, &[(line, "x")]).expect(200);
        assert_eq!(values(&limited, ticket)[0].1, "x");
    }

    fn another_form_keeps_what_the_ticket_had_in_the_first(desk: TestDesk) {
        let (key, (id, [line, ..], ticket)) = (desk.admin(), ground(&desk));
        let other = form(&desk, "Repairs", &[]);
        let part = field(&desk, other, "Part", json!({}));
        save(&key, ticket, &[(line, "rust")]).expect(200);
        key.put(&format!("/ticket/{ticket}"), json!({"formID": other})).expect(200);
        save(&key, ticket, &[(part, "lid")]).expect(200);
        assert_eq!(values(&key, ticket), pairs(&[("Part", "lid")]));
        let name = format!("fields[{line}]");
        save(&key, ticket, &[(line, "x")]).refused(400, "unknown_reference", &[&name]);
        let first = key.get(&format!("/form/{id}?ticketID={ticket}")).expect(200);
        assert_eq!(first["item"]["fields"][0]["value"], "rust");
        key.put(&format!("/ticket/{ticket}"), json!({"formID": 0})).expect(200);
        assert_eq!(desk.item(ticket)["form_id"], Value::Null);
        key.put(&format!("/ticket/{ticket}"), json!({"formID": id})).expect(200);
        assert_eq!(values(&key, ticket)[0].1, "rust");
        let events = desk.events(ticket);
        let about_forms: Vec<&String> = events.iter().filter(|event| event.starts_with("form_id")).collect();
        assert_eq!(about_forms, [&format!("form_id: {id} -> {other}"), &format!("form_id: {other} -> "), &format!("form_id:  -> {id}")]);
    }

    fn a_save_is_taken_back_and_done_again(desk: TestDesk) {
        let (key, (_, [line, text, ..], ticket)) = (desk.admin(), ground(&desk));
        save(&key, ticket, &[(line, "old")]).expect(200);
        let saved = save(&key, ticket, &[(line, "new"), (text, "more")]).expect(200);
        desk.key("FORM_READ,TICKET_UPDATE").post("/ticket/undo", json!({"batchID": saved["batchID"]})).refused(403, "forbidden", &[""]);
        let undone = undo(&key, &saved);
        assert_eq!(json!([undone["changed"], undone["failed"]]), json!([1, 0]), "{undone}");
        assert_eq!(values(&key, ticket)[..2], pairs(&[("Cause", "old"), ("Story", "")]));
        let redone = undo(&key, &undone);
        assert_eq!(redone["changed"], 1, "{redone}");
        assert_eq!(values(&key, ticket)[..2], pairs(&[("Cause", "new"), ("Story", "more")]));
        assert_eq!(desk.item(ticket)["version"], 5);
        // What took it back was taken back itself, so it can be taken back again.
        let again = undo(&key, &saved);
        assert_eq!((&again["changed"], &values(&key, ticket)[..2]), (&json!(1), &pairs(&[("Cause", "old"), ("Story", "")])[..]));
        assert_eq!(undo(&key, &again)["changed"], 1);
        assert_eq!(values(&key, ticket)[..2], pairs(&[("Cause", "new"), ("Story", "more")]));
        // A value is given back also if it is no option any more; not to a field that is gone.
        key.put(&format!("/formfield/{line}"), json!({"input_type": "select", "options": ["a", "b"]})).expect(200);
        let chosen = save(&key, ticket, &[(line, "a")]).expect(200);
        let back = undo(&key, &chosen);
        assert_eq!((&back["changed"], values(&key, ticket)[0].1.as_str()), (&json!(1), "new"));
        let chosen = save(&key, ticket, &[(line, "b")]).expect(200);
        key.delete(&format!("/formfield/{line}")).expect(200);
        let failed = undo(&key, &chosen);
        assert_eq!(failed["results"][0]["code"], "conflict", "{failed}");
        assert_eq!(values(&key, ticket)[0], pairs(&[("Story", "more")])[0]);
        assert!(desk.events(ticket).iter().any(|event| event.contains("\"value\":\"b\"")), "the history keeps it");
    }

    fn endpoints_are_told_of_values(desk: TestDesk) {
        let (key, (_, [line, ..], ticket)) = (desk.admin(), ground(&desk));
        key.post("/webhook", json!({"url": "https://hook.example/in", "events": ["ticket.changed"]})).expect(200);
        save(&key, ticket, &[(line, "rust")]).expect(200);
        desk.block_on(desk.desk.tell_all()).expect("told");
        let letters = desk.endpoints.take();
        let body: Value = serde_json::from_str(&letters[0].body).expect("JSON");
        let change = &body["data"]["changes"][0];
        assert_eq!((letters.len(), &change["item_type"]), (1, &json!("form_field")));
        assert!(change["item_type_id"].as_str().is_some_and(|text| text.contains("rust")), "{body}");
    }

    fn values_go_with_their_ticket(desk: TestDesk) {
        let (key, (_, [line, ..], ticket)) = (desk.admin(), ground(&desk));
        let probe = Probe::new(&desk.place);
        let secret = "what nobody may find later";
        save(&key, ticket, &[(line, secret)]).expect(200);
        let everywhere = |probe: &Probe| {
            probe.dump().into_iter().filter(|(_, rows)| rows.iter().any(|row| row.contains(secret))).map(|(table, _)| table).collect::<Vec<_>>()
        };
        assert_eq!(everywhere(&probe), ["form_value", "journal"]);
        key.delete(&format!("/ticket/{ticket}")).expect(200);
        assert_eq!(everywhere(&probe), ["form_value", "journal"], "in the trash it can come back");
        desk.advance(7_200);
        desk.block_on(desk.desk.empty_trash()).expect("emptied");
        assert_eq!(everywhere(&probe), [""; 0]);
    }
}
