//! What endpoints are told: each event once, in the order of its ticket, with all that a call did to it.

use serde_json::{Value, json};

use super::{hook, item, keys, log, made, tell};
use crate::both_engines;
use crate::import::Importer;

both_engines! {
    fn each_write_is_told_as_one_event_of_each_ticket(desk: TestDesk) {
        desk.ticket(json!({"title": "before"}));
        let (id, key) = (hook(&desk), desk.admin());
        let ticket = desk.ticket(json!({"title": "one", "tags": ["a", "b"], "priority": "high"}));
        key.put(&format!("/ticket/{ticket}"), json!({"title": "two", "priority": "low", "status": "closed"})).expect(200);
        let done = key.post("/ticket/batch", json!({"ticketIDs": [1, ticket], "actions": [
            {"actionType": "setStatus", "value": "open"}, {"actionType": "addNote", "value": "look"}]})).expect(200);
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        key.delete("/ticket/1").expect(200);
        tell(&desk);
        let seen = desk.endpoints.take_events();
        let of = |ticket: i64, seen: &[String]| seen.iter().filter(|e| e.starts_with(&format!("{ticket} "))).cloned().collect::<Vec<_>>();
        assert_eq!(of(1, &seen), ["1 note.created", "1 ticket.changed", "1 note.deleted", "1 ticket.changed", "1 ticket.deleted"]);
        assert_eq!(of(2, &seen), ["2 ticket.created", "2 ticket.changed", "2 note.created", "2 ticket.changed", "2 note.deleted", "2 ticket.changed"]);
        assert_eq!(seen.len(), 11);
        tell(&desk);
        assert_eq!(desk.endpoints.take(), [], "each is told once");
        let now = item(&desk, id);
        assert_eq!((&now["waiting"], &now["state"]), (&json!(0), &json!("good")));
        assert_eq!(log(&desk, id, "state=delivered").len(), 11);
    }

    fn a_call_in_steps_that_does_the_same_twice_is_told_twice(desk: TestDesk) {
        // As the end of a group whose tickets move in steps, where somebody gives a ticket back between two of them: one write, and
        // another one between its parts.
        let (from, to) = (desk.group("From"), desk.group("To"));
        let ticket = desk.ticket(json!({"assignedGroupID": from}));
        let id = hook(&desk);
        desk.endpoints.answer(|_| None);
        let key = desk.admin();
        for group in [to, from, to] {
            key.put(&format!("/ticket/{ticket}"), json!({"assignedGroupID": group})).expect(200);
        }
        let probe = crate::laws::Probe::new(&desk.place);
        let rows = probe.numbers::<1>("SELECT id FROM journal WHERE item_type = 'assigned_group_id' ORDER BY id");
        for row in [rows[0][0], rows[2][0]] {
            probe.exec(&format!("UPDATE journal SET batch_id = 'one', call = 'groupDelete' WHERE id = {row}"));
        }
        tell(&desk);
        let first = desk.endpoints.take();
        desk.endpoints.answer(|_| Some(200));
        desk.advance(2);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert_eq!(first[0].body, letters[0].body, "the same at each try");
        let told: Vec<Value> = letters
            .iter()
            .flat_map(|letter| {
                let body: Value = serde_json::from_str(&letter.body).expect("JSON");
                body["data"]["changes"].as_array().expect("changes").clone()
            })
            .map(|change| json!([change["item_type_old"], change["item_type_id"]]))
            .collect();
        let move_of = |a: i64, b: i64| json!([a.to_string(), b.to_string()]);
        assert_eq!(told, [move_of(from, to), move_of(to, from), move_of(from, to)]);
        assert_eq!(item(&desk, id)["waiting"], 0);
    }

    fn a_note_that_left_is_told_as_such_also_after_a_purge(desk: TestDesk) {
        let (ticket, id) = (desk.ticket(json!({})), hook(&desk));
        let key = desk.admin();
        let done = key.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": [{"actionType": "addNote", "value": "secret words"}]})).expect(200);
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        key.delete(&format!("/ticket/{ticket}?purge=true")).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert!(letters.iter().all(|letter| !letter.body.contains("secret")), "{letters:?}");
        let kinds: Vec<String> = letters
            .iter()
            .map(|letter| serde_json::from_str::<Value>(&letter.body).expect("JSON")["type"].as_str().expect("a type").to_owned())
            .collect();
        assert_eq!(kinds, ["note.created", "note.deleted", "ticket.deleted"]);
        // The same ids have the same kinds when all is told again.
        key.post(&format!("/webhook/{id}/replay"), json!({"after": 0})).expect(200);
        tell(&desk);
        let again = desk.endpoints.take();
        for letter in &letters {
            let same = again.iter().find(|other| other.id == letter.id).expect("told again");
            assert_eq!(same.body, letter.body);
        }
    }

    fn a_merge_is_told_of_each_ticket_and_names_only_what_the_webhook_sees(desk: TestDesk) {
        let (key, second) = (desk.admin(), desk.brand("Second"));
        let (a, b, c) = (desk.ticket(json!({"tags": "x"})), desk.ticket(json!({"brandID": second})), desk.ticket(json!({})));
        hook(&desk);
        made(&key, json!({"url": "https://first.example", "events": "ticket.changed", "brandIDs": [1]}));
        let merge = json!({"ticketIDs": [a, b], "actions": [{"actionType": "merge", "value": c}]});
        key.post("/ticket/batch", merge).expect(200);
        tell(&desk);
        let mut told: Vec<String> = desk.endpoints.take().iter().map(|letter| {
            let body: Value = serde_json::from_str(&letter.body).expect("JSON");
            let changes = body["data"]["changes"].as_array().expect("changes").iter();
            let changes: Vec<String> = changes.map(|c| format!(" {}={}", c["item_type"], c["item_type_id"]).replace('"', "")).collect();
            let host = if letter.url.contains("first") { "first" } else { "all" };
            format!("{host} {}{}", body["data"]["ticket_id"], changes.concat())
        }).collect();
        told.sort();
        let mut expected = Vec::new();
        for host in ["all", "first"] {
            expected.push(format!("{host} {a} status=closed tags= merged_into={c}"));
            expected.push(format!("{host} {c} tags=x"));
            expected.push(format!("{host} {c} merged_from={a}"));
        }
        expected.extend([format!("all {b} status=closed merged_into={c}"), format!("all {c} merged_from={b}"), format!("first {c} merged_from=")]);
        expected.sort();
        assert_eq!(told, expected);
    }

    fn a_letter_tells_what_changed_and_who_did_it(desk: TestDesk) {
        let key = desk.key("TICKET_UPDATE,SET_STATUS,MESSAGE_CREATE,TICKET_BATCH");
        let (ticket, id) = (desk.ticket(json!({"title": "one"})), hook(&desk));
        let done = key.put(&format!("/ticket/{ticket}"), json!({"title": "two", "status": "closed"})).expect(200);
        tell(&desk);
        let letter = desk.endpoints.take().pop().expect("a letter");
        let body: Value = serde_json::from_str(&letter.body).expect("JSON");
        let batch = done["batchID"].as_str().expect("a batch");
        let cursor = body["data"]["cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(letter.id, format!("evt_{batch}_{cursor}"));
        let initiated_by = body["data"]["initiated_by"].as_str().expect("text");
        assert!(initiated_by.starts_with("api: "), "{initiated_by}");
        let expected = json!({"type": "ticket.changed", "timestamp": "2026-11-25T12:00:00Z", "data": {
            "ticket_id": ticket, "brand_id": 1, "assigned_group_id": 0, "initiated_by": initiated_by, "batchID": batch,
            "cursor": cursor, "changes": [
                {"item_type": "title", "item_type_old": "one", "item_type_id": "two"},
                {"item_type": "status", "item_type_old": "new", "item_type_id": "closed"}]}});
        let mut seen = body.clone();
        let sorted = |changes: &mut Value| changes.as_array_mut().expect("changes").sort_by_key(|c| c["item_type"].to_string());
        sorted(&mut seen["data"]["changes"]);
        let mut wanted = expected;
        sorted(&mut wanted["data"]["changes"]);
        assert_eq!(seen, wanted);
        assert_eq!((letter.url.as_str(), letter.again), ("https://hook.example/in", false));
        // The cursor is that of the feed.
        let feed = desk.admin().get("/changes").expect(200);
        let cursors: Vec<&Value> = feed["items"].as_array().expect("items").iter().map(|c| &c["cursor"]).collect();
        assert!(cursors.contains(&&json!(cursor)), "{feed}");
        let row = log(&desk, id, "")[0].clone();
        assert_eq!(row["request"]["body"], json!(letter.body));
        assert_eq!(keys(std::slice::from_ref(&row), &["event", "ticket_id", "state", "attempts", "cursor", "event_id"]), [json!(["ticket.changed", ticket, "delivered", 1, cursor, letter.id])]);
        assert_eq!(row["tries"], json!([{"tried_at": "2026-11-25 12:00:00", "took_ms": 3, "status": 204, "answer": "thanks", "problem": ""}]));
    }

    fn a_note_that_came_and_went_has_one_id(desk: TestDesk) {
        let (ticket, _) = (desk.ticket(json!({})), hook(&desk));
        let key = desk.admin();
        let done = key.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": [{"actionType": "addNote", "value": "secret words"}]})).expect(200);
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        let ids: Vec<Value> = letters.iter().map(|l| serde_json::from_str::<Value>(&l.body).expect("JSON")["data"]["message_id"].clone()).collect();
        assert_eq!((letters.len(), &ids[0]), (2, &ids[1]));
        assert!(ids[0].as_str().is_some_and(|id| id.parse::<i64>().is_ok()), "{ids:?}");
        assert!(letters.iter().all(|l| !l.body.contains("secret words")));
    }

    fn customers_are_told_of_by_their_id_alone(desk: TestDesk) {
        let key = desk.admin();
        made(&key, json!({"url": "https://hook.example", "events": ["customer.created", "customer.changed", "customer.deleted"]}));
        let customer = key.post("/customer", json!({"firstname": "Ann", "channel_id": "email", "customer_link_channel": "ann@example.org"})).expect(200)["customerID"].clone();
        key.put(&format!("/customer/{customer}"), json!({"lastname": "Lee"})).expect(200);
        key.put(&format!("/customer/{customer}"), json!({"lastname": "Lee"})).expect(200);
        key.delete(&format!("/customer/{customer}")).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert!(letters.iter().all(|l| !l.body.contains("Ann") && !l.body.contains("ann@") && !l.body.contains("Lee")));
        let told: Vec<Value> = letters.iter().map(|l| serde_json::from_str(&l.body).expect("JSON")).collect();
        let seen: Vec<(Value, Value)> = told.iter().map(|t| (t["type"].clone(), t["data"]["customer_id"].clone())).collect();
        let expected = ["customer.created", "customer.changed", "customer.deleted"].map(|kind| (json!(kind), customer.clone()));
        assert_eq!(seen, expected);
        assert_eq!(told[0]["data"].get("ticket_id"), None);
    }

    fn only_what_was_asked_for_is_told_and_nothing_that_an_import_brought(desk: TestDesk) {
        let key = desk.admin();
        let id = made(&key, json!({"url": "https://hook.example", "events": "ticket.created"}));
        let ticket = desk.ticket(json!({}));
        key.put(&format!("/ticket/{ticket}"), json!({"title": "x"})).expect(200);
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["1 ticket.created"]);
        // What happens while it is not active is left out.
        key.put(&format!("/webhook/{id}"), json!({"active": false})).expect(200);
        desk.ticket(json!({}));
        tell(&desk);
        key.put(&format!("/webhook/{id}"), json!({"active": true})).expect(200);
        desk.ticket(json!({}));
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["3 ticket.created"]);
        let importer = Importer::new(desk, "source = \"s\"\nid = \"{id}\"\n[ticket]\ntitle = \"{id}\"\n");
        assert_eq!(importer.good("a.csv", "id\n7\n8\n").counts(), [2, 0, 0, 0]);
        tell(&importer.desk);
        assert_eq!(importer.desk.endpoints.take(), []);
    }

    fn what_was_purged_is_told_and_logged_without_its_words(desk: TestDesk) {
        let id = hook(&desk);
        let ticket = desk.ticket(json!({"title": "confidential"}));
        let key = desk.admin();
        key.put(&format!("/ticket/{ticket}"), json!({"title": "hush"})).expect(200);
        key.delete(&format!("/ticket/{ticket}?purge=true")).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert_eq!(letters.len(), 3);
        let log = serde_json::to_string(&log(&desk, id, "")).expect("JSON");
        assert!(letters.iter().all(|l| !l.body.contains("confidential") && !l.body.contains("hush")), "{letters:?}");
        assert!(!log.contains("confidential") && !log.contains("hush"), "{log}");
    }
}
