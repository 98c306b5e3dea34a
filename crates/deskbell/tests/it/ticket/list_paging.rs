//! GET /ticket: pages, cursors, and walks over lists that change meanwhile.

use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::{Limit, Priority};
use http::Method;
use serde_json::{Value, json};

use super::setup::{fill, rows, titled};
use crate::both_engines;
use crate::harness::Client;

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect()
}

/// Walks a list by its cursor; `between` runs before each page but the first, with the number of pages and the last id met.
fn walk(key: &Client, list: &str, limit: i64, mut between: impl FnMut(i64, i64)) -> Vec<i64> {
    let (mut met, mut cursor) = (Vec::new(), String::new());
    for page in 1..200 {
        let json = key.get(&format!("/ticket?{list}&itemLimit={limit}{cursor}")).expect(200);
        met.extend(ids(&json));
        let Some(next) = json["nextCursor"].as_str() else { return met };
        assert!(!ids(&json).is_empty(), "an empty page in the middle");
        cursor = format!("&cursor={next}");
        between(page, met[met.len() - 1]);
    }
    panic!("the walk does not end");
}

fn with_priority(n: i64) -> NewTicket {
    let change = Change::Priority(Priority::ALL[(n % 4) as usize]);
    NewTicket { edits: vec![Edit::new("priority", change)], ..titled("t kingfisher") }
}

both_engines! {
    fn a_walk_by_priority_goes_through_each_priority_to_the_last(desk: TestDesk) {
        let all = fill(&desk, 9, with_priority);
        let key = desk.admin();
        for filter in ["", "&status=new", "&status=new,open", "&priority=low,urgent", "&status=new&priority=high,medium,low"] {
            for order in ["asc", "desc"] {
                for limit in [1, 2, 5] {
                    let met = walk(&key, &format!("sort=priority&order={order}{filter}"), limit, |_, _| {});
                    let whole = ids(&key.get(&format!("/ticket?sort=priority&order={order}{filter}&itemLimit=99")).expect(200));
                    assert_eq!(met, whole, "{filter} {order} {limit}");
                    assert!(filter.contains("priority") || met.len() == all.len(), "{filter}");
                }
            }
        }
    }

    fn start_and_limit_cut_a_page_and_the_last_has_no_cursor(desk: TestDesk) {
        let all = fill(&desk, 20, |_| titled("t"));
        let key = desk.admin();
        let page = |query: &str| key.get(&format!("/ticket?order=asc&{query}")).expect(200);
        let first = page("itemLimit=8");
        assert_eq!(
            (ids(&first), &first["itemStart"], &first["itemLimit"]),
            (all[..8].to_vec(), &json!(0), &json!(8))
        );
        let middle = page("itemStart=8&itemLimit=8");
        assert_eq!(
            (ids(&middle), &middle["itemStart"], middle["nextCursor"].is_string()),
            (all[8..16].to_vec(), &json!(8), true)
        );
        for (query, expected) in [
            ("itemStart=12&itemLimit=8", 12..20),
            ("itemStart=16&itemLimit=8", 16..20),
            ("itemLimit=20", 0..20),
            ("itemLimit=9999", 0..20),
            ("itemStart=19", 19..20),
        ] {
            let last = page(query);
            assert_eq!((ids(&last), last.get("nextCursor")), (all[expected].to_vec(), None), "{query}");
        }
        for query in [
            "itemStart=20",
            "itemStart=21&itemLimit=5",
            "itemStart=1000000",
            "itemStart=9007199254740991",
            "itemLimit=0",
            "itemLimit=0&itemStart=3",
        ] {
            let none = page(query);
            assert_eq!(
                (ids(&none), &none["itemTotal"], none.get("nextCursor")),
                (vec![], &json!(20), None),
                "{query}"
            );
        }
        for (field, wrong) in [
            ("itemLimit", "10000"),
            ("itemLimit", "-1"),
            ("itemLimit", "1e1"),
            ("itemStart", "-1"),
            ("itemStart", "9007199254740992"),
        ] {
            key.get(&format!("/ticket?{field}={wrong}")).refused(400, "invalid_parameter", &[field]);
        }
    }

    fn a_cursor_belongs_to_its_filters_sort_and_order(desk: TestDesk) {
        fill(&desk, 9, with_priority);
        let key = desk.admin();
        let cursor = |list: &str| {
            key.get(&format!("/ticket?itemLimit=2&{list}")).expect(200)["nextCursor"]
                .as_str()
                .expect("a cursor")
                .to_owned()
        };
        let own = cursor("status=new");
        for foreign in [
            "",
            "status=open",
            "status=new&order=asc",
            "status=new&sort=priority",
            "status=new&priority=low",
            "status=new&query=kingfisher",
            "status=new&searchArchived=yes",
            "status=new,open",
        ] {
            let json = key.get(&format!("/ticket?{foreign}&cursor={own}")).refused(
                400,
                "invalid_parameter",
                &["cursor"],
            );
            assert!(json["message"].as_str().unwrap().contains("Start again"), "{json}");
        }
        // Spelled otherwise it is the same list, and defaults may be said.
        for same in [
            "status[]=new",
            "order=desc&status=new",
            "sort=id&status=new&searchArchived=no",
            "status=new&tag=",
        ] {
            key.get(&format!("/ticket?{same}&cursor={own}")).expect(200);
        }
        key.get(&format!("/ticket?status=new&itemStart=0&cursor={own}")).refused(
            400,
            "invalid_parameter",
            &["itemStart"],
        );
        for broken in [own[1..].to_owned(), format!("{own}0"), own.replace(&own[..4], "zzzz"), "x".into()] {
            key.get(&format!("/ticket?status=new&cursor={broken}")).refused(
                400,
                "invalid_parameter",
                &["cursor"],
            );
        }
        key.get("/ticket?cursor=").expect(200);
    }

    fn each_sort_and_order_meets_each_ticket_once_whatever_the_page_size(desk: TestDesk) {
        for _ in 0..3 {
            fill(&desk, 9, with_priority);
            desk.advance(10);
        }
        let key = desk.admin();
        for list in ["", "&query=kingfisher", "&priority=low,high", "&direction=inbound"] {
            for sort in ["id", "created_at", "last_update", "priority"] {
                for order in ["asc", "desc"] {
                    let list = format!("sort={sort}&order={order}{list}");
                    let whole = ids(&key.get(&format!("/ticket?itemLimit=100&{list}")).expect(200));
                    for limit in [1, 4, 9, 27] {
                        assert_eq!(walk(&key, &list, limit, |_, _| {}), whole, "{list} by {limit}");
                    }
                }
            }
        }
        // The size may change on the way.
        let first = key.get("/ticket?sort=priority&itemLimit=4").expect(200);
        let rest = key
            .get(&format!(
                "/ticket?sort=priority&itemLimit=50&cursor={}",
                first["nextCursor"].as_str().unwrap()
            ))
            .expect(200);
        let whole = ids(&key.get("/ticket?sort=priority&itemLimit=50").expect(200));
        assert_eq!([ids(&first), ids(&rest)].concat(), whole);
        assert_eq!((&rest["itemTotal"], rest.get("nextCursor")), (&json!(27), None));
    }

    fn a_walk_by_id_or_time_of_creation_survives_what_happens_meanwhile(desk: TestDesk) {
        let second = desk.brand("Second");
        let mut before = Vec::new();
        for _ in 0..6 {
            before.extend(fill(&desk, 10, with_priority));
            desk.advance(1);
        }
        let key = desk.limited_key("TICKET_READ", Limit::only([1]), Limit::All);
        let admin = desk.admin();
        for list in [
            "sort=id&order=desc",
            "sort=id&order=asc",
            "sort=created_at&order=asc",
            "sort=created_at&order=desc",
            "query=kingfisher",
            "query=kingfisher&sort=created_at&order=asc",
        ] {
            let whole = ids(&key.get(&format!("/ticket?itemLimit=200&{list}")).expect(200));
            let mut gone = Vec::new();
            let met = walk(&key, list, 10, |page, last| {
                // The row where the cursor stands and the one after it go, others come, change and move.
                let at = whole.iter().position(|id| *id == last).unwrap_or(whole.len());
                if page % 2 == 1 && at + 4 < whole.len() {
                    admin.delete(&format!("/ticket/{last}?purge={}", page % 4 == 1)).expect(200);
                    admin.delete(&format!("/ticket/{}", whole[at + 1])).expect(200);
                    admin.put(&format!("/ticket/{}", whole[at + 2]), json!({"brandID": second})).expect(200);
                    gone.extend([whole[at + 1], whole[at + 2]]);
                }
                if at + 4 < whole.len() {
                    admin
                        .post(
                            "/ticket/setPriority",
                            json!({"priority": "urgent", "ticketIDs": [whole[0], whole[at + 3]]}),
                        )
                        .expect(200);
                }
                fill(&desk, 2, with_priority);
            });
            let made_before: Vec<i64> = met.iter().copied().filter(|id| whole.contains(id)).collect();
            let expected: Vec<i64> = whole.iter().copied().filter(|id| !gone.contains(id)).collect();
            assert_eq!(made_before, expected, "{list}");
            let mut distinct = met.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), met.len(), "{list}");
        }
    }

    fn work_on_a_filtered_list_by_cursor_loses_no_ticket(desk: TestDesk) {
        let all = fill(&desk, 60, with_priority);
        let key = desk.admin();
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = key.get(&format!("/ticket?status=new&order=asc&itemLimit=10{cursor}")).expect(200);
            key.post("/ticket/setStatus", json!({"status": "solved", "ticketIDs": ids(&page)})).expect(200);
            met.extend(ids(&page));
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(met, all);
        // By itemStart it would lose every second page, as the documentation says.
        key.post("/ticket/setStatus", json!({"status": "new", "ticketIDs": all})).expect(200);
        let mut seen = Vec::new();
        for start in (0..60).step_by(10) {
            let page = ids(&key
                .get(&format!("/ticket?status=new&order=asc&itemLimit=10&itemStart={start}"))
                .expect(200));
            if !page.is_empty() {
                key.post("/ticket/setStatus", json!({"status": "solved", "ticketIDs": page})).expect(200);
            }
            seen.extend(page);
        }
        assert_eq!(seen.len(), 30);
    }

    fn a_page_read_a_minute_ago_can_be_worked_on(desk: TestDesk) {
        let all = fill(&desk, 5, with_priority);
        let key = desk.admin();
        key.json(Method::DELETE, "/ticket/multi", json!({"ticketIDs": [all[1]], "purge": true})).expect(200);
        key.delete(&format!("/ticket/{}", all[3])).expect(200);
        let seen = key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": all})).expect(207);
        assert_eq!(
            rows(&seen),
            ["1 changed 2", "2 failed not_found", "3 changed 2", "4 failed not_found", "5 changed 2"]
        );
    }

    fn a_cursor_is_no_way_around_the_limits_of_another_key(desk: TestDesk) {
        let second = desk.brand("Second");
        for n in 0..6 {
            desk.ticket(json!({"brandID": if n % 2 == 0 { 1 } else { second }}));
        }
        let next =
            desk.admin().get("/ticket?itemLimit=1").expect(200)["nextCursor"].as_str().unwrap().to_owned();
        let key = desk.limited_key("TICKET_READ", Limit::only([1]), Limit::All);
        assert_eq!(key.get(&format!("/ticket?cursor={next}")).ids(), [5, 3, 1]);
    }
}
