//! Tags as a whole: which there are and how often, for whom, and giving one another name.

use deskbell_core::Limit;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;
use crate::races::crowd;

/// The tags that a caller sees, with their numbers.
fn tags(key: &Client, query: &str) -> Vec<(String, i64)> {
    let list = key.get(&format!("/tag?itemLimit=9999&{query}")).expect(200);
    let tag = |item: &Value| {
        (item["tag"].as_str().expect("a tag").to_owned(), item["count"].as_i64().expect("a number"))
    };
    let found: Vec<_> = list["items"].as_array().expect("items").iter().map(tag).collect();
    assert_eq!(list["itemTotal"], found.len());
    found
}

fn tagged(tag: &str, count: i64) -> (String, i64) {
    (tag.to_owned(), count)
}

fn of(desk: &TestDesk, id: i64) -> Value {
    desk.item(id)["tags"].clone()
}

both_engines! {
    fn tags_are_counted_without_case_for_who_sees_the_tickets(desk: TestDesk) {
        let (key, brand, group) = (desk.admin(), desk.brand("Second"), desk.group("Helpers"));
        assert_eq!(tags(&key, ""), []);
        desk.ticket(json!({"tags": ["VIP", "late, again"]}));
        desk.ticket(json!({"tags": ["vip", "Größe"], "brandID": brand}));
        desk.ticket(json!({"tags": ["vip"], "assignedGroupID": group}));
        assert_eq!(tags(&key, ""), [tagged("größe", 1), tagged("late, again", 1), tagged("vip", 3)]);
        assert_eq!(tags(&key, "sort=count"), [tagged("vip", 3), tagged("größe", 1), tagged("late, again", 1)]);
        assert_eq!(tags(&key, "query=RÖ"), [tagged("größe", 1)]);
        assert_eq!(tags(&key, "query=%25"), []);
        let page = key.get("/tag?itemStart=1&itemLimit=1").expect(200);
        assert_eq!((&page["items"], &page["itemTotal"]), (&json!([{"tag": "late, again", "count": 1}]), &json!(3)));
        let limited = desk.limited_key("TICKET_READ", Limit::only([1]), Limit::only([group]));
        assert_eq!(tags(&limited, ""), [tagged("vip", 1)]);
        assert_eq!(tags(&desk.limited_key("TICKET_READ", Limit::only([]), Limit::All), ""), []);
        assert_eq!(key.get("/ticket?tag=ViP&itemLimit=0").expect(200)["itemTotal"], 3);
    }

    fn a_count_follows_every_change(desk: TestDesk) {
        let (key, brand) = (desk.admin(), desk.brand("Second"));
        let group = desk.group("Helpers");
        let id = desk.ticket(json!({"tags": ["a", "b"], "assignedGroupID": group}));
        let first = desk.limited_key("TICKET_READ", Limit::only([1]), Limit::All);
        let put = |body: Value| key.put(&format!("/ticket/{id}"), body).expect(200);
        put(json!({"tags": ["A", "c"]}));
        assert_eq!(tags(&key, ""), [tagged("a", 1), tagged("c", 1)]);
        let moved = put(json!({"brandID": brand}));
        assert_eq!((tags(&key, ""), tags(&first, "")), (vec![tagged("a", 1), tagged("c", 1)], vec![]));
        key.post("/ticket/undo", json!({"batchID": moved["batchID"]})).expect(200);
        assert_eq!(tags(&first, ""), [tagged("a", 1), tagged("c", 1)]);
        key.delete(&format!("/group/{group}?moveTo=1")).expect(200);
        assert_eq!(tags(&first, ""), [tagged("a", 1), tagged("c", 1)]);
        put(json!({"status": "closed"}));
        key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [{"actionType": "archive"}]})).expect(200);
        assert_eq!((tags(&key, ""), tags(&key, "searchArchived=yes").len()), (vec![], 2));
        key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [{"actionType": "unarchive"}]})).expect(200);
        let gone = key.delete(&format!("/ticket/{id}")).expect(200);
        assert_eq!(tags(&key, "searchArchived=yes"), []);
        key.post("/ticket/undo", json!({"batchID": gone["batchID"]})).expect(200);
        assert_eq!(tags(&key, "").len(), 2);
        key.delete(&format!("/ticket/{id}?purge=true")).expect(200);
        assert_eq!(tags(&key, "searchArchived=yes"), []);
        let probe = Probe::new(&desk.place);
        probe.counters_hold();
        assert_eq!(probe.number("SELECT COUNT(*) FROM tag_count WHERE n = 0"), 0, "what nobody has is not kept");
    }

    fn a_tag_gets_another_name_on_every_ticket_in_its_place(desk: TestDesk) {
        let key = desk.admin();
        let all = [json!(["x", "Late", "y"]), json!(["late", "overdue"]), json!(["other"]), json!(["OVERDUE", "late"])];
        for tags in &all {
            desk.ticket(json!({"tags": tags}));
        }
        let dry = key.put("/tag", json!({"tag": "LATE", "to": "Overdue", "dryRun": true})).expect(200);
        assert_eq!((&dry["changed"], of(&desk, 1)), (&json!(3), all[0].clone()));
        let done = key.put("/tag", json!({"tag": "LATE", "to": "Overdue"})).expect(200);
        assert_eq!((&done["message"], &done["changed"]), (&json!("Renamed on 3 of 3 tickets."), &json!(3)));
        let now: Vec<Value> = (1..=4).map(|id| of(&desk, id)).collect();
        assert_eq!(now, [json!(["x", "Overdue", "y"]), json!(["Overdue"]), json!(["other"]), json!(["OVERDUE"])]);
        assert_eq!(tags(&key, "sort=count")[0], tagged("overdue", 3));
        // Taken back, each has what it had.
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        let now: Vec<Value> = (1..=4).map(|id| of(&desk, id)).collect();
        assert_eq!(now, all);
        assert_eq!(key.put("/tag", json!({"tag": "nobody has it", "to": "x"})).expect(200)["changed"], 0);
        // Only the spelling.
        key.put("/tag", json!({"tag": "other", "to": "Other"})).expect(200);
        assert_eq!(of(&desk, 3), json!(["Other"]));
        key.put("/tag", json!({"tag": "x"})).refused(400, "missing_parameter", &["to"]);
        key.put("/tag", json!({"tag": "", "to": "x"})).refused(400, "missing_parameter", &["tag"]);
        key.put("/tag", json!({"tag": "x", "to": "t".repeat(101)})).refused(400, "invalid_parameter", &["to"]);
    }

    fn a_tag_is_renamed_where_the_caller_may(desk: TestDesk) {
        let brand = desk.brand("Second");
        desk.ticket(json!({"tags": ["a"]}));
        desk.ticket(json!({"tags": ["a"], "brandID": brand}));
        let limited = desk.limited_key("TICKET_READ,TICKET_UPDATE", Limit::only([brand]), Limit::All);
        assert_eq!(limited.put("/tag", json!({"tag": "a", "to": "b"})).expect(200)["changed"], 1);
        assert_eq!((of(&desk, 1), of(&desk, 2)), (json!(["a"]), json!(["b"])));
        desk.key("TICKET_UPDATE").put("/tag", json!({"tag": "a", "to": "b"})).refused(403, "forbidden", &[""]);
    }

    fn many_who_tag_at_once_are_all_counted(desk: TestDesk) {
        let key = desk.admin();
        let ids: Vec<i64> = (0..6).map(|_| desk.ticket(json!({"tags": ["start"]}))).collect();
        crowd(6, |n| {
            for round in 0..10 {
                let tags = if round % 2 == 0 { json!(["hot", "start"]) } else { json!([format!("own {n}")]) };
                key.put(&format!("/ticket/{}", ids[n]), json!({"tags": tags})).expect(200);
            }
            desk.ticket(json!({"tags": ["hot"]}));
        });
        let mut expected = vec![tagged("hot", 6)];
        expected.extend((0..6).map(|n| tagged(&format!("own {n}"), 1)));
        assert_eq!(tags(&key, ""), expected);
        Probe::new(&desk.place).counters_hold();
    }
}
