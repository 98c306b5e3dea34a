//! Bulk calls: a dry run tells what the real run does and leaves nothing behind, and an atomic call that fails leaves
//! nothing behind, wherever it fails.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{Ground, both};
use super::history::{action, id, plain};
use crate::harness::Seen;
use deskbell_core::Limit;

/// Tickets 1 to 11: of all brands and groups, some with tags and notes, one in the trash, one archived.
fn fill(ground: &Ground) {
    for n in 1..12 {
        let (brand, group) = (n % 3 + 1, if n % 3 == 1 { n % 4 } else { n % 3 });
        let fields = json!({"brandID": brand, "assignedGroupID": group, "title": format!("alpha {n}"), "tags": ["vip"]});
        ground.admin.post("/ticket", fields).expect(200);
    }
    let batch = |ids: Value, actions: Value| {
        ground.admin.post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions}))
    };
    batch(json!([2, 5]), json!([{"actionType": "addNote", "value": "delta"}])).expect(200);
    batch(json!([3]), json!([{"actionType": "setStatus", "value": "closed"}, {"actionType": "archive"}]))
        .expect(200);
    ground.admin.delete("/ticket/7").expect(200);
}

/// A batch over some tickets, some of which have a version to keep to.
fn batch() -> impl Strategy<Value = Value> {
    let delete = Just(json!({"actionType": "delete"}));
    let actions = vec(prop_oneof![20 => action(), 1 => delete], 1..5);
    (vec(id(), 1..7), actions, vec((1..12i64, 1..4i64), 0..3), any::<bool>()).prop_map(
        |(ids, actions, versions, atomic)| {
            let versions: serde_json::Map<String, Value> =
                versions.into_iter().map(|(id, v)| (id.to_string(), json!(v))).collect();
            let mode = if atomic { "atomic" } else { "best_effort" };
            json!({"ticketIDs": ids, "actions": actions, "versions": versions, "mode": mode})
        },
    )
}

/// What a dry run cannot know, or says in other words.
fn comparable(seen: &Seen) -> (u16, Value) {
    let (status, mut json) = plain(seen);
    for key in ["message", "dryRun"] {
        json.as_object_mut().map(|o| o.remove(key));
    }
    for row in json["results"].as_array_mut().into_iter().flatten() {
        row.as_object_mut().map(|o| o.remove("version"));
    }
    (status, json)
}

fn run(batches: &[(Value, bool)]) -> Result<(), TestCaseError> {
    let grounds = both();
    grounds.iter().for_each(fill);
    let limited =
        grounds.each_ref().map(|g| g.desk.limited_key("*", Limit::only([1, 2]), Limit::only([0, 1, 2])));
    for (batch, limits) in batches {
        let mut dry = batch.clone();
        dry["dryRun"] = json!(true);
        let mut answers = Vec::new();
        for (ground, limited) in grounds.iter().zip(&limited) {
            ground.desk.advance(60);
            let client = if *limits { limited } else { &ground.admin };
            let before = ground.probe.dump();
            let told = client.post("/ticket/batch", dry.clone());
            prop_assert_eq!(&ground.probe.dump(), &before, "a dry run leaves nothing behind");
            let done = client.post("/ticket/batch", batch.clone());
            prop_assert_eq!(comparable(&told), comparable(&done), "dry run, real run: {}", batch);
            prop_assert!(done.status.as_u16() < 500, "{:?} {} {}", ground.probe.engine(), batch, done.text);
            let failed = batch["mode"] == "atomic" && done.json["failed"] != json!(0);
            if failed || done.json["changed"] == json!(0) || done.status == 400 {
                prop_assert_eq!(
                    &ground.probe.dump(),
                    &before,
                    "{} leaves nothing behind: {}",
                    batch,
                    done.text
                );
            }
            answers.push(plain(&done));
        }
        prop_assert_eq!(&answers[0], &answers[1], "SQLite, PostgreSQL");
    }
    for ground in &grounds {
        ground.probe.counters_hold();
        ground.probe.versions_hold();
    }
    Ok(())
}

#[test]
fn a_dry_run_tells_what_the_real_run_does_and_a_failed_atomic_call_leaves_nothing_behind() {
    let mut runner = TestRunner::new(Config {
        cases: 6,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    let batches = vec((batch(), prop::bool::weighted(0.3)), 12..20);
    runner.run(&batches, |batches| run(&batches)).unwrap_or_else(|broken| panic!("{broken}"));
}

/// Every table that a batch of everything writes, what happens to it, and when it breaks: in the middle of the call.
const BREAKS: [(&str, &str, &str); 10] = [
    ("ticket", "UPDATE", "NEW.id = 4"),
    ("ticket", "UPDATE", "NEW.id = 6"),
    ("ticket_tag", "INSERT", "NEW.ticket_id = 4"),
    ("message", "INSERT", "NEW.ticket_id = 6"),
    ("journal", "INSERT", "NEW.ticket_id = 6"),
    ("ticket_count", "INSERT", "NEW.status = 3"),
    ("ticket_count_kind", "INSERT", "NEW.status = 3"),
    ("ticket_count_middle", "INSERT", "NEW.status = 3"),
    ("ticket_count_small", "INSERT", "NEW.status = 3"),
    ("search_removed", "INSERT", "NEW.removed > 0"),
];

#[test]
fn a_bulk_call_that_breaks_at_any_table_leaves_nothing_behind() {
    let grounds = both();
    for ground in &grounds {
        fill(ground);
        ground.desk.advance(60);
        let actions = json!([
            {"actionType": "setStatus", "value": "pending"}, {"actionType": "addTags", "value": ["new"]},
            {"actionType": "setTitle", "value": "omega"}, {"actionType": "addNote", "value": "omega"},
        ]);
        for (table, event, when) in BREAKS {
            for mode in ["atomic", "best_effort"] {
                let before = ground.probe.dump();
                ground.probe.break_table(table, event, when);
                let body = json!({"ticketIDs": [2, 4, 6], "actions": actions, "mode": mode});
                ground.admin.post("/ticket/batch", body).refused(500, "internal", &[""]);
                ground.probe.mend(table);
                assert_eq!(ground.probe.dump(), before, "{table} {event} {when} {mode}");
            }
        }
        let body = json!({"ticketIDs": [2, 4, 6], "actions": actions, "mode": "atomic"});
        assert_eq!(
            ground.admin.post("/ticket/batch", body).expect(200)["changed"],
            3,
            "mended, all of it is done"
        );
        ground.probe.counters_hold();
    }
}
