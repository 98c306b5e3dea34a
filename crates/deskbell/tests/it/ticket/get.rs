//! GET /ticket/{ticketID}: the item, its timeline and its limits, ETag and If-None-Match.

use http::Method;
use serde_json::{Value, json};

use super::setup::{action, exec, of_brand};
use crate::both_engines;
use crate::harness::{Client, Seen, TestDesk};

/// Writes notes, ten a call.
fn notes(key: &Client, ticket: i64, texts: &[String]) {
    for some in texts.chunks(10) {
        let actions: Vec<Value> = some.iter().map(|t| action("addNote", t.as_str())).collect();
        key.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": actions})).expect(200);
    }
}

fn contents(seen: Seen) -> (Vec<String>, i64) {
    let json = seen.expect(200);
    let text = |e: &Value| match e["type"] == "event" {
        true => e["item_type"].as_str().unwrap().to_owned(),
        false => e["content"].as_str().unwrap().to_owned(),
    };
    let timeline = json["item"]["timeline"].as_array().unwrap().iter().map(text).collect();
    (timeline, json["item"]["timeline_total"].as_i64().unwrap())
}

fn conditional(key: &Client, path: &str, tag: &str) -> Seen {
    key.send(key.request(Method::GET, path).header("if-none-match", tag), "")
}

fn texts(n: usize) -> Vec<String> {
    (1..=n).map(|n| format!("note {n}")).collect()
}

fn none_of(desk: &TestDesk) -> Client {
    desk.key("TICKET_CREATE,TICKET_UPDATE,TICKET_DELETE,SET_STATUS,TICKET_BATCH")
}

both_engines! {
    fn entries_have_their_documented_keys_in_order(desk: TestDesk) {
        let id = desk.ticket(json!({"title": "Lamp"}));
        desk.advance(60);
        notes(&desk.admin(), id, &["Broken \"glass\"\nsecond line".to_owned()]);
        desk.admin().put("/ticket/1", json!({"title": "Bulb"})).expect(200);
        let item = desk.item(id);
        let timeline = item["timeline"].as_array().unwrap();
        let (events, notes): (Vec<&Value>, Vec<&Value>) = timeline.iter().partition(|e| e["type"] == "event");
        let number = |v: &Value| v.as_i64().expect("a number").to_string();
        let expected = r#"{"id":ID,"ticket_id":1,"item_type":"title","item_type_id":"Bulb","item_type_old":"Lamp","description":"title changed from Lamp to Bulb.","initiated_by":"api: Tests","created_at":"2026-11-25 12:01:00","type":"event"}"#;
        assert_eq!(
            events.last().unwrap().to_string(),
            expected.replace("ID", &number(&events.last().unwrap()["id"]))
        );
        let expected = [
            r#"{"to":"","from":"","image":"","created_at":"2026-11-25 12:01:00","pinned":0,"id":"NUMBER","channel_name":"","#,
            r#""channel_icon":"","type":"note","status_new":"","user_id":0,"user_name":"Tests","user_avatar":"","channel_id":0,"#,
            r#""direction":"outbound","content":"Broken \"glass\"<br>\nsecond line","ticket_id":1,"external_id":"","#,
            r#""from_name":"Tests","to_name":"","meta_data":"{}","in_queue":0,"attachments":[]}"#,
        ];
        let number = notes[0]["id"].as_str().expect("an id as text");
        assert_eq!(notes[0].to_string(), expected.concat().replace("NUMBER", number));
        assert!(serde_json::from_str::<Value>(notes[0]["meta_data"].as_str().unwrap()).unwrap().is_object());
    }

    fn history_adds_the_events_and_each_mode_counts_what_it_shows(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        notes(&key, id, &texts(2));
        key.put("/ticket/1", json!({"title": "x", "priority": "low"})).expect(200);
        let (plain, total) = contents(key.get("/ticket/1"));
        assert_eq!((plain, total), (texts(2), 2));
        for no in ["false", "0", "no"] {
            assert_eq!(contents(key.get(&format!("/ticket/1?getTicketHistory={no}"))).1, 2);
        }
        for yes in ["true", "1", "YES", "on"] {
            let (mut all, total) = contents(key.get(&format!("/ticket/1?getTicketHistory={yes}")));
            all.sort();
            assert_eq!(
                (all, total),
                (["created", "note 1", "note 2", "priority", "title"].map(String::from).to_vec(), 5)
            );
        }
        key.get("/ticket/1?getTicketHistory=maybe").refused(400, "invalid_parameter", &["getTicketHistory"]);
    }

    fn the_newest_entries_are_kept_and_stand_oldest_first(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        notes(&key, id, &texts(520));
        let (shown, total) = contents(key.get("/ticket/1"));
        assert_eq!((shown.len(), total), (500, 520));
        assert_eq!(shown, texts(520)[20..]);
        assert_eq!(contents(key.get("/ticket/1?timelineLimit=10")), (texts(520)[510..].to_vec(), 520));
        assert_eq!(contents(key.get("/ticket/1?timelineLimit=0")), (vec![], 520));
        assert_eq!(contents(key.get("/ticket/1?timelineLimit=9999")), (texts(520), 520));
        for wrong in ["10000", "-1", "x", "1.0"] {
            key.get(&format!("/ticket/1?timelineLimit={wrong}")).refused(
                400,
                "invalid_parameter",
                &["timelineLimit"],
            );
        }
        // Events and notes share the limit.
        desk.advance(5);
        key.put("/ticket/1", json!({"title": "x"})).expect(200);
        let seen = contents(key.get("/ticket/1?timelineLimit=2&getTicketHistory=true"));
        assert_eq!(seen, (vec!["note 520".to_owned(), "title".to_owned()], 522));
    }

    fn an_item_stays_below_8_mib_and_keeps_its_newest_entries(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        // Escaped in JSON each of these quotation marks takes two bytes.
        let long: Vec<String> = (0..45).map(|n| format!("{n}{}", "\"".repeat(99_000))).collect();
        notes(&key, id, &long);
        let tags: Vec<String> = (0..3_000).map(|n| format!("{n:05}{}", "t".repeat(90))).collect();
        key.put("/ticket/1", json!({"tags": tags})).expect(200);
        for path in ["/ticket/1", "/ticket/1?getTicketHistory=true", "/ticket/1?timelineLimit=9999"] {
            let seen = key.get(path);
            assert!(seen.text.len() <= 8 << 20, "{path}: {} bytes", seen.text.len());
            assert!(seen.text.len() > 6 << 20, "{path}: {} bytes", seen.text.len());
            let json = seen.expect(200);
            let shown: Vec<&Value> =
                json["item"]["timeline"].as_array().unwrap().iter().filter(|e| e["type"] == "note").collect();
            assert_eq!(
                json["item"]["timeline_total"],
                if path.contains("History") { 47 } else { 45 },
                "{path}"
            );
            assert!(
                shown.len() < 45 && shown.last().unwrap()["content"].as_str().unwrap().starts_with("44\""),
                "{path}"
            );
        }
    }

    fn a_ticket_that_is_missing_hidden_or_deleted_reads_the_same(desk: TestDesk) {
        let second = desk.brand("Second");
        let (hidden, gone) = (desk.ticket(json!({"brandID": second})), desk.ticket(json!({})));
        desk.admin().delete(&format!("/ticket/{gone}")).expect(200);
        let key = of_brand(&desk, "TICKET_READ", 1);
        let texts = [hidden, gone, 999_999].map(|id| {
            let json = key.get(&format!("/ticket/{id}")).refused(404, "not_found", &[""]);
            json["message"].as_str().unwrap().replace(&id.to_string(), "…")
        });
        assert_eq!(texts[0], "Ticket … does not exist.");
        assert!(texts.iter().all(|t| *t == texts[0]), "{texts:?}");
        desk.key("TICKET_READ").get(&format!("/ticket/{hidden}")).expect(200);
    }

    fn a_path_id_is_plain_digits_within_its_bounds(desk: TestDesk) {
        desk.ticket(json!({}));
        let key = desk.admin();
        for id in ["0", "-1", "x", "1.0", "1e0", "9007199254740992", "%2B1", "1%20"] {
            key.get(&format!("/ticket/{id}")).expect(400);
        }
        assert_eq!(key.get("/ticket/9007199254740991").expect(404)["code"], "not_found");
        assert_eq!(key.get("/ticket/001").expect(200)["item"]["id"], 1);
        assert_eq!(key.get("/ticket/multi").expect(405)["code"], "method_not_allowed");
    }

    fn an_etag_names_the_version_and_all_that_is_shown(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        let first = key.get("/ticket/1").header("etag").to_owned();
        assert!(first.starts_with("\"1-"), "{first}");
        for tag in [first.clone(), format!("\"9\", {first}"), format!("W/{first}"), "*".to_owned()] {
            let seen = conditional(&key, "/ticket/1", &tag);
            assert_eq!(
                (seen.status.as_u16(), seen.text.as_str(), seen.header("etag")),
                (304, "", first.as_str()),
                "{tag}"
            );
        }
        // The version alone is no whole tag.
        assert_eq!(conditional(&key, "/ticket/1", "\"1\"").status.as_u16(), 200);
        exec(&desk, "UPDATE brand SET name = 'Renamed' WHERE id = 1");
        let renamed = conditional(&key, "/ticket/1", &first);
        let second = renamed.header("etag").to_owned();
        assert!(second.starts_with("\"1-") && second != first, "{second}");
        assert_eq!(renamed.expect(200)["item"]["brand_name"], "Renamed");
        exec(&desk, "UPDATE channel SET icon = 'robot' WHERE id = 4");
        let third = conditional(&key, "/ticket/1", &second).header("etag").to_owned();
        assert!(third.starts_with("\"1-") && third != second, "{third}");
        notes(&key, id, &["n".to_owned()]);
        let fourth = conditional(&key, "/ticket/1", &third);
        assert!(fourth.header("etag").starts_with("\"2-"), "{}", fourth.header("etag"));
        assert_eq!(fourth.status.as_u16(), 200);
    }

    fn reading_needs_its_permission_and_no_other(desk: TestDesk) {
        desk.ticket(json!({}));
        let json = none_of(&desk).get("/ticket/1").expect(403);
        assert!(json["message"].as_str().unwrap().contains("TICKET_READ"));
        desk.key("TICKET_READ").get("/ticket/1").expect(200);
    }

    fn unknown_names_are_refused_and_the_nearest_is_suggested(desk: TestDesk) {
        desk.ticket(json!({}));
        let json = desk.admin().get("/ticket/1?getTicketHistroy=true").refused(
            400,
            "unknown_parameter",
            &["getTicketHistroy"],
        );
        assert!(json["message"].as_str().unwrap().contains("getTicketHistory"), "{json}");
    }
}
