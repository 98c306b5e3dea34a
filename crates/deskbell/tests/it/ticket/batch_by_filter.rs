//! POST /ticket/batch over filters in place of ids: the tickets of the list, however many, and never all by accident.

use std::time::Duration;

use deskbell_app::Settings;
use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::Status;
use serde_json::{Value, json};

use super::setup::{action, count, counts, customer, fill, of_brand, rows, titled};
use crate::both_engines;
use crate::harness::{Client, TestDesk};

const PATH: &str = "/ticket/batch";

/// What a batch over these filters would be about, by a dry run.
fn meant(key: &Client, filter: &Value) -> Vec<i64> {
    let mut body = filter.clone();
    body["actions"] = json!([action("setPriority", "urgent")]);
    body["dryRun"] = json!(true);
    let seen = key.post(PATH, body).expect(200);
    let ids = seen["results"].as_array().unwrap().iter();
    ids.map(|row| row["ticketID"].as_i64().unwrap()).collect()
}

/// The tickets of the list with these filters, by id.
fn listed(key: &Client, filter: &Value) -> Vec<i64> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(some) => {
            some.iter().map(|v| v.to_string().replace('"', "")).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    let query = filter.as_object().unwrap().iter().fold(String::new(), |query, (name, value)| {
        format!("{query}&{name}={}", words(value).replace(' ', "%20").replace('"', "%22"))
    });
    let seen = key.get(&format!("/ticket?itemLimit=9999&order=asc{query}")).expect(200);
    seen["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

fn of_status(status: Status) -> NewTicket {
    NewTicket { edits: vec![Edit::new("status", Change::Status(status))], ..titled("t") }
}

both_engines! {
    fn each_filter_means_the_tickets_of_the_list(desk: TestDesk) {
        let (brand, group, user) = (desk.brand("Second"), desk.group("Helpers"), desk.user("nora"));
        let key = desk.admin();
        customer(&desk, 1, "C-1", "ann@example.org");
        desk.ticket(json!({"title": "red shoes", "direction": "outbound"}));
        desk.ticket(json!({"title": "red hat", "brandID": brand, "channelID": 2}));
        desk.advance(60);
        desk.ticket(json!({"title": "blue hat", "assignedGroupID": group, "assignedUserID": user, "priority": "high"}));
        desk.ticket(json!({"title": "green", "from": "ann@example.org", "tags": ["late, again", "vip"]}));
        let closed = desk.ticket(json!({"title": "blue shoes", "tags": ["VIP"]}));
        key.post("/ticket/setStatus", json!({"ticketIDs": [closed], "status": "closed"})).expect(200);
        key.post(PATH, json!({"ticketIDs": [closed], "actions": [action("archive", Value::Null)]})).expect(200);
        let gone = desk.ticket(json!({"title": "red"}));
        key.delete(&format!("/ticket/{gone}")).expect(200);
        let filters = [
            json!({"query": "red"}), json!({"query": "hat blue"}), json!({"query": "\"red shoes\""}),
            json!({"status": "new"}), json!({"status": ["new", "closed"], "searchArchived": "yes"}), json!({"status": "closed"}),
            json!({"priority": ["high", "low"]}), json!({"brandID": brand}), json!({"brandID": [1, brand]}), json!({"brandID": 99}),
            json!({"channelID": 2}), json!({"assignedGroupID": 0}), json!({"assignedGroupID": group}), json!({"assignedUserID": [user]}),
            json!({"customerID": 1}), json!({"customerID": 0}), json!({"tag": "vip"}), json!({"tag": "vip", "searchArchived": "yes"}),
            json!({"tag": "\"late, again\""}), json!({"formID": 0}), json!({"direction": "outbound"}),
            json!({"createdFrom": "2026-11-25 12:01:00"}), json!({"createdTo": "2026-11-25 12:00:59"}),
            json!({"updatedFrom": "2026-11-25 12:01:00"}), json!({"updatedTo": "2026-11-25"}),
            json!({"status": "new", "brandID": 1, "query": "shoes"}),
        ];
        let mut nothing = Vec::new();
        for filter in &filters {
            let ids = meant(&key, filter);
            assert_eq!(ids, listed(&key, filter), "{filter}");
            if ids.is_empty() {
                nothing.push(filter.to_string());
            }
        }
        assert_eq!(nothing, [r#"{"status":"closed"}"#, r#"{"brandID":99}"#]);
        // And for real, in a form.
        let form = "status=new&query=red&actions[0][actionType]=setStatus&actions[0][value]=solved&expectTotal=2";
        let done = key.send(key.request(http::Method::POST, PATH).header("content-type", "application/x-www-form-urlencoded"), form);
        assert_eq!(rows(&done.expect(200)), ["1 changed 2", "2 changed 2"]);
    }

    fn nothing_empty_or_contradictory_means_all(desk: TestDesk) {
        let key = desk.admin();
        let id = desk.ticket(json!({"title": "one"}));
        let refused = |mut body: Value, code: &str, fields: &[&str]| {
            body["actions"] = json!([action("setStatus", "solved")]);
            key.post(PATH, body).refused(400, code, fields);
        };
        let [missing, invalid] = ["missing_parameter", "invalid_parameter"];
        for nothing in [json!({}), json!({"status": null}), json!({"brandID": null, "query": null}), json!({"ticketIDs": []})] {
            refused(nothing, missing, &["TicketIDs"]);
        }
        refused(json!({"searchArchived": "yes"}), missing, &["TicketIDs"]);
        refused(json!({"expectTotal": 1}), missing, &["TicketIDs"]);
        for name in ["query", "status", "brandID", "assignedUserID", "tag", "direction", "createdFrom", "updatedTo"] {
            refused(json!({(name): ""}), invalid, &[name]);
            refused(json!({(name): "", "priority": "high"}), invalid, &[name]);
        }
        for name in ["status", "brandID", "tag"] {
            refused(json!({(name): []}), invalid, &[name]);
            refused(json!({(name): [""]}), invalid, &[name]);
        }
        refused(json!({"query": "  "}), invalid, &["query"]);
        refused(json!({"query": "status:opne"}), invalid, &["query"]);
        refused(json!({"ticketIDs": [id], "status": "new"}), invalid, &["status"]);
        refused(json!({"TicketIDs": "1", "query": "one"}), invalid, &["query"]);
        refused(json!({"ticketIDs": [id], "expectTotal": 1}), invalid, &["expectTotal"]);
        refused(json!({"ticketIDs": [id], "searchArchived": "no"}), invalid, &["searchArchived"]);
        refused(json!({"status": "new", "expectTotal": -1}), invalid, &["expectTotal"]);
        refused(json!({"applyView": "mine"}), "unknown_reference", &["applyView"]);
        refused(json!({"state": "new", "priority": "high"}), "unknown_parameter", &["state"]);
        assert_eq!(desk.item(id)["status"], "new");
        // Words that no ticket can have are no filter that lets all pass.
        let wordless = json!({"query": "- . !", "actions": [action("setStatus", "solved")]});
        assert_eq!(counts(&key.post(PATH, wordless).expect(200)), [0, 0, 0]);
        // A null beside ids says nothing.
        let body = json!({"ticketIDs": [id], "status": null, "actions": [action("setStatus", "solved")]});
        assert_eq!(rows(&key.post(PATH, body).expect(200)), ["1 changed 2"]);
    }

    fn an_empty_list_of_ids_beside_filters_is_refused_however_it_is_sent(desk: TestDesk) {
        let key = desk.admin();
        let id = desk.ticket(json!({"title": "one"}));
        let actions = json!([action("setStatus", "solved")]);
        for (name, empty) in [("ticketIDs", json!([])), ("ticketIDs", json!("")), ("ticketIDs", json!([""])), ("TicketIDs", json!(""))] {
            let seen = key.post(PATH, json!({(name): empty, "status": "new", "actions": actions})).refused(400, "invalid_parameter", &[name]);
            assert!(seen["message"].as_str().expect("text").contains("either ids or filters"), "{seen}");
        }
        let form = "actions[0][actionType]=setStatus&actions[0][value]=solved&status=new";
        let sent = |path: &str, body: &str| key.send(key.request(http::Method::POST, path).header("content-type", "application/x-www-form-urlencoded"), body.to_owned());
        for (empty, name) in [("TicketIDs=", "TicketIDs"), ("ticketIDs=", "ticketIDs"), ("ticketIDs[]=", "ticketIDs"), ("ticketIDs[0]=", "ticketIDs")] {
            sent(PATH, &format!("{form}&{empty}")).refused(400, "invalid_parameter", &[name]);
            sent(&format!("{PATH}?{empty}"), form).refused(400, "invalid_parameter", &[name]);
        }
        assert_eq!(desk.item(id)["status"], "new");
    }

    fn who_deletes_by_filters_says_how_many(desk: TestDesk) {
        let key = desk.admin();
        fill(&desk, 3, |_| titled("t"));
        let with = |more: Value| {
            let mut body = json!({"createdFrom": "1970-01-01", "actions": [action("addTags", "x"), action("delete", Value::Null)]});
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            key.post(PATH, body)
        };
        let seen = with(json!({})).refused(400, "missing_parameter", &["expectTotal"]);
        assert!(seen["message"].as_str().expect("text").contains("match 3 now"), "{seen}");
        assert_eq!(count(&desk, "ticket", "version > 1"), 0);
        assert_eq!(counts(&with(json!({"dryRun": true})).expect(200)), [3, 0, 0]);
        with(json!({"expectTotal": 4})).refused(409, "conflict", &["expectTotal"]);
        assert_eq!(counts(&with(json!({"expectTotal": 3})).expect(200)), [3, 0, 0]);
        let id = desk.ticket(json!({"title": "one"}));
        let named = json!({"ticketIDs": [id], "actions": [action("delete", Value::Null)]});
        assert_eq!(counts(&key.post(PATH, named).expect(200)), [1, 0, 0]);
    }

    fn a_set_of_another_size_than_expected_is_left_alone(desk: TestDesk) {
        let key = desk.admin();
        fill(&desk, 3, |_| titled("t"));
        let solve = |expected: i64| {
            let actions = json!([action("setStatus", "solved")]);
            key.post(PATH, json!({"status": "new", "expectTotal": expected, "actions": actions}))
        };
        for wrong in [0, 2, 4] {
            let seen = solve(wrong);
            seen.refused(409, "conflict", &["expectTotal"]);
        }
        let dry = json!({"status": "new", "expectTotal": 4, "dryRun": true, "actions": [action("setStatus", "solved")]});
        key.post(PATH, dry).refused(409, "conflict", &["expectTotal"]);
        assert_eq!(count(&desk, "ticket", "version > 1"), 0);
        assert_eq!(counts(&solve(3).expect(200)), [3, 0, 0]);
        // Nothing is a set too.
        assert_eq!(counts(&solve(0).expect(200)), [0, 0, 0]);
    }

    fn only_what_the_key_may_see_and_read_is_meant(desk: TestDesk) {
        let brand = desk.brand("Second");
        for brand in [1, brand, 1, brand] {
            desk.ticket(json!({"brandID": brand, "title": "word"}));
        }
        let body = json!({"query": "word", "expectTotal": 2, "actions": [action("setStatus", "solved")]});
        of_brand(&desk, "TICKET_BATCH,SET_STATUS", brand).post(PATH, body.clone()).refused(403, "forbidden", &[""]);
        of_brand(&desk, "TICKET_READ,SET_STATUS", brand).post(PATH, body.clone()).refused(403, "forbidden", &[""]);
        let seen = of_brand(&desk, "TICKET_BATCH,SET_STATUS,TICKET_READ", brand).post(PATH, body).expect(200);
        assert_eq!(rows(&seen), ["2 changed 2", "4 changed 2"]);
        assert_eq!(count(&desk, "ticket", "version > 1"), 2);
    }

    fn any_number_of_tickets_is_one_batch_that_can_be_taken_back(desk: TestDesk) {
        let key = desk.admin();
        fill(&desk, 1_100, |n| of_status(if n % 2 == 0 { Status::New } else { Status::Pending }));
        let all = json!({"status": ["new", "pending"], "actions": [action("setStatus", "solved"), action("addTags", "swept")]});
        let with = |name: &str, value: Value| {
            let mut body = all.clone();
            body[name] = value;
            key.post(PATH, body)
        };
        with("mode", json!("atomic")).refused(413, "payload_too_large", &[""]);
        let tried = with("dryRun", json!(true)).expect(200);
        assert_eq!((counts(&tried), rows(&tried).len(), &tried["message"]), ([1100, 0, 0], 1100, &json!("Actions would be done on 1100 of 1100 tickets.")));
        assert_eq!(count(&desk, "ticket", "version > 1"), 0);
        let done = with("expectTotal", json!(1100)).expect(200);
        assert_eq!((counts(&done), rows(&done).len()), ([1100, 0, 0], 1100));
        let batch = done["batchID"].as_str().unwrap();
        assert_eq!(count(&desk, "journal", &format!("batch_id = '{batch}'")), 2_200);
        assert_eq!(key.get("/ticket?tag=swept&status=solved&itemLimit=0").expect(200)["itemTotal"], 1100);
        let undone = key.post("/ticket/undo", json!({"batchID": batch})).expect(200);
        assert_eq!(counts(&undone), [1100, 0, 0]);
        assert_eq!(key.get("/ticket?status=pending&itemLimit=0").expect(200)["itemTotal"], 550);
        assert_eq!(count(&desk, "ticket_tag", "1 = 1"), 0);
    }

    fn the_set_is_that_of_the_beginning(desk: TestDesk) {
        let hasty = TestDesk::at(desk.place.clone(), Settings { job_after: Duration::ZERO, ..Settings::default() });
        let key = hasty.admin();
        fill(&desk, 2_000, |_| titled("t"));
        let begun = key.post(PATH, json!({"status": "new", "actions": [action("setStatus", "solved")]})).expect(202);
        assert_eq!((&begun["total"], &begun["type"]), (&json!(2000), &json!("job")));
        let late = desk.ticket(json!({"title": "late"}));
        let path = format!("/job/{}", begun["jobID"]);
        for _ in 0..1_000 {
            if key.get(&path).expect(200)["item"]["state"] == "done" {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let item = key.get(&path).expect(200)["item"].clone();
        let shown = ["state", "done", "changed", "failed"].map(|k| item[k].clone());
        assert_eq!(json!(shown), json!(["done", 2000, 2000, 0]));
        assert_eq!((desk.item(late)["status"].clone(), count(&desk, "ticket", "status = 1")), (json!("new"), 1));
    }
}
