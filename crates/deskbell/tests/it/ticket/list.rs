//! GET /ticket: filters alone and combined, order, totals. What must be found is said by a naive filter over the items.

use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::{BrandId, ChannelId, Direction, GroupId, Limit, Priority, Status, UserId};
use serde_json::{Value, json};

use super::setup::{customer, exec, fill, titled, total};
use crate::both_engines;
use crate::harness::{Client, TestDesk};

type Test = Box<dyn Fn(&Value) -> bool>;

/// The places and people of the scenario.
struct World {
    second: i64,
    group: i64,
    user: i64,
    ann: i64,
    archived: Vec<i64>,
}

/// Sixty tickets of many kinds, made in four moments; some archived, some deleted, some changed later.
fn world(desk: &TestDesk) -> World {
    let (second, group, user) = (desk.brand("Second"), desk.group("Helpers"), desk.user("nora"));
    let ann = customer(desk, 1, "ann", "ann@x.example");
    for moment in 0..4 {
        fill(desk, 15, |n| {
            let k = moment * 15 + n;
            let ask = |field: &str, change: Change| Edit::new(field, change);
            let mut edits = vec![
                ask("status", Change::Status(Status::ALL[(k % 6) as usize])),
                ask("priority", Change::Priority(Priority::ALL[(k % 4) as usize])),
            ];
            if k % 5 == 0 {
                edits.push(ask("assignedUserID", Change::User(UserId(user))));
            }
            if k % 7 == 0 {
                edits.push(ask("tags", Change::SetTags(vec!["Late, again".into(), "vip".into()])));
            } else if k % 3 == 0 {
                edits.push(ask("tags", Change::SetTags(vec!["VIP".into()])));
            }
            let brand = if k % 4 == 1 { second } else { 1 };
            if brand == 1 && k % 6 == 2 {
                edits.push(ask("externalPrimaryID", Change::LinkCustomer("ann".into())));
            }
            NewTicket {
                brand: Some(BrandId(brand)),
                channel: Some(ChannelId(1 + k % 3)),
                group: Some(GroupId(if k % 2 == 0 { group } else { 0 })),
                direction: Some(if k % 8 == 3 { Direction::Outbound } else { Direction::Inbound }),
                title: format!("Ticket {k}"),
                edits,
                ..NewTicket::default()
            }
        });
        desk.advance(3_600);
    }
    let key = desk.admin();
    let closed: Vec<i64> = key.get("/ticket?status=closed&itemLimit=100&order=asc").ids();
    let archived = closed[..4].to_vec();
    key.post("/ticket/batch", json!({"ticketIDs": archived, "actions": [{"actionType": "archive"}]}))
        .expect(200);
    key.json(http::Method::DELETE, "/ticket/multi", json!([7, 20, 33])).expect(200);
    desk.advance(3_600 * 9);
    key.post("/ticket/setPriority", json!({"priority": "urgent", "ticketIDs": [1, 2, 30, 45]})).expect(200);
    World { second, group, user, ann, archived }
}

fn filters(world: &World) -> Vec<(String, Test)> {
    let is = |key: &'static str, values: Vec<Value>| -> Test { Box::new(move |t| values.contains(&t[key])) };
    let tag = |wanted: Vec<&'static str>| -> Test {
        Box::new(move |t| {
            t["tags"]
                .as_array()
                .unwrap()
                .iter()
                .any(|tag| wanted.contains(&tag.as_str().unwrap().to_lowercase().as_str()))
        })
    };
    let time = |key: &'static str, test: fn(&str, &str) -> bool, bound: &'static str| -> Test {
        Box::new(move |t| test(t[key].as_str().unwrap(), bound))
    };
    let (second, group, user, ann) = (world.second, world.group, world.user, world.ann);
    vec![
        ("status=open".into(), is("status", vec![json!("open")])),
        (
            "status=new,closed,solved".into(),
            is("status", vec![json!("new"), json!("closed"), json!("solved")]),
        ),
        ("status[]=pending&status[]=holding".into(), is("status", vec![json!("pending"), json!("holding")])),
        ("priority=urgent".into(), is("priority", vec![json!("urgent")])),
        ("priority=low&priority=high".into(), is("priority", vec![json!("low"), json!("high")])),
        (format!("brandID={second}"), is("brand_id", vec![json!(second)])),
        (format!("brandID=1,{second},99"), is("brand_id", vec![json!(1), json!(second)])),
        ("channelID=2".into(), is("channel_id", vec![json!(2)])),
        ("channelID[0]=3&channelID[1]=1".into(), is("channel_id", vec![json!(1), json!(3)])),
        (format!("assignedGroupID={group}"), is("assigned_group_id", vec![json!(group)])),
        ("assignedGroupID=0".into(), is("assigned_group_id", vec![json!(0)])),
        (format!("assignedUserID={user}"), is("assigned_user_id", vec![json!(user)])),
        (format!("assignedUserID=0,{user}"), is("assigned_user_id", vec![json!(0), json!(user)])),
        ("assignedUserID=0".into(), is("assigned_user_id", vec![json!(0)])),
        (format!("customerID={ann}"), is("customer_id", vec![json!(ann)])),
        ("customerID=0".into(), is("customer_id", vec![json!(0)])),
        ("tag=vip".into(), tag(vec!["vip"])),
        ("tag=%22LATE,+again%22".into(), tag(vec!["late, again"])),
        ("tag[]=late,+again&tag[]=nothing".into(), tag(vec!["late, again"])),
        ("formID=0".into(), Box::new(|t| t["form_id"] == Value::Null)),
        ("direction=outbound".into(), is("direction", vec![json!("outbound")])),
        ("direction=inbound,outbound".into(), is("direction", vec![json!("inbound"), json!("outbound")])),
        ("createdFrom=2026-11-25+13:00:00".into(), time("created_at", |t, b| t >= b, "2026-11-25 13:00:00")),
        ("createdTo=2026-11-25+14:00:00".into(), time("created_at", |t, b| t <= b, "2026-11-25 14:00:00")),
        ("createdTo=2026-11-25T13:59:59Z".into(), time("created_at", |t, b| t <= b, "2026-11-25 13:59:59")),
        (
            "createdFrom=2026-11-25T15:00:00%2B01:00".into(),
            time("created_at", |t, b| t >= b, "2026-11-25 14:00:00"),
        ),
        ("createdFrom=2026-11-25&createdTo=2026-11-25".into(), Box::new(|_| true)),
        ("createdFrom=2026-11-26".into(), Box::new(|_| false)),
        ("updatedFrom=2026-11-26".into(), time("last_update", |t, b| t >= b, "2026-11-26")),
        ("updatedTo=2026-11-25".into(), time("last_update", |t, b| t < b, "2026-11-26")),
        ("updatedTo=2026-11-25+16:00:00".into(), time("last_update", |t, b| t <= b, "2026-11-25 16:00:00")),
        ("status=&brandID=&tag=&customerID=&createdFrom=&direction=&query=".into(), Box::new(|_| true)),
        ("brandID=99".into(), Box::new(|_| false)),
        ("assignedUserID=99&tag=nothing".into(), Box::new(|_| false)),
        ("formID=5".into(), Box::new(|_| false)),
    ]
}

fn all_of(key: &Client) -> Vec<Value> {
    key.get("/ticket?searchArchived=yes&itemLimit=9999").expect(200)["items"].as_array().unwrap().clone()
}

#[track_caller]
fn check(key: &Client, filter: &str, expected: &[i64]) {
    let json = key.get(&format!("/ticket?itemLimit=100&{filter}")).expect(200);
    let ids: Vec<i64> = json["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, expected, "{filter}");
    assert_eq!(
        (&json["itemTotal"], &json["itemTotalExact"]),
        (&json!(expected.len()), &json!(true)),
        "{filter}"
    );
}

both_engines! {
    fn every_filter_alone_and_in_pairs_finds_what_a_naive_filter_finds(desk: TestDesk) {
        let world = world(&desk);
        let filters = filters(&world);
        let limited = desk.limited_key("TICKET_READ", Limit::only([world.second]), Limit::only([0]));
        for key in [desk.admin(), limited] {
            let all = all_of(&key);
            let archived = |t: &Value| world.archived.contains(&t["id"].as_i64().unwrap());
            let found = |tests: &[&Test], archive: bool| -> Vec<i64> {
                let good = |t: &&Value| (archive || !archived(t)) && tests.iter().all(|test| test(t));
                all.iter().filter(good).map(|t| t["id"].as_i64().unwrap()).collect()
            };
            for (n, (filter, test)) in filters.iter().enumerate() {
                check(&key, filter, &found(&[test], false));
                check(&key, &format!("{filter}&searchArchived=yes"), &found(&[test], true));
                assert_eq!(
                    total(&key, &format!("&{filter}")),
                    found(&[test], false).len() as i64,
                    "{filter}"
                );
                // A few others, so that each meets each kind over the run.
                for (other, more) in filters.iter().skip(n % 3).step_by(3) {
                    let name = |f: &str| f.split(['=', '[']).next().unwrap().to_owned();
                    if name(filter) != name(other)
                        && !filter.contains("status=&")
                        && !other.contains("status=&")
                        && !other.contains(&name(filter))
                        && !filter.contains(&name(other))
                    {
                        check(&key, &format!("{filter}&{other}"), &found(&[test, more], false));
                    }
                }
            }
        }
    }

    fn each_order_is_total_with_ties_by_id(desk: TestDesk) {
        let world = world(&desk);
        let key = desk.admin();
        let rank =
            |t: &Value| ["low", "medium", "high", "urgent"].iter().position(|p| t["priority"] == *p).unwrap();
        let mut all = all_of(&key);
        all.retain(|t| !world.archived.contains(&t["id"].as_i64().unwrap()));
        let number = |t: &Value| t["id"].as_i64().unwrap();
        for sort in ["id", "created_at", "last_update", "priority"] {
            all.sort_by_key(|t| {
                let value = match sort {
                    "id" => String::new(),
                    "priority" => rank(t).to_string(),
                    key => t[key].as_str().unwrap().to_owned(),
                };
                (value, number(t))
            });
            let mut expected: Vec<i64> = all.iter().map(number).collect();
            assert_eq!(
                key.get(&format!("/ticket?itemLimit=100&sort={sort}&order=asc")).ids(),
                expected,
                "{sort}"
            );
            let filtered: Vec<i64> = all.iter().filter(|t| t["status"] == "open").map(number).collect();
            assert_eq!(
                key.get(&format!("/ticket?itemLimit=100&status=open&sort={sort}&order=asc")).ids(),
                filtered,
                "{sort}"
            );
            expected.reverse();
            assert_eq!(
                key.get(&format!("/ticket?itemLimit=100&sort={sort}&order=desc")).ids(),
                expected,
                "{sort}"
            );
            assert_eq!(key.get(&format!("/ticket?itemLimit=100&sort={sort}")).ids(), expected, "{sort}");
        }
        let urgent = key.get("/ticket?sort=priority&itemLimit=1").expect(200);
        assert_eq!(urgent["items"][0]["priority"], "urgent");
    }

    fn a_list_has_its_keys_in_order_and_items_without_timeline(desk: TestDesk) {
        let ids = fill(&desk, 17, |n| titled(format!("t{n}")));
        let key = desk.key("TICKET_READ");
        let seen = key.get("/ticket");
        assert!(seen.text.starts_with(r#"{"type":"list","itemStart":0,"itemLimit":15,"itemTotal":17,"itemTotalExact":true,"items":[{"assigned_group_id":0,"#), "{}", seen.text);
        assert!(seen.text.contains(r#"}],"nextCursor":""#));
        let json = seen.expect(200);
        assert_eq!(json["items"].as_array().unwrap().len(), 15);
        assert_eq!(json["items"][0]["id"], ids[16]);
        let mut item =
            key.get(&format!("/ticket/{}", ids[16])).expect(200)["item"].as_object().unwrap().clone();
        item.shift_remove("timeline").unwrap();
        item.shift_remove("timeline_total").unwrap();
        assert_eq!(json["items"][0].to_string(), Value::Object(item).to_string());
    }

    fn a_value_that_no_filter_takes_is_refused_and_an_unknown_filter_too(desk: TestDesk) {
        let key = desk.admin();
        for (field, value) in [
            ("status", "done"),
            ("status", "open,done"),
            ("priority", "High"),
            ("brandID", "x"),
            ("brandID", "0"),
            ("channelID", "0"),
            ("assignedGroupID", "-1"),
            ("assignedUserID", "nora"),
            ("customerID", "1.5"),
            ("formID", "x"),
            ("direction", "both"),
            ("createdFrom", "yesterday"),
            ("createdTo", "2026-02-30"),
            ("updatedFrom", "2026-11-25 25:00:00"),
            ("updatedTo", "1"),
            ("searchArchived", "true"),
            ("sort", "title"),
            ("order", "down"),
            ("itemStart", "x"),
            ("itemLimit", "ten"),
            ("cursor", "abc"),
        ] {
            let json = key.get(&format!("/ticket?{field}={}", value.replace(' ', "+"))).expect(400);
            assert_eq!(
                (&json["code"], json["errors"].as_array().unwrap().len()),
                (&json!("invalid_parameter"), 1),
                "{field}={value}"
            );
            let named = json["errors"][0]["field"].as_str().unwrap();
            assert!(named.starts_with(field), "{field}={value}: {json}");
        }
        key.get(&format!("/ticket?tag={}", "t".repeat(101))).expect(400);
        key.get("/ticket?tag=%22open").expect(400);
        for name in ["Status", "statuses", "assignee", "brand", "tags"] {
            key.get(&format!("/ticket?{name}=1")).refused(400, "unknown_parameter", &[name]);
        }
        key.get("/ticket?applyView=nothing").refused(400, "unknown_reference", &["applyView"]);
        let many: String = (1..=1_001).map(|n| format!("brandID={n}&")).collect();
        assert!(key.get(&format!("/ticket?{many}")).status.is_client_error());
    }

    fn totals_are_exact_up_to_ten_thousand_and_where_the_counters_know(desk: TestDesk) {
        desk.ticket(json!({"title": "kingfisher"}));
        let columns = "version, brand_id, channel_id, group_id, user_id, customer_id, form_id, status, priority, direction, archived, title, from_address, from_name, to_address, to_name, contact, tags, created_at, last_update, sla_policy_id, sla_next_breach_current_status, merged_into, external_key, source, source_id, messages, files, events, next_segment";
        exec(
            &desk,
            &format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050) INSERT INTO ticket ({columns}) SELECT {columns} FROM ticket, n"
            ),
        );
        for table in ["ticket_count", "ticket_count_middle", "ticket_count_kind", "ticket_count_small"] {
            exec(&desk, &format!("UPDATE {table} SET n = n + 10050"));
        }
        match desk.place.file() {
            Some(_) => exec(
                &desk,
                "INSERT INTO search_fts (rowid, words) SELECT id * 1048576, 'kingfisher' FROM ticket WHERE id > 1",
            ),
            None => exec(
                &desk,
                "INSERT INTO search_segment (id, ticket_id, words) SELECT id * 1048576, id, CAST('kingfisher' AS tsvector) FROM ticket WHERE id > 1",
            ),
        }
        let key = desk.admin();
        let says = |filter: &str| {
            let json = key.get(&format!("/ticket?itemLimit=0&{filter}")).expect(200);
            (json["itemTotal"].as_i64().unwrap(), json["itemTotalExact"].as_bool().unwrap())
        };
        for filter in [
            "",
            "status=new",
            "brandID=1",
            "assignedGroupID=0",
            "assignedUserID=0",
            "channelID=4",
            "priority=medium",
            "status=new&brandID=1&assignedGroupID=0&assignedUserID=0&channelID=4&priority=medium,low",
        ] {
            assert_eq!(says(filter), (10_051, true), "{filter}");
        }
        for filter in [
            "direction=inbound",
            "customerID=0",
            "formID=0",
            "createdFrom=2026-01-01",
            "updatedTo=2027-01-01",
            "query=kingfisher",
            "query=kingfisher&sort=priority",
            "status=new&direction=inbound",
        ] {
            assert_eq!(says(filter), (10_000, false), "{filter}");
        }
        assert_eq!(says("direction=outbound"), (0, true));
        assert_eq!(says("query=heron"), (0, true));
        // Pages go on beyond what is counted.
        let newest = key.get("/ticket?itemLimit=1").ids()[0];
        for filter in ["direction=inbound", "query=kingfisher", "query=kingfisher&sort=created_at"] {
            let seen = key.get(&format!("/ticket?{filter}&itemStart=10048&itemLimit=9")).expect(200);
            let ids: Vec<i64> = seen["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| newest - i["id"].as_i64().unwrap())
                .collect();
            assert_eq!((ids, seen.get("nextCursor")), (vec![10_048, 10_049, 10_050], None), "{filter}");
        }
        exec(&desk, &format!("UPDATE ticket SET direction = 2 WHERE id > {newest} - 51"));
        assert_eq!(says("direction=inbound"), (10_000, true));
        assert_eq!(says("direction=outbound"), (51, true));
        assert_eq!(says("query=kingfisher&direction=inbound"), (10_000, true));
        // Nine thousand rows at once are a page like any other.
        assert_eq!(key.get("/ticket?itemLimit=9999").ids().len(), 9_999);
        // What is remembered of a frequent word does not outlive the tickets.
        let json = |path: &str| key.get(path).expect(200);
        assert_eq!(says("query=kingfisher"), (10_000, false), "51 more than are counted");
        let ids: Vec<i64> = (newest - 49..=newest).collect();
        for id in &ids[..20] {
            key.delete(&format!("/ticket/{id}")).expect(200);
        }
        assert_eq!(says("query=kingfisher"), (10_000, false), "31 more");
        for id in &ids[20..] {
            key.put(&format!("/ticket/{id}"), json!({"title": "heron"})).expect(200);
        }
        assert_eq!(says("query=kingfisher"), (10_000, false), "one more");
        let page = json("/ticket?query=kingfisher&itemLimit=2");
        assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(page["items"][0]["id"], newest - 50);
        key.put(&format!("/ticket/{}", newest - 50), json!({"title": "heron"})).expect(200);
        for _ in 0..2 {
            assert_eq!(says("query=kingfisher"), (10_000, true));
        }
        assert_eq!(says("query=heron"), (31, true));
        key.put(&format!("/ticket/{newest}"), json!({"title": "kingfisher again"})).expect(200);
        assert_eq!(says("query=kingfisher"), (10_000, false));
    }

    fn reading_needs_its_permission_and_no_other(desk: TestDesk) {
        let json = desk
            .key("TICKET_CREATE,TICKET_UPDATE,TICKET_BATCH,SET_STATUS")
            .get("/ticket?status=nonsense")
            .expect(403);
        assert!(json["message"].as_str().unwrap().contains("TICKET_READ"));
        let nothing = desk.limited_key("TICKET_READ", Limit::only([]), Limit::All).get("/ticket").expect(200);
        assert_eq!((&nothing["itemTotal"], &nothing["items"]), (&json!(0), &json!([])));
    }
}
