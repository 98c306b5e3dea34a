//! Notifications: whatever is done to tickets, in one piece or many, taken back or done again, each user is told of what happened to
//! its tickets, once, and of nothing else; on both engines alike.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{Ground, both};

const TICKETS: i64 = 5;
/// Of the ground's users those who are active.
const ACTIVE: [i64; 2] = [1, 2];

#[derive(Clone, Debug)]
enum Step {
    /// Actions on tickets.
    Act(Vec<i64>, Vec<Value>),
    /// Takes back what was done so many writes ago, if that can be.
    Undo(usize),
    /// Time wakes what is due.
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let of = |kind: &'static str, value: Value| json!({"actionType": kind, "value": value});
    let action = prop_oneof![
        8 => select(vec![0, 1, 1, 2, 2, 2, 3]).prop_map(move |user| of("assignUser", json!(user))),
        5 => select(vec!["2026-11-25 12:05:00", "2026-11-25 13:00:00", "2026-12-01", ""]).prop_map(move |time| of("snooze", json!(time))),
        2 => select(vec!["open", "closed"]).prop_map(move |status| of("setStatus", json!(status))),
        1 => Just(of("assignUser", json!(99))),
    ];
    prop_oneof![
        5 => (vec(1..=TICKETS + 1, 1..5), vec(action, 1..4)).prop_map(|(ids, actions)| Step::Act(ids, actions)),
        4 => select(vec![0, 0, 0, 1, 2]).prop_map(Step::Undo),
        1 => (1..600i64).prop_map(Step::Wait),
    ]
}

/// Whose a ticket is and until when it sleeps.
type State = (i64, Value);

fn states(ground: &Ground) -> Vec<State> {
    let state = |id| {
        ground
            .item(id)
            .map(|item| (item["assigned_user_id"].as_i64().expect("an id"), item["snooze_time"].clone()))
    };
    (1..=TICKETS).map(|id| state(id).expect("a ticket")).collect()
}

/// What each user is told, in any order: kind, ticket and write.
#[derive(Default)]
struct Model(Vec<(i64, &'static str, i64, String)>);

impl Model {
    /// Adds what a write told that led from these states to those.
    fn add(&mut self, before: &[State], after: &[State], batch: &str) {
        for (n, (before, after)) in before.iter().zip(after).enumerate() {
            let woken = !before.1.is_null() && after.1.is_null();
            let kind = match () {
                () if !ACTIVE.contains(&after.0) => continue,
                () if before.0 != after.0 => "assigned",
                () if woken => "woken",
                () => continue,
            };
            self.0.push((after.0, kind, n as i64 + 1, batch.to_owned()));
        }
    }

    /// How often each user is told what.
    fn counts(&self) -> BTreeMap<(i64, String, i64), usize> {
        let mut counts = BTreeMap::new();
        for (user, kind, ticket, _) in &self.0 {
            *counts.entry((*user, (*kind).to_owned(), *ticket)).or_default() += 1;
        }
        counts
    }
}

fn seen(ground: &Ground) -> BTreeMap<(i64, String, i64), usize> {
    let mut counts = BTreeMap::new();
    for user in ACTIVE {
        let answer = ground
            .admin
            .get(&format!("/notification?userID={user}&itemLimit=9999&markRead=false"))
            .expect(200);
        for item in answer["items"].as_array().expect("items") {
            let key = (
                user,
                item["type"].as_str().expect("text").to_owned(),
                item["ticket_id"].as_i64().expect("an id"),
            );
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}

fn run(steps: &[Step]) -> Result<(), TestCaseError> {
    for ground in &both() {
        for _ in 0..TICKETS {
            ground.admin.post("/ticket", json!({})).expect(200);
        }
        let (mut model, mut batches) = (Model::default(), Vec::new());
        for (n, step) in steps.iter().enumerate() {
            let before = states(ground);
            let (batch, undone) = match step {
                Step::Act(ids, actions) => {
                    let done = ground
                        .admin
                        .post("/ticket/batch", json!({"ticketIDs": ids, "actions": actions}))
                        .json;
                    (done["batchID"].as_str().map(str::to_owned), None)
                }
                Step::Undo(back) => {
                    let Some(batch) = batches.iter().rev().nth(*back).cloned() else { continue };
                    let done = ground.admin.post("/ticket/undo", json!({"batchID": batch})).json;
                    let changed = done["results"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter(|row| row["outcome"] == "changed");
                    let tickets: Vec<i64> = changed.filter_map(|row| row["ticketID"].as_i64()).collect();
                    (done["batchID"].as_str().map(str::to_owned), Some((batch, tickets)))
                }
                Step::Wait(seconds) => {
                    ground.desk.advance(*seconds);
                    ground.desk.block_on(ground.desk.desk.wake_snoozed()).expect("woken");
                    (Some(format!("time {n}")), None)
                }
            };
            if let Some((batch, tickets)) = undone {
                model.0.retain(|(_, _, ticket, of)| *of != batch || !tickets.contains(ticket));
            }
            let batch = batch.unwrap_or_default();
            model.add(&before, &states(ground), &batch);
            if !matches!(step, Step::Wait(_)) && states(ground) != before {
                batches.push(batch);
            }
            prop_assert_eq!(seen(ground), model.counts(), "after {:?}", step);
        }
    }
    Ok(())
}

#[test]
fn each_user_is_told_once_of_what_happened_to_its_tickets() {
    let mut runner = TestRunner::new(Config {
        cases: 8,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    runner.run(&vec(step(), 12..30), |steps| run(&steps)).unwrap_or_else(|broken| panic!("{broken}"));
}
