//! Merged tickets as they were, and as those see them who see one of the two alone.

use serde_json::{Value, json};

use super::merge::{merge, note, said, sound, ticket, undo};
use super::setup::{count, exec, of_brand};
use crate::both_engines;
use crate::harness::Client;

both_engines! {
    fn as_of_a_time_before_each_shows_what_it_had(desk: TestDesk) {
        let (key, a, b, c) = (desk.admin(), ticket(&desk, "a", &["a"]), ticket(&desk, "b", &[]), ticket(&desk, "c", &[]));
        let later = key.post("/message", json!({"ticketID": a, "type": 1, "toAddress": "x@x.example", "message": "later", "sendAt": "2026-11-26"})).expect(200)["messageID"].clone();
        let mut times = Vec::new();
        let keep = |times: &mut Vec<(String, Vec<Value>)>| {
            times.push((desk.desk.context().now().to_string(), [a, b, c].map(|id| desk.item(id)).to_vec()));
            desk.advance(60);
        };
        keep(&mut times);
        let first = merge(&key, &[a], b).expect(200);
        keep(&mut times);
        let second = merge(&key, &[b], c).expect(200);
        keep(&mut times);
        undo(&key, &second).expect(200);
        keep(&mut times);
        let undone = undo(&key, &first).expect(200);
        keep(&mut times);
        undo(&key, &undone).expect(200);
        keep(&mut times);
        key.delete(&format!("/message/{later}")).expect(200);
        keep(&mut times);
        note(&desk, b, "more");
        for (time, items) in &times {
            for (id, then) in [a, b, c].iter().zip(items) {
                let path = format!("/ticket/{id}?getTicketHistory=true&timelineLimit=9999&asOf={}", time.replace(' ', "%20"));
                assert_eq!(&key.get(&path).expect(200)["item"], then, "{id} as of {time}");
            }
        }
        let few = key.get(&format!("/ticket/{a}?timelineLimit=1&asOf={}", times[0].0.replace(' ', "%20"))).expect(200)["item"].clone();
        assert_eq!((said(&few), &few["timeline_total"]), (vec!["later".into()], &json!(2)));
        // What went with the other ticket is gone.
        key.delete(&format!("/ticket/{b}?purge=true")).expect(200);
        let path = format!("/ticket/{a}?asOf={}", times[0].0.replace(' ', "%20"));
        key.get(&path).refused(409, "conflict", &[""]);
        assert_eq!(desk.item(a)["merged_into"], 0);
        for table in ["ticket_merge", "message_move"] {
            assert_eq!(count(&desk, table, "1 = 1"), 0, "{table}");
        }
        assert_eq!(count(&desk, "message", &format!("ticket_id IN ({a}, {b})")), 0);
        sound(&desk);
    }

    fn to_whom_the_other_ticket_does_not_exist_its_number_is_not_told(desk: TestDesk) {
        let (key, second) = (desk.admin(), desk.brand("Second"));
        let (a, b, c) = (ticket(&desk, "a", &[]), desk.ticket(json!({"brandID": second})), ticket(&desk, "c", &[]));
        merge(&key, &[a], b).expect(200);
        let hidden = desk.ticket(json!({"brandID": second}));
        merge(&key, &[hidden], c).expect(200);
        let limited = of_brand(&desk, "*", 1);
        let item = |key: &Client, id: i64| key.get(&format!("/ticket/{id}?getTicketHistory=true"));
        let (seen, whole) = (item(&limited, a), item(&key, a));
        assert_ne!(seen.header("etag"), whole.header("etag"));
        let (seen, whole) = (seen.expect(200)["item"].clone(), whole.expect(200)["item"].clone());
        assert_eq!((&seen["merged_into"], &whole["merged_into"]), (&json!(0), &json!(b)));
        let last = |item: &Value| item["timeline"].as_array().unwrap().iter().rfind(|e| e["type"] == "event").unwrap().clone();
        assert_eq!((&last(&seen)["item_type_id"], &last(&seen)["description"]), (&json!(""), &json!("This ticket was merged into another one.")));
        let taken = last(&item(&limited, c).expect(200)["item"]);
        assert_eq!((&taken["item_type_id"], &taken["description"]), (&json!(""), &json!("Another ticket was merged into this one.")));
        let row = |key: &Client| key.get("/ticket?order=asc").expect(200)["items"][0]["merged_into"].clone();
        assert_eq!((row(&limited), row(&key)), (json!(0), json!(b)));
        for path in ["/changes?types=merged_into,merged_from".to_owned(), format!("/ticket/{a}/changes?types=merged_into"), format!("/ticket/{c}/changes?types=merged_from")] {
            let values = |key: &Client| {
                let items = key.get(&path).expect(200)["items"].as_array().unwrap().clone();
                items.iter().map(|i| i["item_type_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            assert!(values(&limited).iter().all(String::is_empty) && !values(&limited).is_empty(), "{path}");
            assert!(values(&key).iter().all(|value| !value.is_empty()), "{path}");
        }
        // Nor do the conditions of a view, or its order, tell.
        for (title, condition, (told, untold)) in [
            ("equals", json!({"fact": "merged_into", "operation": "equals", "value": b}), (vec![a], vec![])),
            ("not", json!({"fact": "merged_into", "operation": "not_equals", "value": b}), (vec![c, b, hidden], vec![a, c])),
            ("filled", json!({"fact": "merged_into", "operation": "is_not_empty"}), (vec![a, hidden], vec![])),
            ("empty", json!({"fact": "merged_into", "operation": "is_empty"}), (vec![b, c], vec![a, c])),
            ("greater", json!({"fact": "merged_into", "operation": "greater", "value": 0}), (vec![a, hidden], vec![])),
        ] {
            key.post("/view", json!({"title": format!("merged-{title}"), "conditions": {"all": [condition]}, "primary_sorting": "merged_into", "primary_sorting_order": "desc"})).expect(200);
            let seen = |key: &Client| {
                let mut ids = key.get(&format!("/ticket?applyView=merged-{title}")).ids();
                ids.sort_unstable();
                ids
            };
            let sorted = |mut ids: Vec<i64>| {
                ids.sort_unstable();
                ids
            };
            assert_eq!((seen(&key), seen(&limited)), (sorted(told), sorted(untold)), "{title}");
        }
        // In the trash it does not exist for anybody.
        key.delete(&format!("/ticket/{b}")).expect(200);
        assert_eq!((&desk.item(a)["merged_into"], row(&key)), (&json!(0), json!(0)));
        exec(&desk, "UPDATE journal SET item_type = 'followed_up_by' WHERE item_type = 'merged_from'");
        assert_eq!(last(&item(&limited, c).expect(200)["item"])["description"], "Another ticket follows up this one.");
    }
}
