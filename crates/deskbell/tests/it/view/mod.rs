//! Views: the calls of the controller, what is refused, and what they are applied to.

mod applied;
mod calls;
mod conditions;

use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// The ids of an empty list.
const NONE: [i64; 0] = [];

/// Makes a view; answers its id.
fn made(key: &Client, title: &str, conditions: &Value) -> i64 {
    let body = json!({"title": title, "conditions": conditions});
    key.post("/view", body).expect(200)["viewID"].as_i64().expect("an id")
}

fn is(fact: &str, operation: &str, value: impl Into<Value>) -> Value {
    json!({"fact": fact, "operation": operation, "value": value.into()})
}

/// The ids that a list answers.
fn ids(key: &Client, path: &str) -> Vec<i64> {
    let list = key.get(path).expect(200);
    list["items"].as_array().expect("items").iter().filter_map(|item| item["id"].as_i64()).collect()
}

/// How many tickets a view counts, and whether exactly.
fn count(key: &Client, view: i64) -> (i64, bool) {
    let counts = key.get("/view/counts").expect(200);
    let found = counts["items"].as_array().expect("items").iter().find(|item| item["id"] == view).cloned();
    let found = found.expect("a count");
    (found["count"].as_i64().expect("a number"), found["exact"].as_bool().expect("a flag"))
}

fn item(desk: &TestDesk, view: i64) -> Value {
    desk.admin().get(&format!("/view/{view}")).expect(200)["item"].clone()
}
