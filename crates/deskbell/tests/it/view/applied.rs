//! Views applied: to lists, in their order and narrowed by filters, to bulk work, and as counts.

use deskbell_core::Limit;
use serde_json::json;

use super::{NONE, count, ids, is, made};
use crate::both_engines;

both_engines! {
    fn a_list_under_a_view_has_its_tickets_narrowed_by_filters(desk: TestDesk) {
        let key = desk.admin();
        let brand = desk.brand("Second");
        for (brand, tags, status) in [(1, "billing", "open"), (1, "other", "open"), (brand, "billing", "open"), (1, "billing", "closed")] {
            let id = desk.ticket(json!({"brandID": brand, "tags": tags}));
            key.post("/ticket/setStatus", json!({"status": status, "ticketIDs": [id]})).expect(200);
        }
        let view = made(&key, "Billing", &json!({"all": [is("tag", "equals", "BILLING"), is("status", "not_equals", "closed")]}));
        assert_eq!(ids(&key, &format!("/ticket?applyView={view}")), [3, 1]);
        assert_eq!(ids(&key, "/ticket?applyView=billing"), [3, 1], "by name, without case");
        assert_eq!(ids(&key, "/ticket?applyView=Billing&brandID=1"), [1]);
        assert_eq!(ids(&key, "/ticket?applyView=Billing&status=closed"), NONE);
        assert_eq!(ids(&key, "/ticket?applyView=Billing&tag=other"), NONE);
        assert_eq!(ids(&key, "/ticket?applyView="), [4, 3, 2, 1], "empty is none");
        assert_eq!(ids(&key, "/ticket?applyView=Billing&query=3"), [3]);
        key.get("/ticket?applyView=99").refused(400, "unknown_reference", &["applyView"]);
        key.get("/ticket?applyView=Nothing").refused(400, "unknown_reference", &["applyView"]);
        // A title of digits is found if no view has that id.
        made(&key, "2026", &json!({"all": [is("id", "equals", 2)]}));
        assert_eq!(ids(&key, "/ticket?applyView=2026"), [2]);
        // Reading tickets is enough, and the limits are the caller's.
        let limited = desk.limited_key("TICKET_READ", Limit::only([brand]), Limit::All);
        assert_eq!(ids(&limited, "/ticket?applyView=Billing"), [3]);
        limited.get("/view/counts").refused(403, "forbidden", &[""]);
        desk.key("VIEW_READ").get("/view/counts").refused(403, "forbidden", &[""]);
        let reader = desk.limited_key("TICKET_READ,VIEW_READ", Limit::only([brand]), Limit::All);
        assert_eq!((count(&reader, view), count(&key, view)), ((1, true), (2, true)));
    }

    fn a_query_of_the_view_and_one_of_the_caller_are_both_met(desk: TestDesk) {
        let key = desk.admin();
        for title in ["alpha", "alpha beta", "beta"] {
            desk.ticket(json!({"title": title}));
        }
        let view = made(&key, "Alpha", &json!({"all": [is("query", "contains", "alpha")]}));
        assert_eq!(ids(&key, "/ticket?applyView=Alpha"), [2, 1]);
        assert_eq!(ids(&key, "/ticket?applyView=Alpha&query=beta"), [2]);
        assert_eq!(count(&key, view), (2, true));
    }

    fn a_view_gives_the_order_unless_the_caller_does(desk: TestDesk) {
        let key = desk.admin();
        for (title, priority) in [("b", "low"), ("A", "urgent"), ("c", "low"), ("a", "medium"), ("", "urgent")] {
            desk.ticket(json!({"title": title, "priority": priority}));
        }
        let sorted = |title: &str, sorting: serde_json::Value| {
            let mut body = sorting;
            body["title"] = json!(title);
            key.post("/view", body).expect(200);
        };
        sorted("Urgent first", json!({"primary_sorting": "priority", "primary_sorting_order": "desc"}));
        sorted("By title", json!({"primary_sorting": "title", "secondary_sorting": "priority", "secondary_sorting_order": "desc"}));
        sorted("By closing", json!({"primary_sorting": "closed_at", "primary_sorting_order": "desc", "secondary_sorting": "title", "secondary_sorting_order": "desc"}));
        sorted("No order", json!({}));
        assert_eq!(ids(&key, "/ticket?applyView=Urgent%20first"), [5, 2, 4, 3, 1]);
        assert_eq!(ids(&key, "/ticket?applyView=By%20title"), [5, 2, 4, 1, 3], "A and a are equal, and then urgent comes first");
        assert_eq!(ids(&key, "/ticket?applyView=No%20order"), [5, 4, 3, 2, 1]);
        assert_eq!(ids(&key, "/ticket?applyView=By%20title&sort=id&order=asc"), [1, 2, 3, 4, 5]);
        assert_eq!(ids(&key, "/ticket?applyView=By%20title&query=a"), [2, 4]);
        key.post("/ticket/setStatus", json!({"status": "closed", "ticketIDs": [3]})).expect(200);
        assert_eq!(ids(&key, "/ticket?applyView=By%20closing"), [3, 1, 4, 2, 5], "what is not closed comes last, downwards");
        // Page by page, on either kind of order.
        for view in ["Urgent%20first", "By%20title", "By%20closing"] {
            let whole = ids(&key, &format!("/ticket?applyView={view}"));
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = key.get(&format!("/ticket?applyView={view}&itemLimit=2&cursor={cursor}")).expect(200);
                assert_eq!((&page["itemTotal"], &page["itemTotalExact"]), (&json!(5), &json!(true)));
                walked.extend(page["items"].as_array().expect("items").iter().filter_map(|t| t["id"].as_i64()));
                match page["nextCursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => break,
                }
            }
            assert_eq!(walked, whole, "{view}");
            key.get(&format!("/ticket?cursor={cursor}")).refused(400, "invalid_parameter", &["cursor"]);
            assert_eq!(ids(&key, &format!("/ticket?applyView={view}&itemStart=3")), whole[3..]);
        }
    }

    fn a_walk_goes_on_while_ages_move_and_ends_when_the_view_changes(desk: TestDesk) {
        let key = desk.admin();
        for _ in 0..4 {
            desk.ticket(json!({}));
            desk.advance(60);
        }
        let view = made(&key, "Of the last hour", &json!({"all": [is("created_age", "less", 60)]}));
        let page = key.get(&format!("/ticket?applyView={view}&itemLimit=2")).expect(200);
        let cursor = page["nextCursor"].as_str().expect("a cursor").to_owned();
        desk.advance(57 * 60);
        assert_eq!(ids(&key, &format!("/ticket?applyView={view}&cursor={cursor}")), NONE, "2 and 1 are older by now");
        assert_eq!(count(&key, view), (2, true), "time passes, and nothing else");
        key.put(&format!("/view/{view}"), json!({"conditions": {}})).expect(200);
        key.get(&format!("/ticket?applyView={view}&cursor={cursor}")).refused(400, "invalid_parameter", &["cursor"]);
    }

    fn bulk_work_over_a_view_is_about_its_tickets(desk: TestDesk) {
        let key = desk.admin();
        for title in ["spam offer", "spam again", "question"] {
            desk.ticket(json!({"title": title}));
        }
        let view = made(&key, "Spam", &json!({"all": [is("title", "starts_with", "SPAM")]}));
        let body = |more: serde_json::Value| {
            let mut body = json!({"applyView": "Spam", "actions": [{"actionType": "setStatus", "value": "closed"}]});
            body.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
            body
        };
        key.post("/ticket/batch", body(json!({"expectTotal": 3}))).refused(409, "conflict", &["expectTotal"]);
        key.post("/ticket/batch", body(json!({"applyView": "Ham"}))).refused(400, "unknown_reference", &["applyView"]);
        key.post("/ticket/batch", body(json!({"ticketIDs": [1]}))).refused(400, "invalid_parameter", &["applyView"]);
        key.post("/ticket/batch", body(json!({"applyView": ""}))).refused(400, "invalid_parameter", &["applyView"]);
        let done = key.post("/ticket/batch", body(json!({"expectTotal": 2}))).expect(200);
        assert_eq!((&done["changed"], &done["results"][1]["ticketID"]), (&json!(2), &json!(2)), "{done}");
        assert_eq!(ids(&key, "/ticket?status=closed"), [2, 1]);
        let done = key.post("/ticket/batch", body(json!({"query": "again", "actions": [{"actionType": "setStatus", "value": "open"}]}))).expect(200);
        assert_eq!(done["changed"], 1, "{done}");
        assert_eq!(ids(&key, &format!("/ticket?applyView={view}&status=open")), [2]);
    }

    fn a_count_follows_every_change(desk: TestDesk) {
        let key = desk.admin();
        let (group, brand) = (desk.group("Helpers"), desk.brand("Second"));
        let view = made(&key, "Open of helpers", &json!({"all": [is("assigned_group_id", "equals", group), is("status", "in", "new,open"), is("title", "not_equals", "x")]}));
        let counted = || {
            let (count, exact) = count(&key, view);
            let list = key.get(&format!("/ticket?applyView={view}&itemLimit=0")).expect(200);
            assert_eq!((json!(count), exact), (list["itemTotal"].clone(), true));
            count
        };
        let id = desk.ticket(json!({"assignedGroupID": group}));
        assert_eq!(counted(), 1);
        let done = key.put(&format!("/ticket/{id}"), json!({"status": "solved"})).expect(200);
        assert_eq!(counted(), 0);
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        assert_eq!(counted(), 1);
        let done = key.delete(&format!("/ticket/{id}")).expect(200);
        assert_eq!(counted(), 0);
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        assert_eq!(counted(), 1);
        key.put(&format!("/ticket/{id}"), json!({"brandID": brand})).expect(200);
        let limited = desk.limited_key("TICKET_READ,VIEW_READ", Limit::only([1]), Limit::All);
        assert_eq!((counted(), count(&limited, view)), (1, (0, true)));
        key.put(&format!("/ticket/{id}"), json!({"title": "x"})).expect(200);
        assert_eq!(counted(), 0);
    }
}
