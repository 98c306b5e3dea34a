//! Bulk work that is written down first: whatever stops it, it is finished once and as one.

use std::time::Duration;

use deskbell_app::{Settings, key};
use deskbell_db::Engine;
use serde_json::{Value, json};

use super::bulk::tickets;
use super::{crowd, node};
use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::{Probe, do_as_system};

/// Three chunks.
const MANY: usize = 620;

/// Longer than a node may be silent.
const LEASE_AND_MORE: i64 = 60;

fn note(key: &Client, ids: &[i64]) -> Value {
    let actions =
        json!([{"actionType": "addNote", "value": "beta"}, {"actionType": "setStatus", "value": "open"}]);
    let seen = key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions}));
    assert!(matches!(seen.status.as_u16(), 200 | 202 | 207), "{}", seen.text);
    seen.json
}

/// A desk whose bulk calls answer with a job at once.
fn hasty(desk: &TestDesk) -> TestDesk {
    TestDesk::at(desk.place.clone(), Settings { job_after: Duration::ZERO, ..Settings::default() })
}

/// A piece of work that has got as far as the second chunk, which broke; its job.
fn stopped(desk: &TestDesk, key: &Client, probe: &Probe, ids: &[i64]) -> i64 {
    probe.break_table("message", "INSERT", &format!("NEW.ticket_id = {}", ids[300]));
    let answer = note(key, ids);
    assert_eq!(answer["type"], "job", "{answer}");
    let job = answer["jobID"].as_i64().expect("a job");
    for _ in 0..400 {
        if key.get(&format!("/job/{job}")).expect(200)["item"]["done"] == 250
            && desk.desk.stats().rollbacks > 5
        {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let item = key.get(&format!("/job/{job}")).expect(200)["item"].clone();
    assert_eq!((&item["state"], &item["done"]), (&json!("running"), &json!(250)), "{item}");
    job
}

fn resume(desk: &TestDesk) {
    desk.block_on(desk.desk.resume_bulk()).expect("bulk work goes on");
}

/// How many tickets have how many notes.
fn notes(probe: &Probe) -> Vec<[i64; 2]> {
    probe.numbers(
        "SELECT n, CAST(COUNT(*) AS BIGINT) FROM (SELECT COUNT(m.id) AS n FROM ticket t \
         LEFT JOIN message m ON m.ticket_id = t.id GROUP BY t.id) AS each_ticket GROUP BY n ORDER BY n",
    )
}

both_engines! {
    fn work_that_stopped_in_the_middle_goes_on_elsewhere_and_is_done_once(desk: TestDesk) {
        let (first, second, probe) = (hasty(&desk), node(&desk), Probe::new(&desk.place));
        let (ids, key) = (tickets(&desk, MANY), first.admin());
        let job = stopped(&first, &key, &probe, &ids);
        probe.mend("message");
        resume(&second);
        assert_eq!(key.get(&format!("/job/{job}")).expect(200)["item"]["done"], 250, "the lease has not run out yet");
        second.advance(LEASE_AND_MORE);
        resume(&second);
        let item = key.get(&format!("/job/{job}")).expect(200)["item"].clone();
        let shown = ["state", "total", "done", "changed", "unchanged", "failed"].map(|k| item[k].clone());
        assert_eq!(json!(shown), json!(["done", 620, 620, 620, 0, 0]));
        assert_eq!(notes(&probe), [[1, 620]]);
        assert_eq!(probe.number("SELECT COUNT(*) FROM ticket WHERE version <> 2 OR status <> 2"), 0);
        assert_eq!(probe.number("SELECT COUNT(DISTINCT batch_id) FROM journal WHERE item_type = 'note'"), 1);
        assert_eq!(key.get("/ticket?query=beta&itemLimit=1").expect(200)["itemTotal"], 620);
        probe.counters_hold();
        probe.versions_hold();
        second.advance(LEASE_AND_MORE);
        resume(&second);
        assert_eq!(notes(&probe), [[1, 620]], "what is done is done");
    }

    fn a_server_that_starts_over_a_file_goes_on_at_once_and_one_of_many_nodes_waits(desk: TestDesk) {
        let (first, second, probe) = (hasty(&desk), node(&desk), Probe::new(&desk.place));
        let (ids, key) = (tickets(&desk, MANY), first.admin());
        let job = stopped(&first, &key, &probe, &ids);
        probe.mend("message");
        let state = || key.get(&format!("/job/{job}")).expect(200)["item"]["state"].clone();
        let background = second.block_on(second.desk.start_background());
        let (at_once, tries) = (desk.desk.engine() == Engine::Sqlite, 500);
        for _ in 0..if at_once { tries } else { 25 } {
            if state() == "done" {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(state(), if at_once { "done" } else { "running" });
        drop(background);
        assert_eq!(notes(&probe).last(), Some(&[1, if at_once { 620 } else { 250 }]));
    }

    fn work_on_many_tickets_begins_when_all_are_written_down(desk: TestDesk) {
        let patient = Settings { job_after: Duration::from_secs(120), ..Settings::default() };
        let (desk, probe) = (TestDesk::at(desk.place.clone(), patient), Probe::new(&desk.place));
        let (made, key) = (tickets(&desk, 2), desk.admin());
        // Most of them do not exist. The last chunk is not of the first transaction.
        let mut ids: Vec<i64> = (1_000_000..1_009_998).collect();
        ids.insert(0, made[0]);
        ids.push(made[1]);
        let body = json!({"ticketIDs": ids, "actions": [{"actionType": "addNote", "value": "beta"}]}).to_string();
        let send = || {
            let request = key.request(http::Method::POST, "/ticket/batch").header("content-type", "application/json");
            key.send(request.header("idempotency-key", "many"), body.clone())
        };
        let jobs = || -> Vec<Value> {
            let json = key.get("/job").expect(200);
            let shown = |job: &Value| json!(["state", "total", "done", "changed", "failed"].map(|k| job[k].clone()));
            json["items"].as_array().expect("jobs").iter().map(shown).collect()
        };
        probe.break_table("bulk_chunk", "INSERT", "NEW.chunk = 39");
        send().refused(500, "internal", &[""]);
        probe.mend("bulk_chunk");
        assert_eq!(probe.number("SELECT COUNT(*) FROM bulk_chunk"), 20, "some were written down");
        desk.advance(LEASE_AND_MORE);
        resume(&desk);
        assert_eq!(jobs(), [json!(["cancelled", 10_000, 0, 0, 0])]);
        assert_eq!(notes(&probe), [[0, 2]], "nothing is done of what did not begin");
        let first = send();
        assert_eq!((first.status.as_u16(), &first.json["changed"], &first.json["failed"]), (207, &json!(2), &json!(9_998)));
        assert_eq!(send().text, first.text);
        assert_eq!(jobs()[0], json!(["done", 10_000, 10_000, 2, 9_998]));
        assert_eq!(jobs().len(), 2);
        assert_eq!(notes(&probe), [[1, 2]]);
    }

    fn work_that_is_cancelled_stays_as_far_as_it_is_and_can_be_taken_back(desk: TestDesk) {
        let (first, second, probe) = (hasty(&desk), node(&desk), Probe::new(&desk.place));
        let (ids, key) = (tickets(&desk, MANY), first.admin());
        let job = stopped(&first, &key, &probe, &ids);
        let path = format!("/job/{job}");
        first.admin().delete(&path).refused(404, "not_found", &[""]);
        let batch = key.get(&path).expect(200)["item"]["batchID"].clone();
        key.post("/ticket/undo", json!({"batchID": batch})).refused(409, "conflict", &["batchID"]);
        for _ in 0..2 {
            let seen = key.delete(&path).expect(200);
            assert_eq!((&seen["message"], &seen["jobID"]), (&json!("Job cancelled."), &json!(job)));
        }
        probe.mend("message");
        second.advance(LEASE_AND_MORE);
        resume(&second);
        let item = key.get(&path).expect(200)["item"].clone();
        let shown = ["state", "total", "done", "changed"].map(|k| item[k].clone());
        assert_eq!(json!(shown), json!(["cancelled", 620, 250, 250]));
        assert!(item["finished_at"].is_string());
        assert_eq!(notes(&probe), [[0, 370], [1, 250]]);
        let undone = key.post("/ticket/undo", json!({"batchID": item["batchID"]})).expect(200);
        assert_eq!(undone["changed"], 250);
        assert_eq!(notes(&probe), [[0, 620]]);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn a_chunk_that_never_succeeds_is_given_up_and_the_rest_is_done(desk: TestDesk) {
        let (first, second, probe) = (hasty(&desk), node(&desk), Probe::new(&desk.place));
        let (ids, key) = (tickets(&desk, MANY), first.admin());
        let job = stopped(&first, &key, &probe, &ids);
        for _ in 0..3 {
            second.advance(LEASE_AND_MORE);
            resume(&second);
        }
        let item = key.get(&format!("/job/{job}")).expect(200)["item"].clone();
        let shown = ["state", "total", "done", "changed", "unchanged", "failed"].map(|k| item[k].clone());
        assert_eq!(json!(shown), json!(["done", 620, 620, 370, 0, 250]));
        assert_eq!(notes(&probe), [[0, 250], [1, 370]]);
        probe.counters_hold();
    }

    fn work_whose_process_ends_goes_on_elsewhere_and_is_done_once(desk: TestDesk) {
        let (second, probe) = (node(&desk), Probe::new(&desk.place));
        let ids = tickets(&desk, MANY);
        for round in 1..=3i64 {
            let first = hasty(&desk);
            let answer = note(&first.admin(), &ids);
            std::thread::sleep(Duration::from_millis(10 * round as u64));
            // Its store is closed under the running work, and its threads end.
            drop(first);
            second.advance(LEASE_AND_MORE);
            resume(&second);
            let last = probe.numbers::<3>("SELECT state, done, failed FROM bulk ORDER BY id DESC LIMIT 1");
            assert_eq!(last, [[3, 620, 0]], "{answer}");
            assert_eq!(notes(&probe), [[round, 620]]);
        }
        probe.counters_hold();
        probe.versions_hold();
    }

    fn the_rest_of_the_work_of_a_revoked_key_fails(desk: TestDesk) {
        let (first, second, probe) = (hasty(&desk), node(&desk), Probe::new(&desk.place));
        let (ids, key) = (tickets(&desk, MANY), first.admin());
        let job = stopped(&first, &key, &probe, &ids);
        probe.mend("message");
        let id = key.id;
        do_as_system(&second, move |work| key::revoke(work, id, |_| true));
        second.advance(LEASE_AND_MORE);
        resume(&second);
        let state = format!("SELECT state, done, changed, unchanged, failed FROM bulk WHERE id = {job}");
        let shown = probe.numbers::<5>(&state);
        assert_eq!(shown, [[3, 620, 250, 0, 370]]);
        assert_eq!(notes(&probe), [[0, 370], [1, 250]]);
        assert_eq!(probe.number("SELECT COUNT(*) FROM bulk_row WHERE code = 'forbidden'"), 370);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn nodes_that_race_for_the_same_work_do_no_chunk_twice(desk: TestDesk) {
        let (first, probe) = (hasty(&desk), Probe::new(&desk.place));
        let (ids, key) = (tickets(&desk, MANY), first.admin());
        let job = stopped(&first, &key, &probe, &ids);
        probe.mend("message");
        // Each takes the work from the one before, though that one is still at it: its clock is far ahead. The first
        // node may be at it too. Were they three, the last one might find a chunk taken up three times in vain, and
        // give it up.
        let nodes: Vec<TestDesk> = (0..2).map(|_| node(&desk)).collect();
        for (n, node) in nodes.iter().enumerate() {
            node.advance(LEASE_AND_MORE * (n as i64 + 1));
        }
        crowd(2, |n| resume(&nodes[n]));
        for _ in 0..200 {
            if key.get(&format!("/job/{job}")).expect(200)["item"]["state"] == "done" {
                break;
            }
            nodes[1].advance(LEASE_AND_MORE * 10);
            resume(&nodes[1]);
        }
        let shown = probe.numbers::<4>("SELECT state, done, changed, failed FROM bulk");
        assert_eq!(shown, [[3, 620, 620, 0]]);
        assert_eq!(notes(&probe), [[1, 620]]);
        assert_eq!(probe.number("SELECT COUNT(*) FROM bulk_row"), 620);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn a_call_of_many_answers_whole_with_a_row_for_each_in_the_order_sent(desk: TestDesk) {
        let (mut ids, probe) = (tickets(&desk, MANY), Probe::new(&desk.place));
        ids.reverse();
        ids.insert(300, 4_711);
        let answer = note(&desk.admin(), &ids);
        let rows = answer["results"].as_array().expect("rows").iter();
        let rows: Vec<i64> = rows.filter_map(|row| row["ticketID"].as_i64()).collect();
        assert_eq!(rows, ids);
        let missing = json!({
            "ticketID": 4711, "outcome": "failed", "code": "not_found", "message": "Ticket 4711 does not exist.",
        });
        assert_eq!(answer["results"][300], missing);
        assert_eq!((&answer["changed"], &answer["failed"]), (&json!(620), &json!(1)));
        probe.counters_hold();
        probe.versions_hold();
    }
}
