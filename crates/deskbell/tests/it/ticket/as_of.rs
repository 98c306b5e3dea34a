//! GET /ticket/{ticketID}?asOf=TIME: what it shows and when it shows nothing. The law of it is in `laws/as_of.rs`.

use http::Method;
use serde_json::{Value, json};

use super::setup::{action, exec, of_brand};
use crate::both_engines;
use crate::harness::{Client, Seen};
use crate::import::Importer;

fn as_of(key: &Client, time: &str) -> Seen {
    key.get(&format!("/ticket/1?getTicketHistory=true&asOf={}", time.replace(' ', "%20")))
}

fn contents(item: &Value) -> Vec<&str> {
    let entries = item["timeline"].as_array().unwrap().iter();
    entries.map(|e| e["content"].as_str().or(e["item_type"].as_str()).unwrap()).collect()
}

both_engines! {
    fn a_ticket_is_shown_as_it_was_at_the_end_of_a_second_or_a_day(desk: TestDesk) {
        let (key, brand) = (desk.admin(), desk.brand("Other"));
        key.post("/ticket", json!({"title": "one"})).expect(200);
        desk.advance(10);
        let note = json!({"ticketIDs": [1], "actions": [action("addNote", "first"), action("setStatus", "closed")]});
        let noted = key.post("/ticket/batch", note).expect(200);
        desk.advance(10);
        key.post("/ticket/undo", json!({"batchID": noted["batchID"]})).expect(200);
        desk.advance(86_400);
        key.put("/ticket/1", json!({"title": "two", "tags": "a", "brandID": brand})).expect(200);

        let item = as_of(&key, "2026-11-25 12:00:10").expect(200)["item"].clone();
        assert_eq!(json!([item["title"], item["status"], item["version"]]), json!(["one", "closed", 2]));
        assert_eq!(json!([item["closed_at"], item["last_update"], item["last_update_agent"]]), json!(["2026-11-25 12:00:10", "2026-11-25 12:00:10", "2026-11-25 12:00:10"]));
        assert_eq!((contents(&item), &item["timeline_total"]), (vec!["created", "status", "first"], &json!(3)));
        assert_eq!((&item["brand_id"], &item["brand_name"]), (&json!(1), &key.get("/brand/1").expect(200)["item"]["name"]));
        let first = as_of(&key, "2026-11-25 12:00:09").expect(200)["item"].clone();
        assert_eq!((&first["version"], contents(&first)), (&json!(1), vec!["created"]));
        // A day is its last second; the future is the present.
        let day = as_of(&key, "2026-11-25").expect(200)["item"].clone();
        assert_eq!((&day["version"], contents(&day)), (&json!(3), vec!["created", "status", "status"]));
        assert_eq!(as_of(&key, "2027-01-01").expect(200)["item"], desk.item(1));
        assert_eq!(as_of(&key, "2026-11-25T14:00:09%2B02:00").expect(200)["item"], first);
        for wrong in ["yesterday", "2026-02-30", "1764072000"] {
            as_of(&key, wrong).refused(400, "invalid_parameter", &["asOf"]);
        }
        let fewer = key.get("/ticket/1?timelineLimit=1&asOf=2026-11-25%2012:00:10").expect(200)["item"].clone();
        assert_eq!((contents(&fewer), &fewer["timeline_total"]), (vec!["first"], &json!(1)));
    }

    fn a_ticket_that_was_not_there_then_is_not_found(desk: TestDesk) {
        let (key, brand) = (desk.admin(), desk.brand("Other"));
        let text = |seen: Seen| seen.refused(404, "not_found", &[""])["message"].as_str().unwrap().to_owned();
        key.post("/ticket", json!({"brandID": brand})).expect(200);
        assert_eq!(text(as_of(&key, "2026-11-25 11:59:59")), "Ticket 1 did not exist at 2026-11-25 11:59:59.");
        desk.advance(10);
        key.put("/ticket/1", json!({"brandID": 1})).expect(200);
        desk.advance(10);
        let gone = key.delete("/ticket/1").expect(200);
        desk.advance(10);
        assert_eq!(text(as_of(&key, "2026-11-25 12:00:00")), "Ticket 1 does not exist.", "what is in the trash now");
        key.post("/ticket/undo", json!({"batchID": gone["batchID"]})).expect(200);
        // In the trash then; within other limits then.
        assert_eq!(text(as_of(&key, "2026-11-25 12:00:25")), "Ticket 1 did not exist at 2026-11-25 12:00:25.");
        let limited = of_brand(&desk, "TICKET_READ", 1);
        assert_eq!(text(as_of(&limited, "2026-11-25 12:00:09")), "Ticket 1 did not exist at 2026-11-25 12:00:09.");
        assert_eq!(as_of(&limited, "2026-11-25 12:00:10").expect(200)["item"]["version"], 2);
        assert_eq!(as_of(&key, "2026-11-25 12:00:09").expect(200)["item"]["version"], 1);
        desk.key("TICKET_CREATE").get("/ticket/1?asOf=2026-11-25").refused(403, "forbidden", &[""]);
    }

    fn an_imported_ticket_is_there_from_its_import_on_with_the_times_that_it_came_with(desk: TestDesk) {
        let map = "source = \"s\"\nid = \"{id}\"\n[ticket]\nstatus = \"closed\"\ncreated_at = \"{at}\"\nclosed_at = \"{closed}\"\n\
                   [message]\ncontent = \"{text}\"\ndirection = \"outbound\"\ncreated_at = \"{closed}\"\n";
        let importer = Importer::new(desk, map);
        importer.good("a.csv", "id,at,closed,text\n1,2020-01-01 10:00:00,2020-01-02 10:00:00,Hello\n");
        let (desk, key) = (&importer.desk, importer.desk.admin());
        let item = desk.item(1);
        assert_eq!(json!([item["closed_at"], item["last_update"], item["last_update_agent"]]), json!(["2020-01-02 10:00:00", "2020-01-02 10:00:00", "2020-01-02 10:00:00"]));
        desk.advance(10);
        let changes = json!({"ticketIDs": [1], "actions": [action("setStatus", "open"), action("addNote", "again")]});
        key.post("/ticket/batch", changes).expect(200);
        assert_eq!(as_of(&key, "2026-11-25 12:00:00").expect(200)["item"], item);
        for before in ["2026-11-25 11:59:59", "2020-01-03", "2019-12-31"] {
            as_of(&key, before).refused(404, "not_found", &[""]);
        }
    }

    fn an_etag_is_that_of_what_is_shown_and_no_match_for_a_later_version(desk: TestDesk) {
        let key = desk.admin();
        key.post("/ticket", json!({"title": "one"})).expect(200);
        let tag = key.get("/ticket/1").header("etag").to_owned();
        desk.advance(10);
        key.put("/ticket/1", json!({"title": "two"})).expect(200);
        let path = "/ticket/1?asOf=2026-11-25%2012:00:00";
        assert_eq!(key.get(path).header("etag"), tag);
        let asked = |path: &str| key.send(key.request(Method::GET, path).header("if-none-match", &tag), "").status.as_u16();
        assert_eq!((asked(path), asked("/ticket/1"), asked("/ticket/1?asOf=2026-11-26")), (304, 200, 200));
        let late = key.request(Method::PUT, "/ticket/1?title=three").header("if-match", &tag);
        key.send(late, "").refused(412, "precondition_failed", &[""]);
    }

    fn what_was_erased_is_not_made_up(desk: TestDesk) {
        let key = desk.admin();
        key.post("/ticket", json!({"title": "one"})).expect(200);
        for title in ["two", "three"] {
            desk.advance(10);
            key.put("/ticket/1", json!({"title": title})).expect(200);
        }
        exec(&desk, "UPDATE journal SET before = NULL, after = NULL, salt = NULL WHERE created_at = (SELECT MIN(created_at) + 10 FROM journal)");
        assert_eq!(as_of(&key, "2026-11-25 12:00:10").expect(200)["item"]["title"], "two");
        as_of(&key, "2026-11-25 12:00:00").refused(409, "conflict", &[""]);
        key.delete("/ticket/1?purge=true").expect(200);
        as_of(&key, "2026-11-25 12:00:10").refused(404, "not_found", &[""]);
    }

    fn notes_that_left_share_the_limits_of_an_item_with_those_that_stayed(desk: TestDesk) {
        let key = desk.admin();
        key.post("/ticket", json!({})).expect(200);
        let note = |n: i32| action("addNote", format!("{n:03}{}", "x".repeat(90_000)));
        let mut last = Value::Null;
        for n in 0..10 {
            let notes: Vec<Value> = (0..10).map(|m| note(n * 10 + m)).collect();
            last = key.post("/ticket/batch", json!({"ticketIDs": [1], "actions": notes})).expect(200);
        }
        desk.advance(10);
        key.post("/ticket/undo", json!({"batchID": last["batchID"]})).expect(200);
        assert_eq!(desk.item(1)["timeline_total"], 91);
        let seen = as_of(&key, "2026-11-25 12:00:00");
        assert!(seen.text.len() <= 8 << 20 && seen.text.len() > 6 << 20, "{}", seen.text.len());
        let item = seen.expect(200)["item"].clone();
        assert_eq!((&item["timeline_total"], &item["version"]), (&json!(101), &json!(11)));
        let shown: Vec<&str> = contents(&item).into_iter().map(|text| &text[..3]).collect();
        assert!(shown.len() > 80 && shown.iter().rev().zip((0..100).rev()).all(|(shown, n)| **shown == format!("{n:03}")), "{shown:?}");
    }
}
