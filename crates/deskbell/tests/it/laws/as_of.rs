//! As it was: after random writes at random times, `asOf` each of these times shows every ticket as it was shown then, with
//! all its keys, and to a key with limits what that key saw.

use std::collections::BTreeMap;

use deskbell_app::demo;
use deskbell_core::Limit;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{Ground, both};
use super::history::{Call, call, plain};
use crate::harness::Client;

/// How a ticket is looked at.
const LOOKS: [&str; 3] =
    ["getTicketHistory=true&timelineLimit=9999", "timelineLimit=2", "getTicketHistory=true&timelineLimit=3"];

const TICKETS: i64 = 12;

#[derive(Clone, Debug)]
enum Step {
    Call(Call),
    /// Takes back what was done last.
    Undo,
}

/// A step, and how long after the one before it; several fall into one second.
fn step() -> impl Strategy<Value = (Step, i64)> {
    let merge = (1..=TICKETS, 1..=TICKETS).prop_map(|(id, into)| {
        let actions = json!([{"actionType": "merge", "value": into}]);
        Step::Call((
            http::Method::POST,
            "/ticket/batch".into(),
            json!({"ticketIDs": [id], "actions": actions}),
        ))
    });
    let step = prop_oneof![5 => call().prop_map(Step::Call), 1 => merge, 2 => Just(Step::Undo)];
    (step, prop_oneof![1 => Just(0i64), 2 => 1..400i64])
}

/// The item without the numbers of tickets with which it was merged: those are told only while they exist for who looks.
fn nameless(mut item: Value) -> Value {
    item["merged_into"] = Value::Null;
    for entry in item["timeline"].as_array_mut().into_iter().flatten() {
        if entry["item_type"].as_str().is_some_and(|kind| kind.starts_with("merged_")) {
            for key in ["item_type_id", "item_type_old", "description"] {
                entry[key] = Value::Null;
            }
        }
    }
    item
}

/// Who looks, and the items by time, caller, ticket and look.
struct Watch<'g> {
    ground: &'g Ground,
    callers: [Client; 2],
    seen: BTreeMap<String, Vec<Option<Value>>>,
}

impl<'g> Watch<'g> {
    fn new(ground: &'g Ground) -> Self {
        demo::run(&ground.desk.desk, 5, 3, &mut |_| {}).expect("made");
        let limited = ground.desk.limited_key("TICKET_READ", Limit::only([1]), Limit::All);
        Self { ground, callers: [ground.admin.clone(), limited], seen: BTreeMap::new() }
    }

    fn look(&self, more: &str) -> Vec<Option<Value>> {
        let mut all = Vec::new();
        for caller in &self.callers {
            for id in 1..=TICKETS {
                for look in LOOKS {
                    let seen = caller.get(&format!("/ticket/{id}?{look}{more}"));
                    all.push(match seen.status.as_u16() {
                        404 => None,
                        // What moved to a ticket that is purged is erased with it.
                        409 => Some(Value::Null),
                        _ => Some(nameless(seen.expect(200)["item"].clone())),
                    });
                }
            }
        }
        all
    }

    /// Keeps what is seen at this second; a later look within it replaces an earlier one.
    fn keep(&mut self) {
        let now = self.ground.desk.desk.context().now().to_string();
        self.seen.insert(now, self.look(""));
    }

    /// Compares with what each of these seconds shows now, for tickets that can be seen now.
    fn compare(&self) -> Result<(), TestCaseError> {
        let now = self.look("");
        for (time, then) in &self.seen {
            let told = self.look(&format!("&asOf={}", super::escaped(time)));
            for ((told, then), now) in told.iter().zip(then).zip(&now) {
                if now.is_some() && *told != Some(Value::Null) {
                    prop_assert_eq!(told, then, "as of {}", time);
                }
            }
        }
        Ok(())
    }
}

fn run(steps: &[(Step, i64)]) -> Result<(), TestCaseError> {
    for ground in &both() {
        let mut watch = Watch::new(ground);
        let mut batch = Value::Null;
        watch.keep();
        for (step, pause) in steps {
            ground.desk.advance(*pause);
            let (method, path, body) = match step {
                Step::Call(call) => call.clone(),
                Step::Undo => (http::Method::POST, "/ticket/undo".into(), json!({ "batchID": batch })),
            };
            let seen = ground.admin.json(method, &path, body);
            prop_assert!(plain(&seen).0 < 500, "{:?} {}", step, seen.text);
            if seen.json["batchID"].is_string() {
                batch = seen.json["batchID"].clone();
            }
            watch.keep();
        }
        watch.compare()?;
    }
    Ok(())
}

#[test]
fn as_of_any_earlier_second_a_ticket_is_shown_as_it_was_shown_then() {
    let mut runner = TestRunner::new(Config {
        cases: 4,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    runner.run(&vec(step(), 12..22), |steps| run(&steps)).unwrap_or_else(|broken| panic!("{broken}"));
}
