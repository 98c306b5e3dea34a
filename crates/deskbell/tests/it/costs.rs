//! What calls cost, counted rather than timed: no more with many tickets than with few, and no table read from end to
//! end.

use std::time::Duration;

use deskbell_app::{Settings, demo};
use serde_json::json;

use crate::harness::{Client, TestDesk};

const FEW: u64 = 2_500;
const MANY: u64 = 12_500;

/// Steps that a list may take more than by half as much: how matches lie among others differs a little.
const ALLOWANCE: u64 = 500;

/// First pages, newest and oldest, of every kind of filter, and what else has to be quick at a desk's counter.
const READS: &[&str] = &[
    "/ticket/77",
    "/ticket/77?asOf=2026-11-25&getTicketHistory=true",
    "/ticket/77/changes",
    "/ticket",
    "/ticket?sort=id&order=asc",
    "/ticket?sort=created_at",
    "/ticket?sort=created_at&order=asc",
    "/ticket?sort=last_update",
    "/ticket?sort=last_update&order=asc",
    "/ticket?sort=priority",
    "/ticket?sort=priority&order=asc",
    "/ticket?status=new",
    "/ticket?status=open,pending,holding",
    "/ticket?status=closed&sort=last_update",
    "/ticket?status=solved&sort=priority",
    "/ticket?status=open&priority=high",
    "/ticket?status=closed&brandID=2",
    "/ticket?brandID=2",
    "/ticket?brandID=2,3,4",
    "/ticket?assignedGroupID=2",
    "/ticket?assignedGroupID=2&sort=created_at&order=asc",
    "/ticket?assignedGroupID=2&status=closed",
    "/ticket?assignedUserID=1",
    "/ticket?status=new&channelID=1",
    "/ticket?customerID=5",
    "/ticket?itemLimit=0&status=open",
    "/ticket?query=status:open,pending,holding",
    "/ticket?query=status:closed+brand:2&sort=last_update",
    "/ticket?query=status:new+channel:e-mail",
    "/ticket?query=-status:closed+priority:%3E=high",
    "/ticket?query=customer:5",
    "/ticket?query=id:77",
    "/ticket?query=has:attachment",
    "/ticket?query=has:attachment+status:open&sort=last_update",
    "/ticket?query=group:2",
    "/changes",
    "/changes?after=700&limit=15",
    "/ticket?applyView=All%20open",
    "/ticket?applyView=Pending",
    "/ticket?applyView=My%20tickets",
    "/view",
    "/customer/5",
    "/brand",
    "/group",
    "/channel",
    "/user",
    "/form",
    "/formfield",
];

/// No index has these in their order. While the matches are few they are sorted, later their order is walked: the cost grows
/// until then, up to a bound.
const WALKED: &[&str] = &[
    "/ticket?status=open&priority=high,urgent&sort=created_at&order=asc",
    "/ticket?brandID=2&assignedGroupID=2",
    "/ticket?assignedUserID=0",
    "/ticket?channelID=1&sort=last_update",
    "/ticket?priority=urgent&brandID=2&sort=last_update",
    "/ticket?query=77",
    "/view/counts",
    "/ticket?query=77+-78",
    "/ticket?query=(77+status:open)+OR+79",
];
const BOUND: u64 = 40_000;

/// Of lists whose total is not kept the tickets are counted, up to 10,000: these grow until then.
const COUNTED: &[&str] = &[
    "/ticket?tag=invoice",
    "/ticket?createdFrom=2020-01-01",
    "/ticket?direction=inbound",
    "/ticket?query=-77+status:open",
    "/ticket?query=created:%3E2020-01-01&highlight=true",
    "/ticket?query=lamp+OR+the&highlight=true",
];

/// No index leads to these: each ticket is looked at, until 10,000 are found.
const EACH: &[&str] = &[
    "/ticket?query=-77",
    "/ticket?query=-77&sort=last_update",
    "/ticket?query=77+OR+status:pending",
    "/ticket?query=-(lamp+OR+tag:invoice)",
    "/ticket?query=-tag:invoice",
];
const STEPS_EACH: u64 = 80;

#[test]
fn reading_costs_the_same_at_few_tickets_and_at_many() {
    let desk = TestDesk::sqlite();
    let steps = |path: &str| {
        // A statement that is new to a connection costs more once.
        for _ in 0..4 {
            desk.admin().get(path).expect(200);
        }
        let key = desk.admin();
        key.get("/ticket/1").expect(200);
        let before = desk.desk.stats().steps;
        key.get(path).expect(200);
        desk.desk.stats().steps - before
    };
    demo::run(&desk.desk, FEW, 7, &mut |_| {}).expect("made");
    let timeline = timeline(&desk.admin());
    let reads: Vec<&str> = READS.iter().copied().chain([timeline.as_str()]).collect();
    let few: Vec<u64> = reads.iter().map(|path| steps(path)).collect();
    demo::run(&desk.desk, MANY, 7, &mut |_| {}).expect("made");
    for (path, few) in reads.iter().zip(few) {
        let many = steps(path);
        assert!(many <= few * 3 / 2 + ALLOWANCE, "{path}: {few} steps at {FEW} tickets, {many} at {MANY}");
    }
    for path in WALKED {
        let many = steps(path);
        assert!(many <= BOUND, "{path}: {many} steps");
    }
    for path in EACH {
        let many = steps(path);
        assert!(many <= STEPS_EACH * MANY, "{path}: {many} steps");
    }
    // Views that no index helps with, or that very many tickets are in, are counted from few rows, and say so.
    let key = desk.admin();
    let conditions = [
        json!([{"fact": "title", "operation": "equals", "value": "nobody has this"}]),
        json!([{"fact": "last_update_age", "operation": "greater", "value": 1}]),
        json!([{"fact": "tag", "operation": "is_not_empty"}, {"fact": "created_age", "operation": "less", "value": 100_000_000}]),
    ];
    let before = steps("/view/counts");
    for (n, all) in conditions.into_iter().enumerate() {
        key.post("/view", json!({"title": format!("View {n}"), "conditions": {"all": all}})).expect(200);
    }
    desk.advance(3_600);
    let many = steps("/view/counts");
    // At most 2,000 rows of each, at some 40 steps a row.
    assert!(many - before <= 3 * 2 * BOUND, "{many} steps, {before} without");
    let counts = key.get("/view/counts").expect(200)["items"].clone();
    // Those of a new desk come after them: they have a place in their category.
    let found: Vec<(i64, bool)> = counts.as_array().expect("items")[..3]
        .iter()
        .map(|c| (c["count"].as_i64().expect("a number"), c["exact"].as_bool().expect("a flag")))
        .collect();
    assert!(
        found[0] == (0, false) && found[1..].iter().all(|(n, exact)| (1..=2_000).contains(n) && !exact),
        "{found:?}"
    );
}

#[test]
fn notifications_cost_little_to_make_and_no_more_where_others_have_many() {
    let desk = TestDesk::sqlite();
    let (key, ann, bob) = (desk.admin(), desk.user("ann"), desk.user("bob"));
    demo::run(&desk.desk, 2_000, 7, &mut |_| {}).expect("made");
    let steps = |job: &dyn Fn()| {
        let before = desk.desk.stats().steps;
        job();
        desk.desk.stats().steps - before
    };
    let batch = |ids: std::ops::RangeInclusive<i64>, action: serde_json::Value| {
        let ids: Vec<i64> = ids.collect();
        key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [action]})).expect(200);
    };
    let give = |ids, user: i64| batch(ids, json!({"actionType": "assignUser", "value": user}));
    give(1..=40, ann);
    let paths = ["", "&unread=true", "&query=77", "&itemLimit=0"]
        .map(|more| format!("/notification?userID={ann}&markRead=false{more}"));
    let read = || -> Vec<u64> {
        paths
            .iter()
            .map(|path| {
                for _ in 0..4 {
                    key.get(path).expect(200);
                }
                steps(&|| drop(key.get(path).expect(200)))
            })
            .collect()
    };
    let few = read();
    give(41..=2_000, bob);
    assert_eq!(
        key.get(&format!("/notification?userID={bob}&markRead=false")).expect(200)["itemTotal"],
        1_960
    );
    for ((path, few), many) in paths.iter().zip(few).zip(read()) {
        assert!(many <= few * 3 / 2 + ALLOWANCE, "{path}: {few} steps, {many} where others have many");
    }
    // Taking somebody off tickets tells nobody, giving tickets away does: the difference is what telling costs.
    let silent = steps(&|| give(1..=2_000, 0));
    let telling = steps(&|| give(1..=2_000, ann));
    assert!(telling <= silent + silent / 4, "{silent} steps without telling anybody, {telling} with");
}

#[test]
fn no_table_that_grows_is_read_from_end_to_end_on_postgres() {
    let first = TestDesk::postgres();
    demo::run(&first.desk, 800, 7, &mut |_| {}).expect("made");
    let place = first.place.clone();
    let url = place.url().expect("a URL");
    let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("a connection");
    // Such small tables are read whole where that is cheaper. Now only where there is no other way.
    let unless = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$";
    client.batch_execute(unless).expect("set");
    drop(first);
    let before = scans(&mut client);
    let desk = TestDesk::at(place.clone(), Settings::default());
    let key = desk.admin();
    for path in READS.iter().chain(WALKED).chain(COUNTED) {
        key.get(path).expect(200);
    }
    key.get(&timeline(&key)).expect(200);
    use_notifications(&desk, &key);
    key.get(&timeline(&desk.key("CUSTOMER_READ"))).expect(200);
    let made = key.post("/ticket", json!({"title": "one"})).expect(200)["ticketID"].clone();
    key.put(&format!("/ticket/{made}"), json!({"priority": "high", "tags": "a,b"})).expect(200);
    key.post("/ticket/setStatus", json!({"ticketIDs": [made, 5, 6], "status": "closed"})).expect(200);
    use_a_form(&key);
    key.delete(&format!("/ticket/{made}")).expect(200);
    desk.advance(7_200);
    desk.block_on(desk.desk.empty_trash()).expect("emptied");
    drop(key);
    drop(desk);
    assert_eq!(scans(&mut client), before);
}

/// Everything that reads or writes notifications.
fn use_notifications(desk: &TestDesk, key: &Client) {
    key.put("/ticket/11", json!({"assignedUserID": 0})).expect(200);
    let given = key.put("/ticket/11", json!({"assignedUserID": 1})).expect(200)["batchID"].clone();
    let path = "/notification?userID=1";
    let id = key.get(&format!("{path}&unread=true&query=11&markRead=false")).ids()[0];
    key.get(&format!("/notification/{id}")).expect(200);
    key.put("/notification/setIsRead", json!({"id": id})).expect(200);
    key.get(path).expect(200);
    key.post("/ticket/undo", json!({"batchID": given})).expect(200);
    desk.advance(91 * 86_400);
    desk.block_on(desk.desk.forget_notifications()).expect("forgotten");
    desk.advance(-91 * 86_400);
}

/// What was said with one customer.
fn timeline(key: &Client) -> String {
    let customer = key.get("/customer/5").expect(200)["item"].clone();
    let (brand, external) = (&customer["brand_id"], customer["external_primary_id"].as_str().expect("an id"));
    format!("/customer/timelineByCustomerExternalID?brand_id={brand}&external_id={external}")
}

/// Everything that reads or writes what tickets have in a form.
fn use_a_form(key: &Client) {
    let form = key.post("/form", json!({"title": "Incident"})).expect(200)["formID"].clone();
    let field =
        json!({"form_id": form, "title": "Cause", "input_type": "text", "required_statuses": "solved"});
    let field = key.post("/formfield", field).expect(200)["formfieldID"].to_string();
    let actions = json!([{"actionType": "setForm", "value": form}]);
    key.post("/ticket/batch", json!({"TicketIDs": "7,8,9", "actions": actions})).expect(200);
    let saved = json!({"ticketID": 7, "fields": {field.as_str(): "rust"}});
    let saved = key.put("/form/saveFormFields", saved).expect(200)["batchID"].clone();
    key.get("/form/getFormForTicket?ticketID=7").expect(200);
    key.post("/ticket/setStatus", json!({"ticketIDs": [7, 8, 9], "status": "new"}));
    key.post("/ticket/setStatus", json!({"ticketIDs": [7, 8, 9], "status": "solved"})).expect(207);
    key.post("/ticket/undo", json!({"batchID": saved}));
    key.delete(&format!("/formfield/{field}")).expect(200);
    key.delete(&format!("/form/{form}")).expect(200);
}

/// How often each table that grows was read from end to end, once the connections of others have ended and told.
fn scans(client: &mut postgres::Client) -> Vec<(String, i64)> {
    let others = "SELECT COUNT(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let alone = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        client.query_one(others, &[]).expect("a count").get::<_, i64>(0) == 0
    });
    assert!(alone, "connections stay open");
    let scans = "SELECT CAST(relname AS TEXT), seq_scan FROM pg_stat_user_tables WHERE relname IN ('ticket', 'message', \
         'journal', 'ticket_tag', 'customer', 'customer_address', 'form_value', 'search_segment', 'notification') ORDER BY relname";
    let scans: Vec<_> =
        client.query(scans, &[]).expect("rows").iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(scans.len(), 9, "{scans:?}");
    scans
}
