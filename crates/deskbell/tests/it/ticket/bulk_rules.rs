//! What all bulk calls share: all or none, dry runs, versions, caps, work in chunks and jobs.

use std::time::Duration;

use deskbell_app::Settings;
use http::Method;
use serde_json::{Value, json};

use super::setup::{action, count, counts, customer, fill, rows, titled, total};
use crate::both_engines;
use crate::harness::{Client, Place, TestDesk};

/// Everything that a change may touch, to compare before and after.
fn state(desk: &TestDesk) -> Vec<Value> {
    let list = desk.admin().get("/ticket?searchArchived=yes&itemLimit=9999&order=asc").expect(200);
    let mut all: Vec<Value> = list["items"].as_array().unwrap().clone();
    all.extend(
        ["journal", "message", "ticket_tag", "bulk", "bulk_row"]
            .map(|table| json!(count(desk, table, "1 = 1"))),
    );
    all.extend(
        ["new", "open", "closed"].map(|status| json!(total(&desk.admin(), &format!("&status={status}")))),
    );
    all
}

/// A call for each path, over these tickets.
fn calls(ids: &[i64]) -> Vec<(Method, &'static str, Value)> {
    vec![
        (Method::POST, "/ticket/setStatus", json!({"status": "closed", "ticketIDs": ids})),
        (Method::POST, "/ticket/setPriority", json!({"priority": "low", "ticketIDs": ids})),
        (Method::DELETE, "/ticket/multi", json!({"ticketIDs": ids})),
        (
            Method::POST,
            "/ticket/batch",
            json!({"ticketIDs": ids, "actions": [action("addNote", "n"), action("addTags", "t"), action("linkCustomer", "ann"), action("setStatus", "open")]}),
        ),
    ]
}

fn with(body: &Value, key: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[key] = value;
    body
}

fn outcomes(result: &Value) -> Vec<(Value, Value, Value)> {
    result["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["ticketID"].clone(), r["outcome"].clone(), r["code"].clone()))
        .collect()
}

/// Asks for a job until it is done.
fn finished(key: &Client, location: &str) -> Value {
    let path = location.strip_prefix("/api/v2").expect("a relative address");
    for _ in 0..600 {
        let item = key.get(path).expect(200)["item"].clone();
        if item["state"] == "done" {
            return item;
        }
        assert_eq!(item["state"], "running");
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the job does not end");
}

both_engines! {
    fn a_dry_run_is_the_real_run_without_writing(desk: TestDesk) {
        let second = desk.brand("Second");
        customer(&desk, 1, "ann", "ann@x.example");
        let key = desk.admin();
        for n in 0..4 {
            let ids = fill(&desk, 4, |_| titled("t"));
            key.put(
                &format!("/ticket/{}", ids[1]),
                json!({"brandID": second, "priority": "low", "status": "closed"}),
            )
            .expect(200);
            let (method, path, body) = calls(&[ids[2], 99_999, ids[1], ids[0], ids[2]]).remove(n);
            for mode in ["best_effort", "atomic"] {
                let body = with(&body, "mode", json!(mode));
                let before = state(&desk);
                let tried = key.json(method.clone(), path, with(&body, "dryRun", json!("yes")));
                assert_eq!(state(&desk), before, "{path} {mode}");
                let done = key.json(method.clone(), path, body);
                assert_eq!(tried.status, done.status, "{path} {mode}");
                assert_eq!(outcomes(&tried.json), outcomes(&done.json), "{path} {mode}");
                assert_eq!(counts(&tried.json), counts(&done.json));
                assert_eq!(tried.json["dryRun"], true);
                assert_eq!((tried.json.get("batchID"), done.json.get("dryRun")), (None, None));
                assert!(tried.json["results"].as_array().unwrap().iter().all(|r| r.get("version").is_none()));
                assert!(done.json["batchID"].is_string());
                if mode == "atomic" {
                    assert_eq!(
                        state(&desk),
                        before,
                        "{path}: an atomic call with a failure leaves nothing behind"
                    );
                } else {
                    assert_ne!(state(&desk), before, "{path}");
                    break;
                }
            }
            let (method, path, body) = calls(&fill(&desk, 2, |_| titled("t"))).remove(n);
            let before = state(&desk);
            let wrong = with(
                &with(&body, "mode", json!("atomic")),
                "ticketIDs",
                json!([body["ticketIDs"][0], 99_999, body["ticketIDs"][1]]),
            );
            let failed = key.json(method.clone(), path, wrong.clone()).expect(404);
            assert_eq!(
                outcomes(&failed).iter().map(|o| o.2.as_str().unwrap()).collect::<Vec<_>>(),
                ["rolled_back", "not_found", "rolled_back"],
                "{path}"
            );
            assert_eq!((counts(&failed), &failed["code"]), ([0, 0, 3], &json!("not_found")));
            let tried = key.json(method.clone(), path, with(&wrong, "dryRun", json!(true))).expect(404);
            assert_eq!(outcomes(&tried), outcomes(&failed));
            assert_eq!(state(&desk), before, "{path}");
            let done = key.json(method, path, with(&body, "mode", json!("atomic"))).expect(200);
            assert_eq!(counts(&done), [2, 0, 0], "{path}");
        }
    }

    fn failures_of_different_kinds_share_no_status(desk: TestDesk) {
        let ids = fill(&desk, 2, |_| titled("t"));
        let key = desk.admin();
        let body = json!({"ticketIDs": [ids[0], 99_999], "actions": [action("archive", Value::Null)]});
        let seen = key.post("/ticket/batch", body.clone()).expect(207);
        assert_eq!(rows(&seen), ["1 failed conflict", "99999 failed not_found"]);
        assert_eq!(
            (&seen["status"], &seen["code"], &seen["errors"][0]["code"]),
            (&json!("error"), &json!("conflict"), &json!("conflict"))
        );
        // Rows that only say rolled_back do not count.
        let body = json!({"ticketIDs": [ids[0], ids[1]], "mode": "atomic", "versions": {"2": 7}, "actions": [action("setTitle", "x")]});
        let seen = key.post("/ticket/batch", body).expect(412);
        assert_eq!(
            (rows(&seen), &seen["code"]),
            (
                vec!["1 failed rolled_back".into(), "2 failed precondition_failed".into()],
                &json!("precondition_failed")
            )
        );
        assert_eq!(desk.item(1)["version"], 1);
    }

    fn versions_guard_each_ticket_that_they_name(desk: TestDesk) {
        fill(&desk, 3, |_| titled("t"));
        let key = desk.admin();
        key.put("/ticket/3", json!({"title": "moved on"})).expect(200);
        let seen = key
            .post(
                "/ticket/setStatus",
                json!({"status": "open", "ticketIDs": [1, 2, 3], "versions": {"1": 1, "3": "1", "77": 5}}),
            )
            .expect(207);
        assert_eq!(rows(&seen), ["1 changed 2", "2 changed 2", "3 failed precondition_failed"]);
        assert_eq!(seen["results"][2]["currentVersion"], 2);
        // A condition that fails is told even where nothing would change.
        let seen = key
            .form(Method::POST, "/ticket/setPriority", "priority=medium&ticketIDs=1&versions[1]=1")
            .expect(412);
        assert_eq!(
            (&seen["code"], &seen["results"][0]["currentVersion"]),
            (&json!("precondition_failed"), &json!(2))
        );
        let seen = key
            .form(Method::POST, "/ticket/setPriority", "priority=medium&ticketIDs=1&versions[1]=2")
            .expect(200);
        assert_eq!(rows(&seen), ["1 unchanged 2"]);
        for wrong in
            ["versions[x]=1", "versions[1]=x", "versions=1", "versions[1]=1&versions[1]=2", "versions[]=1"]
        {
            key.form(Method::POST, "/ticket/setPriority", &format!("priority=low&ticketIDs=1&{wrong}"))
                .expect(400);
        }
        let seen = key
            .post(
                "/ticket/setPriority",
                json!({"priority": "low", "ticketIDs": [1], "versions": {"1": 1}, "dryRun": true}),
            )
            .expect(412);
        assert_eq!(seen["dryRun"], true);
        assert_eq!(desk.item(1)["priority"], "medium");
    }

    fn there_are_caps_on_ids_and_the_modes_have_two_names(desk: TestDesk) {
        let key = desk.admin();
        let ids = |n: i64| (1..=n).collect::<Vec<i64>>();
        for (method, path, body) in calls(&ids(10_001)) {
            let seen = key.json(method.clone(), path, body.clone()).expect(413);
            assert_eq!(
                (&seen["code"], &seen["errors"][0]["field"]),
                (&json!("payload_too_large"), &json!("ticketIDs")),
                "{path}"
            );
            let body = with(&with(&body, "ticketIDs", json!(ids(1_001))), "mode", json!("atomic"));
            assert_eq!(
                key.json(method.clone(), path, body.clone()).expect(413)["code"],
                "payload_too_large",
                "{path}"
            );
            key.json(method.clone(), path, with(&body, "ticketIDs", json!(ids(1_000)))).expect(404);
            key.json(method, path, with(&body, "mode", json!("sometimes"))).expect(400);
        }
        // Ten thousand distinct ones are taken, however often they are named.
        let twice: Vec<i64> = ids(10_000).into_iter().chain(ids(10_000)).collect();
        let seen = key
            .post("/ticket/setPriority", json!({"priority": "low", "ticketIDs": twice, "dryRun": true}))
            .expect(404);
        assert_eq!(counts(&seen), [0, 0, 10_000]);
        assert_eq!(seen["results"].as_array().unwrap().len(), 10_000);
        let text = ids(10_001).iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        key.post("/ticket/batch", json!({"TicketIDs": text, "actions": [action("setTitle", "x")]}))
            .expect(413);
    }

    fn many_tickets_are_done_in_steps_with_the_rows_in_the_order_sent(desk: TestDesk) {
        let ids = fill(&desk, 600, |_| titled("t"));
        let key = desk.admin();
        // Neither ascending nor descending, one missing, one twice.
        let mut sent: Vec<i64> = (0..600).map(|n| ids[(n * 7) % 600]).collect();
        sent.insert(300, 99_999);
        sent.push(sent[0]);
        key.put(&format!("/ticket/{}", sent[10]), json!({"status": "solved"})).expect(200);
        let body = json!({"status": "solved", "ticketIDs": sent, "versions": {sent[20].to_string(): 9}});
        let tried = key.post("/ticket/setStatus", with(&body, "dryRun", json!(true))).expect(207);
        desk.advance(1);
        let seen = key.post("/ticket/setStatus", body).expect(207);
        assert_eq!(counts(&seen), [598, 1, 2]);
        assert_eq!(outcomes(&tried), outcomes(&seen));
        let shown: Vec<i64> =
            seen["results"].as_array().unwrap().iter().map(|r| r["ticketID"].as_i64().unwrap()).collect();
        assert_eq!(shown, sent[..601]);
        assert_eq!(rows(&seen)[10], format!("{} unchanged 2", sent[10]));
        assert_eq!(rows(&seen)[20], format!("{} failed precondition_failed", sent[20]));
        assert_eq!(seen["results"][20]["currentVersion"], 1);
        assert_eq!(rows(&seen)[300], "99999 failed not_found");
        assert_eq!(total(&key, "&status=solved"), 599);
        let batch = seen["batchID"].as_str().unwrap();
        assert_eq!(count(&desk, "journal", &format!("batch_id = '{batch}' AND item_type = 'status'")), 598);
        assert_eq!(count(&desk, "journal", &format!("batch_id = '{batch}'")), 598);
        // The walk over one shared second ends and meets each once.
        for sort in ["last_update", "priority"] {
            let (mut met, mut cursor) = (Vec::new(), String::new());
            for page in 0.. {
                let json =
                    key.get(&format!("/ticket?sort={sort}&order=asc&itemLimit=100{cursor}")).expect(200);
                met.extend(json["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()));
                let Some(next) = json["nextCursor"].as_str() else { break };
                assert!(page < 6, "the walk does not end");
                cursor = format!("&cursor={next}");
            }
            met.sort_unstable();
            assert_eq!(met, ids, "{sort}");
        }
    }

    fn bulk_options_are_checked_like_any_field(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        for (field, value) in [("mode", json!("ATOMIC")), ("dryRun", json!("perhaps"))] {
            key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [id], field: value}))
                .refused(400, "invalid_parameter", &[field]);
        }
        key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [id], "purge": true})).refused(
            400,
            "unknown_parameter",
            &["purge"],
        );
        key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [id], "mode": "", "dryRun": ""}))
            .expect(200);
        assert_eq!(desk.item(id)["status"], "open");
    }
}

fn a_job(place: Place) {
    let desk = TestDesk::at(place, Settings { job_after: Duration::ZERO, ..Settings::default() });
    let ids = fill(&desk, 600, |_| titled("t"));
    let key = desk.key("SET_STATUS,TICKET_READ");
    // What fits into one step is answered at once.
    key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": &ids[..250]})).expect(200);
    let mut sent = ids.clone();
    sent.push(99_999);
    let seen = key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": sent}));
    let location = seen.header("location").to_owned();
    let json = seen.expect(202);
    let (job, batch) = (json["jobID"].as_i64().unwrap(), json["batchID"].clone());
    assert_eq!(location, format!("/api/v2/job/{job}"));
    assert_eq!(
        (&json["type"], &json["total"], json.as_object().unwrap().len()),
        (&json!("job"), &json!(601), 6),
        "{json}"
    );
    assert!(json["done"].as_i64().unwrap() < 601 && json["message"].is_string());
    let path = format!("/job/{job}");
    desk.admin().get(&path).refused(404, "not_found", &[""]);
    desk.nobody().get(&path).expect(401);
    key.get("/job/999").expect(404);
    let item = finished(&key, &location);
    let expected = json!({
        "id": job, "batchID": batch, "state": "done", "total": 601, "done": 601, "changed": 350, "unchanged": 250,
        "failed": 1, "created_at": "2026-11-25 12:00:00", "finished_at": "2026-11-25 12:00:00",
        "version": 603,
    });
    assert_eq!(item.to_string(), expected.to_string());
    assert_eq!(total(&key, "&status=open"), 600);
    let seen = key.put("/ticket/solveUnfinishedTickets", json!({}));
    let location = seen.header("location").to_owned();
    assert_eq!(seen.expect(202)["total"], 600);
    assert_eq!(finished(&key, &location)["changed"], 600);
    assert_eq!(total(&key, "&status=solved"), 600);
    assert_eq!(
        count(
            &desk,
            "journal",
            &format!("batch_id = {} AND ticket_id = 600", batch.to_string().replace('"', "'"))
        ),
        1
    );
}

#[test]
fn long_work_goes_on_as_a_job_of_its_key_on_sqlite() {
    a_job(Place::sqlite());
}

#[test]
fn long_work_goes_on_as_a_job_of_its_key_on_postgres() {
    a_job(Place::postgres());
}
