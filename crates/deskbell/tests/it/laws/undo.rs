//! What is taken back is as it was before, but for version and journal; and taking that back does the write again.

use http::Method;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{Ground, both};
use super::history::{Call, action, id, save};

/// Columns of a ticket that a write changes and taking it back restores; a stay in the trash begins anew.
const COLUMNS: [&str; 22] = [
    "id",
    "brand_id",
    "channel_id",
    "group_id",
    "user_id",
    "customer_id",
    "form_id",
    "status",
    "priority",
    "direction",
    "archived",
    "title",
    "contact",
    "tags",
    "created_at",
    "closed_at",
    "snooze_time",
    "last_update_agent",
    "last_update_customer",
    "merged_into",
    "messages",
    "(deleted_at IS NULL)",
];

/// Everything about tickets but version, time of the last change and journal.
fn state(ground: &Ground) -> Vec<String> {
    let columns = COLUMNS.map(|column| format!("COALESCE(CAST({column} AS TEXT), 'null')"));
    let mut state =
        ground.probe.texts(&format!("SELECT {} FROM ticket ORDER BY id", columns.join(" || '|' || ")));
    let mut dump = ground.probe.dump();
    for table in ["message", "form_value", "ticket_tag", "search_fts", "search_segment"] {
        state.extend(dump.remove(table).into_iter().flatten());
    }
    state
}

fn fill(ground: &Ground) {
    for n in 1..12i64 {
        let (brand, group) = (n % 3 + 1, if n % 3 == 1 { n % 4 } else { n % 3 });
        let fields = json!({"brandID": brand, "assignedGroupID": group, "title": format!("alpha {n}"), "tags": ["vip", n.to_string()]});
        ground.admin.post("/ticket", fields).expect(200);
    }
    let some = json!({"ticketIDs": [2, 3, 5, 8], "actions": [{"actionType": "addNote", "value": "said"}]});
    ground.admin.post("/ticket/batch", some).expect(200);
    // So that saves meet tickets that have a form.
    let some =
        json!({"ticketIDs": [1, 2, 3, 4, 5, 6, 7], "actions": [{"actionType": "setForm", "value": 1}]});
    ground.admin.post("/ticket/batch", some).expect(200);
}

/// A write, how long after the one before it, and whether it is done again at the end.
fn step() -> impl Strategy<Value = (Call, i64, bool)> {
    let delete = Just(json!({"actionType": "delete"}));
    let actions = vec(prop_oneof![12 => action(), 1 => delete], 1..5);
    let batch = (vec(id(), 1..7), actions).prop_map(|(ids, actions)| {
        (Method::POST, "/ticket/batch".to_owned(), json!({"ticketIDs": ids, "actions": actions}))
    });
    let merge = (vec(id(), 1..4), id(), any::<bool>()).prop_map(|(ids, into, noted)| {
        let note = noted.then(|| json!({"actionType": "addNote", "value": "last"}));
        let merge = json!({"actionType": "merge", "value": into});
        let actions: Vec<Value> = note.into_iter().chain([merge]).collect();
        (Method::POST, "/ticket/batch".to_owned(), json!({"ticketIDs": ids, "actions": actions}))
    });
    (prop_oneof![6 => batch, 2 => merge, 2 => save()], 1..900i64, any::<bool>())
}

fn take_back(ground: &Ground, batch: &Value, changed: &Value) -> Result<Value, TestCaseError> {
    let seen = ground.admin.post("/ticket/undo", json!({"batchID": batch}));
    let counts = ["changed", "failed"].map(|count| seen.json[count].clone());
    prop_assert_eq!((seen.status.as_u16(), counts), (200, [changed.clone(), json!(0)]), "{}", seen.text);
    Ok(seen.json["batchID"].clone())
}

fn run(steps: &[(Call, i64, bool)]) -> Result<(), TestCaseError> {
    let grounds = both();
    grounds.iter().for_each(fill);
    for ground in &grounds {
        for ((method, path, body), pause, again) in steps {
            ground.desk.advance(*pause);
            let before = state(ground);
            let mut done = ground.admin.json(method.clone(), path, body.clone()).json;
            let after = state(ground);
            if path != "/ticket/batch" {
                done["changed"] = json!(i64::from(after != before));
            }
            if done["changed"].as_i64().unwrap_or(0) == 0 {
                continue;
            }
            ground.desk.advance(60);
            let undone = take_back(ground, &done["batchID"], &done["changed"])?;
            prop_assert_eq!(&state(ground), &before, "{} taken back", body);
            ground.desk.advance(60);
            let redone = take_back(ground, &undone, &done["changed"])?;
            prop_assert_eq!(&state(ground), &after, "{} done again", body);
            if !again {
                take_back(ground, &redone, &done["changed"])?;
                prop_assert_eq!(&state(ground), &before, "{} taken back again", body);
            }
        }
        ground.probe.counters_hold();
        ground.probe.versions_hold();
        let report = deskbell_app::verify::run(&ground.desk.desk, &mut |_, _, _| {}).expect("a report");
        prop_assert!(report.good, "{:?}", report.problems);
    }
    Ok(())
}

#[test]
fn what_is_taken_back_is_as_before_and_taken_back_again_as_after() {
    let mut runner = TestRunner::new(Config {
        cases: 6,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    runner.run(&vec(step(), 6..12), |steps| run(&steps)).unwrap_or_else(|broken| panic!("{broken}"));
}
