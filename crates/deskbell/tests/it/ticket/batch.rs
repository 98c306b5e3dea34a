//! POST /ticket/batch: what each action does, in order, ticket by ticket. What refuses a call: batch_refusals.rs.

use http::Method;
use serde_json::{Value, json};

use super::setup::{action, count, counts, customer, exec, fill, of_brand, rows, titled};
use crate::both_engines;
use crate::harness::{Client, Seen};

pub(super) fn batch(key: &Client, ids: &[i64], actions: &[Value]) -> Seen {
    key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions}))
}

both_engines! {
    fn each_action_does_what_it_says_in_one_version_step(desk: TestDesk) {
        let (group, user, second) = (desk.group("Helpers"), desk.user("nora"), desk.brand("Second"));
        let ann = customer(&desk, 1, "ann", "ann@x.example");
        let id = desk.ticket(json!({"title": "Lamp", "tags": ["old", "Both"]}));
        let key = desk.admin();
        let cases: Vec<(Value, &str, Value, String)> = vec![
            (action("setStatus", "holding"), "status", json!("holding"), "status: new -> holding".into()),
            (
                action("setPriority", "urgent"),
                "priority",
                json!("urgent"),
                "priority: medium -> urgent".into(),
            ),
            (
                action("assignGroup", group),
                "assigned_group_id",
                json!(group),
                format!("assigned_group_id: 0 -> {group}"),
            ),
            (
                action("assignGroup", "0"),
                "assigned_group_id",
                json!(0),
                format!("assigned_group_id: {group} -> 0"),
            ),
            (
                action("assignUser", user.to_string()),
                "assigned_user_id",
                json!(user),
                format!("assigned_user_id: 0 -> {user}"),
            ),
            (action("assignUser", 0), "assigned_user_id", json!(0), format!("assigned_user_id: {user} -> 0")),
            (
                action("addTags", "\"late, again\", both, new"),
                "tags",
                json!(["old", "Both", "late, again", "new"]),
                "tags: old,Both -> old,Both,\"late, again\",new".into(),
            ),
            (
                action("addTags", json!(["x,y"])),
                "tags",
                json!(["old", "Both", "late, again", "new", "x,y"]),
                "tags: old,Both,\"late, again\",new -> old,Both,\"late, again\",new,\"x,y\"".into(),
            ),
            (
                action("removeTags", json!(["OLD", "both", "none"])),
                "tags",
                json!(["late, again", "new", "x,y"]),
                "tags: old,Both,\"late, again\",new,\"x,y\" -> \"late, again\",new,\"x,y\"".into(),
            ),
            (
                action("setTags", "p,q"),
                "tags",
                json!(["p", "q"]),
                "tags: \"late, again\",new,\"x,y\" -> p,q".into(),
            ),
            (action("setTags", ""), "tags", json!([]), "tags: p,q -> ".into()),
            (action("setTitle", "Bulb 🥝"), "title", json!("Bulb 🥝"), "title: Lamp -> Bulb 🥝".into()),
            (action("setTitle", ""), "title", json!(""), "title: Bulb 🥝 -> ".into()),
            (action("setChannel", 2), "channel_id", json!(2), "channel_id: 4 -> 2".into()),
            (action("linkCustomer", "ann"), "customer_id", json!(ann), format!("customer_id: 0 -> {ann}")),
            (
                action("unlinkCustomer", Value::Null),
                "customer_id",
                json!(0),
                format!("customer_id: {ann} -> 0"),
            ),
            (action("unlinkCustomer", Value::Null), "customer_id", json!(0), String::new()),
            (action("setBrand", second), "brand_id", json!(second), format!("brand_id: 1 -> {second}")),
            (action("setStatus", "closed"), "status", json!("closed"), "status: holding -> closed".into()),
            (action("archive", Value::Null), "status", json!("closed"), "archived: 0 -> 1".into()),
            (action("archive", ""), "status", json!("closed"), String::new()),
            (action("unarchive", Value::Null), "status", json!("closed"), "archived: 1 -> 0".into()),
            (action("unarchive", Value::Null), "status", json!("closed"), String::new()),
        ];
        let mut version = 1;
        for (action, shown, expected, event) in cases {
            let changes = !event.is_empty();
            version += i64::from(changes);
            let seen = batch(&key, &[id], std::slice::from_ref(&action)).expect(200);
            assert_eq!(
                rows(&seen),
                [format!("{id} {} {version}", if changes { "changed" } else { "unchanged" })],
                "{action}"
            );
            let item = desk.item(id);
            assert_eq!((&item[shown], &item["version"]), (&expected, &json!(version)), "{action}");
            if changes {
                assert_eq!(desk.events(id).last().unwrap(), &event, "{action}");
            }
            assert_eq!(item["timeline_total"], version, "{action}");
        }
    }

    fn a_note_stands_in_the_timeline_and_counts_as_an_agents_word(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        desk.advance(60);
        let note = "first line\nsecond \"line\" 🧾";
        let seen =
            batch(&desk.admin(), &[id], &[action("addNote", note), action("addNote", "another")]).expect(200);
        assert_eq!(rows(&seen), [format!("{id} changed 2")]);
        let item = desk.item(id);
        let notes: Vec<&Value> = item["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|e| e["type"] == "note")
            .map(|e| &e["content"])
            .collect();
        // Content is shown as HTML, and so is plain text.
        assert_eq!(notes, [note.replace('\n', "<br>\n").as_str(), "another"]);
        assert_eq!(
            (&item["last_update_agent"], &item["last_update_customer"]),
            (&json!("2026-11-25 12:01:00"), &Value::Null)
        );
        assert_eq!(desk.admin().get("/ticket?query=another").ids(), [id]);
        batch(&desk.admin(), &[id], &[action("addNote", "")]).expect(400);
        batch(&desk.admin(), &[id], &[action("addNote", "x".repeat(100_001))]).expect(400);
    }

    fn actions_run_in_order_and_are_one_version_step_with_the_net_events(desk: TestDesk) {
        let id = desk.ticket(json!({"title": "Lamp"}));
        let key = desk.admin();
        let actions = [
            action("setTitle", "A"),
            action("addTags", "x"),
            action("setTitle", "B"),
            action("setTags", "y"),
            action("addTags", "z"),
            action("setStatus", "closed"),
            action("archive", Value::Null),
        ];
        assert_eq!(rows(&batch(&key, &[id], &actions).expect(200)), [format!("{id} changed 2")]);
        let mut events = desk.events(id)[1..].to_vec();
        events.sort();
        assert_eq!(
            events,
            ["archived: 0 -> 1", "status: new -> closed", "tags:  -> y,z", "title: Lamp -> B"]
        );
        // There and back is no change.
        let seen = batch(&key, &[id], &[action("setTitle", "C"), action("setTitle", "B")]).expect(200);
        assert_eq!(rows(&seen), [format!("{id} unchanged 2")]);
        // The other order would not do.
        let other = desk.ticket(json!({}));
        let seen = batch(&key, &[other], &[action("archive", Value::Null), action("setStatus", "closed")])
            .expect(409);
        assert_eq!(
            (rows(&seen), &seen["results"][0]["field"]),
            (vec![format!("{other} failed conflict")], &json!("actions[0][value]"))
        );
        assert_eq!(desk.item(other)["status"], "new");
    }

    fn indices_of_a_form_give_the_order_and_gaps_are_allowed(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        let body = format!(
            "TicketIDs={id}&actions[9][actionType]=setTitle&actions[9][value]=last&actions[2][value]=first&actions[2][actionType]=setTitle"
        );
        key.form(Method::POST, "/ticket/batch", &body).expect(200);
        assert_eq!(desk.item(id)["title"], "last");
        let id_text = id.to_string();
        let parts = [
            ("ticketIDs[]", id_text.as_str()),
            ("actions[0][actionType]", "addTags"),
            ("actions[0][value][]", "a, b"),
            ("actions[0][value][]", "c"),
        ];
        key.multipart(Method::POST, "/ticket/batch", &parts).expect(200);
        assert_eq!(desk.item(id)["tags"], json!(["a, b", "c"]));
    }

    fn a_ticket_on_which_an_action_fails_keeps_none_and_the_others_keep_theirs(desk: TestDesk) {
        let second = desk.brand("Second");
        let ids = fill(&desk, 3, |_| titled("t"));
        customer(&desk, 1, "ann", "ann@x.example");
        let key = desk.admin();
        key.put(&format!("/ticket/{}", ids[1]), json!({"brandID": second})).expect(200);
        let actions = [
            action("setTitle", "new"),
            action("addNote", "lost note"),
            action("addTags", "t"),
            action("linkCustomer", "ann"),
        ];
        let seen = batch(&key, &ids, &actions).expect(207);
        assert_eq!(rows(&seen), ["1 changed 2", "2 failed unknown_reference", "3 changed 2"]);
        assert_eq!(seen["results"][1]["field"], "actions[3][value]");
        let item = desk.item(ids[1]);
        assert_eq!(
            (&item["title"], &item["version"], &item["timeline_total"], &item["tags"]),
            (&json!("t"), &json!(2), &json!(2), &json!([]))
        );
        assert_eq!(key.get("/ticket?query=lost&order=asc").ids(), [ids[0], ids[2]]);
        assert_eq!(count(&desk, "message", "1 = 1"), 2);
    }

    fn after_delete_nothing_can_follow(desk: TestDesk) {
        let ids = fill(&desk, 2, |_| titled("t"));
        let key = desk.admin();
        let seen =
            batch(&key, &ids[..1], &[action("delete", Value::Null), action("addTags", "x")]).expect(404);
        assert_eq!(rows(&seen), ["1 failed not_found"]);
        assert_eq!((desk.item(1)["version"].clone(), count(&desk, "ticket_tag", "1 = 1")), (json!(1), 0));
        let seen = batch(
            &key,
            &ids[1..],
            &[action("addTags", "x"), action("addNote", "bye"), action("delete", Value::Null)],
        )
        .expect(200);
        assert_eq!(rows(&seen), ["2 changed 2"]);
        key.get("/ticket/2").expect(404);
        assert_eq!(key.get("/ticket").ids(), [1]);
    }

    fn only_a_closed_ticket_can_be_archived_and_the_archive_is_out_of_lists(desk: TestDesk) {
        let ids = fill(&desk, 6, |_| titled("t"));
        let key = desk.admin();
        for (id, status) in ids.iter().zip(["new", "open", "pending", "holding", "solved", "closed"]) {
            key.post("/ticket/setStatus", json!({"status": status, "ticketIDs": [id]})).expect(200);
        }
        let seen = batch(&key, &ids, &[action("archive", Value::Null)]).expect(207);
        assert_eq!(counts(&seen), [1, 0, 5]);
        assert!(seen["results"].as_array().unwrap()[..5].iter().all(|r| r["code"] == "conflict"));
        assert_eq!(key.get("/ticket?order=asc").ids(), ids[..5]);
        assert_eq!(key.get("/ticket?order=asc&searchArchived=yes").ids(), ids);
        key.get("/ticket/6").expect(200);
        batch(&key, &ids[5..], &[action("unarchive", Value::Null)]).expect(200);
        assert_eq!(key.get("/ticket").ids().len(), 6);
    }

    fn a_merged_ticket_takes_no_changes(desk: TestDesk) {
        fill(&desk, 2, |_| titled("t"));
        exec(&desk, "UPDATE ticket SET merged_into = 2 WHERE id = 1");
        let key = desk.admin();
        let seen = batch(&key, &[1, 2], &[action("setTitle", "x")]).expect(207);
        assert_eq!(rows(&seen), ["1 failed conflict", "2 changed 2"]);
        key.put("/ticket/1", json!({"title": "x"})).expect(409);
        assert_eq!((&desk.item(1)["merged_into"], &desk.item(1)["version"]), (&json!(2), &json!(1)));
    }

    fn a_limited_key_does_nothing_beyond_its_limits(desk: TestDesk) {
        let second = desk.brand("Second");
        let (mine, hidden) = (desk.ticket(json!({})), desk.ticket(json!({"brandID": second})));
        let key = of_brand(&desk, "*", 1);
        let seen =
            batch(&key, &[hidden, mine], &[action("addNote", "n"), action("setStatus", "open")]).expect(207);
        assert_eq!(rows(&seen), [format!("{hidden} failed not_found"), format!("{mine} changed 2")]);
        assert_eq!(desk.item(hidden)["timeline_total"], 1);
    }
}
