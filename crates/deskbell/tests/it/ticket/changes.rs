//! GET /ticket/{ticketID}/changes: what changed in a ticket, with before and after and who.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::setup::action;
use crate::both_engines;
use crate::harness::Client;

fn changes(key: &Client, query: &str) -> (Vec<Value>, String) {
    let json = key.get(&format!("/ticket/1/changes{query}")).expect(200);
    let items = json["items"].as_array().expect("items").clone();
    (items, json["nextCursor"].as_str().expect("a cursor").to_owned())
}

fn kinds(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["item_type"].as_str().expect("a type")).collect()
}

both_engines! {
    fn changes_are_told_oldest_first_with_before_and_after_and_who_and_how(desk: TestDesk) {
        let key = desk.admin();
        key.post("/ticket", json!({"title": "one"})).expect(200);
        key.post("/ticket", json!({"title": "other"})).expect(200);
        let put = key.put("/ticket/1", json!({"title": "two", "tags": "a"})).expect(200);
        let note = json!({"ticketIDs": [1], "actions": [action("addNote", "hello")]});
        let noted = key.post("/ticket/batch", note).expect(200);
        key.post("/ticket/undo", json!({"batchID": noted["batchID"]})).expect(200);
        let (items, end) = changes(&key, "");
        let said: Vec<Value> = items.iter().map(|i| json!([i["item_type"], i["item_type_old"], i["item_type_id"], i["call"]])).collect();
        assert_eq!(json!(said), json!([
            ["created", "", "", "ticketCreate"], ["title", "one", "two", "ticketUpdate"], ["tags", "", "a", "ticketUpdate"],
            ["note", "", "1", "ticketBatch"], ["note", "1", "", "ticketUndo"],
        ]));
        assert_eq!(json!([items[1]["batchID"], items[1]["initiated_by"], items[1]["created_at"], items[1]["ticket_id"]]),
            json!([put["batchID"], "api: Tests", "2026-11-25 12:00:00", 1]));
        // The cursors are those of the feed.
        let feed = key.get("/changes").expect(200)["items"].as_array().expect("items").clone();
        let mut of_one: Vec<Value> = items.clone();
        of_one.iter_mut().for_each(|item| { item.as_object_mut().expect("an object").remove("call"); });
        assert_eq!(of_one, feed.iter().filter(|c| c["ticket_id"] == 1).cloned().collect::<Vec<_>>());
        assert_eq!(changes(&key, &format!("?after={end}")), (vec![], end.clone()));
        // In pages, and by type.
        let (mut paged, mut after) = (Vec::new(), String::new());
        loop {
            let (some, next) = changes(&key, &format!("?limit=2&after={after}"));
            after = next;
            if some.is_empty() {
                break;
            }
            paged.extend(some);
        }
        assert_eq!((paged, after), (items.clone(), end));
        assert_eq!(kinds(&changes(&key, "?types=note,tags").0), ["tags", "note", "note"]);
        assert_eq!(kinds(&changes(&key, "?types=note&limit=1").0), ["note"]);
    }

    fn changes_outside_of_the_limits_are_left_out(desk: TestDesk) {
        let (key, brand) = (desk.admin(), desk.brand("Other"));
        key.post("/ticket", json!({"brandID": brand})).expect(200);
        key.put("/ticket/1", json!({"title": "x"})).expect(200);
        let limited = desk.limited_key("TICKET_READ", Limit::only([1]), Limit::All);
        limited.get("/ticket/1/changes").refused(404, "not_found", &[""]);
        key.put("/ticket/1", json!({"brandID": 1})).expect(200);
        key.put("/ticket/1", json!({"priority": "low"})).expect(200);
        assert_eq!(kinds(&changes(&limited, "").0), ["brand_id", "priority"]);
        assert_eq!(kinds(&changes(&key, "").0), ["created", "title", "brand_id", "priority"]);
    }

    fn what_cannot_be_read_has_no_changes(desk: TestDesk) {
        let key = desk.admin();
        key.post("/ticket", json!({})).expect(200);
        desk.key("RAW_READ,TICKET_UPDATE").get("/ticket/1/changes").refused(403, "forbidden", &[""]);
        let text = |id: i64| {
            let seen = key.get(&format!("/ticket/{id}/changes")).refused(404, "not_found", &[""]);
            seen["message"].as_str().expect("a message").to_owned()
        };
        assert_eq!(text(7), "Ticket 7 does not exist.");
        for wrong in ["after=x", "after=99", "limit=0", "limit=1001"] {
            let field = wrong.split('=').next().expect("a name");
            key.get(&format!("/ticket/1/changes?{wrong}")).refused(400, "invalid_parameter", &[field]);
        }
        key.delete("/ticket/1").expect(200);
        assert_eq!(text(1), "Ticket 1 does not exist.", "in the trash");
    }
}
