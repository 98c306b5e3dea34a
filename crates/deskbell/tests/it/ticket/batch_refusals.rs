//! POST /ticket/batch: permissions of actions, references, and what refuses the whole call before anything is written.

use serde_json::{Value, json};

use super::batch::batch;
use super::setup::{action, customer, fill, group_of, inactive_user, refused_for, rows, titled};
use crate::both_engines;
use crate::harness::{Client, TestDesk};

/// Every action that a build has, with the permission of its single call.
fn every_action(desk: &TestDesk) -> Vec<(Value, &'static str)> {
    let (group, user, brand) = (desk.group("Helpers"), desk.user("nora"), desk.brand("Second"));
    vec![
        (action("setStatus", "open"), "SET_STATUS"),
        (action("setPriority", "high"), "TICKET_UPDATE"),
        (action("assignGroup", group), "TICKET_UPDATE"),
        (action("assignUser", user), "TICKET_UPDATE"),
        (action("addTags", "a"), "TICKET_UPDATE"),
        (action("removeTags", "old"), "TICKET_UPDATE"),
        (action("setTags", "b"), "TICKET_UPDATE"),
        (action("setTitle", "t"), "TICKET_UPDATE"),
        (action("setChannel", 2), "TICKET_UPDATE"),
        (action("linkCustomer", "ann"), "TICKET_UPDATE"),
        (action("unlinkCustomer", Value::Null), "TICKET_UPDATE"),
        (action("setBrand", brand), "TICKET_UPDATE"),
        (action("addNote", "n"), "MESSAGE_CREATE"),
        (action("archive", Value::Null), "TICKET_UPDATE"),
        (action("unarchive", Value::Null), "TICKET_UPDATE"),
        (action("delete", Value::Null), "TICKET_DELETE"),
    ]
}

both_engines! {
    fn each_action_needs_the_permission_of_its_single_call_or_refuses_the_whole(desk: TestDesk) {
        customer(&desk, 1, "ann", "ann@x.example");
        let actions = every_action(&desk);
        let all = ["SET_STATUS", "TICKET_UPDATE", "MESSAGE_CREATE", "TICKET_DELETE"];
        let without = |lacking: &str| {
            let others: Vec<&str> = all.iter().copied().filter(|p| *p != lacking).collect();
            desk.key(&format!("TICKET_BATCH,{}", others.join(",")))
        };
        let lacking: Vec<(&str, Client)> = all.iter().map(|p| (*p, without(p))).collect();
        let only: Vec<(&str, Client)> =
            all.iter().map(|p| (*p, desk.key(&format!("TICKET_BATCH,{p}")))).collect();
        let key_of = |keys: &[(&str, Client)], permission: &str| {
            keys.iter().find(|(p, _)| *p == permission).unwrap().1.clone()
        };
        for (action, permission) in &actions {
            let ids = fill(&desk, 1, |_| titled("old"));
            let path = |n: i64| format!("/ticket/{n}");
            // A harmless action before it is not done either.
            let harmless = if *permission == "SET_STATUS" {
                json!({"actionType": "setTitle", "value": "harmless"})
            } else {
                json!({"actionType": "setStatus", "value": "pending"})
            };
            let seen = batch(&key_of(&lacking, permission), &ids, &[harmless, action.clone()]).expect(403);
            assert!(seen["message"].as_str().unwrap().contains(permission), "{action}: {seen}");
            assert_eq!(seen.get("results"), None);
            assert_eq!(desk.item(ids[0])["version"], 1, "{action}");
            let seen = batch(&key_of(&only, permission), &ids, std::slice::from_ref(action));
            assert!(!matches!(seen.status.as_u16(), 400 | 403), "{action}: {}", seen.text);
            let kind = action["actionType"].as_str().unwrap();
            assert_eq!(seen.status.as_u16(), if kind == "archive" { 409 } else { 200 }, "{action}");
            if kind == "delete" {
                desk.admin().get(&path(ids[0])).expect(404);
            }
        }
        let seen = desk
            .key("TICKET_UPDATE,SET_STATUS,MESSAGE_CREATE,TICKET_DELETE")
            .post("/ticket/batch", json!({"ticketIDs": [1], "actions": [actions[0].0]}))
            .expect(403);
        assert!(seen["message"].as_str().unwrap().contains("TICKET_BATCH"));
    }

    fn references_fail_per_ticket_and_read_like_what_does_not_exist(desk: TestDesk) {
        let (second, gone) = (desk.brand("Second"), inactive_user(&desk, "gone"));
        let (theirs, theirs_only) = (desk.group("Theirs"), group_of(&desk, "Second alone", &[second]));
        let id = desk.ticket(json!({}));
        let admin = desk.admin();
        for (kind, value, status, code) in [
            ("assignGroup", 99, 400, "unknown_reference"),
            ("assignUser", 99, 400, "unknown_reference"),
            ("setBrand", 99, 400, "unknown_reference"),
            ("setChannel", 99, 400, "unknown_reference"),
            ("assignUser", gone, 409, "conflict"),
            ("assignGroup", theirs_only, 409, "conflict"),
        ] {
            let seen = batch(&admin, &[id], &[action("setTitle", "x"), action(kind, value)]).expect(status);
            assert_eq!(rows(&seen), [format!("{id} failed {code}")], "{kind}");
            assert_eq!(
                (&seen["code"], &seen["errors"][0]["field"]),
                (&json!(code), &json!("actions[1][value]")),
                "{kind}"
            );
        }
        let key = desk.limited_key("*", deskbell_core::Limit::only([1]), deskbell_core::Limit::only([0]));
        for (kind, hidden) in [("setBrand", second), ("assignGroup", theirs)] {
            let texts = [hidden, 98].map(|value| {
                batch(&key, &[id], &[action(kind, value)]).expect(400)["message"]
                    .as_str()
                    .unwrap()
                    .replace(&value.to_string(), "…")
            });
            assert_eq!(texts[0], texts[1], "{kind}");
        }
        assert_eq!(desk.item(id)["version"], 1);
    }

    fn an_unknown_type_or_an_impossible_value_refuses_the_whole_call(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        let fine = action("setTitle", "x");
        for wrong in [
            action("explode", Value::Null),
            action("SetStatus", "open"),
            action("setStatus", "done"),
            action("setPriority", 3),
            action("assignGroup", "x"),
            action("assignUser", -1),
            action("addTags", "t".repeat(101)),
            action("addTags", "\"open"),
            action("setTitle", "t".repeat(1_001)),
            action("setTitle", true),
            action("setBrand", 0),
            action("setChannel", 0),
            action("unlinkCustomer", "ann"),
            action("archive", "yes"),
            action("delete", 1),
            action("addNote", json!(["a"])),
        ] {
            let seen = batch(&key, &[id], &[fine.clone(), wrong.clone()]).expect(400);
            let field = if wrong["actionType"] == "explode" || wrong["actionType"] == "SetStatus" {
                "actions[1][actionType]"
            } else {
                "actions[1][value]"
            };
            assert_eq!(
                (&seen["code"], &seen["errors"][0]["field"]),
                (&json!("invalid_parameter"), &json!(field)),
                "{wrong}"
            );
        }
        for missing in [
            "setStatus",
            "setPriority",
            "assignGroup",
            "assignUser",
            "addTags",
            "removeTags",
            "setTags",
            "setTitle",
            "setBrand",
            "setChannel",
            "linkCustomer",
            "addNote",
        ] {
            let seen = batch(&key, &[id], &[fine.clone(), json!({"actionType": missing})]).expect(400);
            assert_eq!(
                (&seen["code"], &seen["errors"][0]["field"]),
                (&json!("missing_parameter"), &json!("actions[1][value]")),
                "{missing}"
            );
        }
        for (kind, value) in [
            ("setStatus", ""),
            ("setPriority", ""),
            ("assignGroup", ""),
            ("assignUser", ""),
            ("linkCustomer", ""),
        ] {
            batch(&key, &[id], &[fine.clone(), action(kind, value)]).expect(400);
        }
        batch(&key, &[id], &[fine.clone(), json!({"value": "open"})]).expect(400);
        batch(&key, &[id], &[fine.clone(), json!({"actionType": "setTitle", "value": "x", "more": 1})])
            .expect(400);
        assert_eq!(desk.item(id)["version"], 1);
    }

    fn ids_come_as_one_text_or_as_an_array_and_not_as_both(desk: TestDesk) {
        fill(&desk, 3, |_| titled(""));
        let key = desk.admin();
        let send = |ids: Value, n: i64| {
            let mut body = json!({"actions": [{"actionType": "setTitle", "value": n.to_string()}]});
            body.as_object_mut().unwrap().extend(ids.as_object().unwrap().clone());
            key.post("/ticket/batch", body)
        };
        assert_eq!(
            rows(&send(json!({"TicketIDs": "3, 1,2 3,,1"}), 1).expect(200)),
            ["3 changed 2", "1 changed 2", "2 changed 2"]
        );
        assert_eq!(
            rows(&send(json!({"ticketIDs": [2, "1"]}), 2).expect(200)),
            ["2 changed 3", "1 changed 3"]
        );
        assert_eq!(rows(&send(json!({"TicketIDs": 2}), 3).expect(200)), ["2 changed 4"]);
        for wrong in ["1;2", "1,x", "a", "-1", "1.5", ",", " ", "0"] {
            send(json!({"TicketIDs": wrong}), 4).expect(400);
        }
        send(json!({"TicketIDs": "1", "ticketIDs": [1]}), 5).expect(400);
        assert_eq!(send(json!({}), 6).expect(400)["code"], "missing_parameter");
        assert_eq!(send(json!({"TicketIDs": ""}), 6).expect(400)["code"], "missing_parameter");
        assert_eq!(send(json!({"ticketIDs": []}), 6).expect(400)["code"], "missing_parameter");
        assert_eq!(
            refused_for(key.post("/ticket/batch", json!({"ticketIDs": [1]})), 400, "missing_parameter"),
            ["actions"]
        );
        key.post("/ticket/batch", json!({"ticketIDs": [1], "actions": []})).expect(400);
        assert_eq!(desk.item(3)["version"], 2);
    }

    fn ten_actions_are_taken_and_eleven_are_not(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let actions =
            |n: usize| -> Vec<Value> { (0..n).map(|n| action("addTags", format!("t{n}"))).collect() };
        batch(&desk.admin(), &[id], &actions(11)).refused(400, "invalid_parameter", &["actions"]);
        assert_eq!(desk.item(id)["tags"], json!([]));
        batch(&desk.admin(), &[id], &actions(10)).expect(200);
        assert_eq!(desk.item(id)["tags"].as_array().unwrap().len(), 10);
    }
}
