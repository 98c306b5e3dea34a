//! Histories: random calls, one after the other, are answered alike by both engines and leave the same behind; every
//! difference of a ticket stands in its journal, each write is one version step, and the counters stay true.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{Ground, both};
use crate::harness::Seen;
use http::Method;

/// A call: method, path and body.
pub(crate) type Call = (Method, String, Value);

/// Ids of tickets that may be there, and some that are not.
pub(crate) fn id() -> impl Strategy<Value = i64> {
    prop_oneof![12 => 1..12i64, 1 => Just(4_711i64)]
}

fn tags() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(vec!["vip", "VIP", "late", "a, b", "größe"], 0..4)
}

/// One action of a batch; half of them can fail somewhere.
pub(crate) fn action() -> impl Strategy<Value = Value> {
    prop_oneof![24 => edit(), 1 => id().prop_map(|id| json!({"actionType": "merge", "value": id}))]
}

fn edit() -> impl Strategy<Value = Value> {
    let of = |kind: &'static str, value: Value| json!({"actionType": kind, "value": value});
    prop_oneof![
        select(deskbell_core::Status::WORDS).prop_map(move |s| of("setStatus", json!(s))),
        select(deskbell_core::Priority::WORDS).prop_map(move |p| of("setPriority", json!(p))),
        (0..=4i64).prop_map(move |id| of("assignGroup", json!(id))),
        (0..=4i64).prop_map(move |id| of("assignUser", json!(id))),
        (1..=4i64).prop_map(move |id| of("setBrand", json!(id))),
        (0..=3i64).prop_map(move |id| of("setForm", json!(id))),
        select(vec![1i64, 2, 4, 55]).prop_map(move |id| of("setChannel", json!(id))),
        tags().prop_filter("needs a tag", |t| !t.is_empty()).prop_map(move |t| of("addTags", json!(t))),
        tags().prop_filter("needs a tag", |t| !t.is_empty()).prop_map(move |t| of("removeTags", json!(t))),
        tags().prop_map(move |t| of("setTags", json!(t))),
        select(vec!["alpha", "beta, gamma", "", "größer"]).prop_map(move |t| of("setTitle", json!(t))),
        select(vec!["c1", "c2", "c3"]).prop_map(move |t| of("linkCustomer", json!(t))),
        Just(json!({"actionType": "unlinkCustomer"})),
        select(vec!["delta", "epsilon zeta"]).prop_map(move |t| of("addNote", json!(t))),
        Just(json!({"actionType": "archive"})),
        Just(json!({"actionType": "unarchive"})),
    ]
}

/// What a ticket is to have in the fields of its form, or of another.
pub(crate) fn save() -> impl Strategy<Value = Call> {
    let values = vec((1..=5i64, select(vec!["", "a", "b", "one\ntwo", "größer"])), 1..4);
    (id(), values).prop_map(|(id, values)| {
        let fields: serde_json::Map<String, Value> =
            values.into_iter().map(|(field, value)| (field.to_string(), json!(value))).collect();
        (Method::PUT, "/form/saveFormFields".to_owned(), json!({"ticketID": id, "fields": fields}))
    })
}

pub(crate) fn call() -> impl Strategy<Value = Call> {
    let ids = || vec(id(), 1..5);
    let place =
        (1..=4i64, 0..=4i64, 0..=4i64, tags(), select(vec!["ann@example.com", "+31 20 123 4567", ""]));
    prop_oneof![
        4 => place.prop_map(|(brand, group, user, tags, from)| (Method::POST, "/ticket".to_owned(), json!({
            "brandID": brand, "assignedGroupID": group, "assignedUserID": user, "tags": tags, "from": from, "title": "alpha beta",
        }))),
        2 => Just((Method::POST, "/ticket".to_owned(), json!({}))),
        3 => (id(), select(vec!["solved", "closed"]), tags(), 0..=4i64).prop_map(|(id, status, tags, user)| {
            (Method::PUT, format!("/ticket/{id}"), json!({"status": status, "tags": tags, "assignedUserID": user}))
        }),
        2 => (id(), 1..=4i64, select(vec!["c1", "c2"])).prop_map(|(id, brand, customer)| {
            (Method::PUT, format!("/ticket/{id}"), json!({"brandID": brand, "externalPrimaryID": customer}))
        }),
        3 => (ids(), select(deskbell_core::Status::WORDS)).prop_map(|(ids, status)| {
            (Method::POST, "/ticket/setStatus".to_owned(), json!({"ticketIDs": ids, "status": status}))
        }),
        1 => (ids(), select(deskbell_core::Priority::WORDS)).prop_map(|(ids, priority)| {
            (Method::POST, "/ticket/setPriority".to_owned(), json!({"ticketIDs": ids, "priority": priority}))
        }),
        6 => (ids(), vec(action(), 1..5), any::<bool>()).prop_map(|(ids, actions, atomic)| {
            let mode = if atomic { "atomic" } else { "best_effort" };
            (Method::POST, "/ticket/batch".to_owned(), json!({"ticketIDs": ids, "actions": actions, "mode": mode}))
        }),
        4 => save(),
        2 => (id(), 0..=3i64, select(vec![None, Some("solved")])).prop_map(|(id, form, status)| {
            (Method::PUT, format!("/ticket/{id}"), json!({"formID": form, "status": status}))
        }),
        1 => id().prop_map(|id| (Method::POST, "/ticket/unlinkCustomerFromTicket".to_owned(), json!({"ticketID": id}))),
        1 => (1..=3i64).prop_map(|brand| (Method::PUT, "/ticket/solveUnfinishedTickets".to_owned(), json!({"brandID": brand}))),
        1 => (id(), any::<bool>()).prop_map(|(id, purge)| (Method::DELETE, format!("/ticket/{id}?purge={purge}"), json!({}))),
        1 => ids().prop_map(|ids| (Method::DELETE, "/ticket/multi".to_owned(), json!({"ticketIDs": ids}))),
    ]
}

/// The answer without what is random in it.
pub(crate) fn plain(seen: &Seen) -> (u16, Value) {
    let mut json = seen.json.clone();
    if let Some(object) = json.as_object_mut() {
        object.remove("batchID");
        object.remove("requestID");
    }
    (seen.status.as_u16(), json)
}

/// An item without the random half of its external id.
fn plain_item(item: Option<Value>) -> Option<Value> {
    item.map(|mut item| {
        item["external_id"] = Value::Null;
        item
    })
}

/// What the journal must say of a change, from the ticket before and after; the titles of the item's keys.
const TRACKED: [&str; 10] = [
    "brand_id",
    "channel_id",
    "customer_id",
    "assigned_group_id",
    "assigned_user_id",
    "form_id",
    "priority",
    "status",
    "title",
    "tags",
];

fn text(value: &Value) -> String {
    match value {
        Value::Array(tags) => {
            let tags: Vec<String> = tags.iter().map(|t| t.as_str().expect("a tag").to_owned()).collect();
            deskbell_core::text::join_csv(&tags)
        }
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// That the events which came with a write tell just what became different.
fn events_tell(before: &Value, after: &Value) -> Result<(), TestCaseError> {
    let differ = TRACKED.iter().filter(|key| before[**key] != after[**key]);
    let mut due: Vec<[String; 3]> =
        differ.map(|key| [(*key).to_owned(), text(&before[*key]), text(&after[*key])]).collect();
    let known = before["timeline"].as_array().expect("a timeline");
    let entries = after["timeline"].as_array().expect("a timeline");
    // Whom another ticket names can change with that one alone: an entry is the same as long as its id is.
    let same = |a: &Value, b: &Value| a["type"] == b["type"] && a["id"] == b["id"];
    let fresh: Vec<&Value> = entries.iter().filter(|e| !known.iter().any(|k| same(k, e))).collect();
    let kind = |e: &Value| e["item_type"].as_str().unwrap_or_default().to_owned();
    let mut told: Vec<[String; 3]> = fresh
        .iter()
        .filter(|e| e["type"] == "event" && TRACKED.contains(&kind(e).as_str()))
        .map(|e| [kind(e), text(&e["item_type_old"]), text(&e["item_type_id"])])
        .collect();
    due.sort();
    told.sort();
    prop_assert_eq!(told, due);
    let steps = after["version"].as_i64().unwrap_or(0) - before["version"].as_i64().unwrap_or(0);
    prop_assert_eq!(steps, i64::from(!fresh.is_empty()), "a write that tells something is one step");
    prop_assert_eq!(&after["timeline_total"], &json!(entries.len()));
    Ok(())
}

fn make(ground: &Ground, (method, path, body): &Call) -> (u16, Value) {
    plain(&ground.admin.json(method.clone(), path, body.clone()))
}

fn run(calls: &[Call]) -> Result<(), TestCaseError> {
    let grounds = both();
    for call in calls {
        let items = |ground: &Ground| (1..12).map(|id| plain_item(ground.item(id))).collect::<Vec<_>>();
        let before = items(&grounds[0]);
        grounds.iter().for_each(|ground| ground.desk.advance(60));
        let answers = [make(&grounds[0], call), make(&grounds[1], call)];
        prop_assert_eq!(&answers[0], &answers[1], "SQLite, PostgreSQL: {:?}", call);
        prop_assert!(answers[0].0 < 500, "{:?} {:?}", call, answers[0]);
        let after = items(&grounds[0]);
        prop_assert_eq!(&after, &items(&grounds[1]), "SQLite, PostgreSQL after {:?}", call);
        for (before, after) in before.iter().zip(&after) {
            if let (Some(before), Some(after)) = (before, after) {
                events_tell(before, after)?;
            }
        }
    }
    for ground in &grounds {
        ground.probe.counters_hold();
        ground.probe.versions_hold();
        let untold = "SELECT t.id FROM ticket t WHERE (SELECT COUNT(*) FROM message m WHERE m.ticket_id = t.id) <> \
                      (SELECT COUNT(*) FROM journal j WHERE j.ticket_id = t.id AND j.item_type = 'note') AND NOT EXISTS \
                      (SELECT 1 FROM journal j WHERE j.ticket_id = t.id AND j.item_type IN ('merged_into', 'merged_from'))";
        prop_assert_eq!(ground.probe.numbers::<1>(untold), [[0i64; 1]; 0], "each note has its event");
    }
    Ok(())
}

#[test]
fn any_calls_are_answered_alike_by_both_engines_and_the_journal_tells_every_change() {
    let mut runner = TestRunner::new(Config {
        cases: 6,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    runner.run(&vec(call(), 25..45), |calls| run(&calls)).unwrap_or_else(|broken| panic!("{broken}"));
}
