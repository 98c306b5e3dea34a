//! Webhooks: the calls of the controller, what endpoints are told, when and in which order, and what comes of silence.

mod breaker;
mod calls;
mod idle;
mod limits;
mod pauses;
mod races;
mod replay;
mod retries;
mod telling;

use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// A webhook that is told of all tickets and their notes.
fn hook(desk: &TestDesk) -> i64 {
    let events = [
        "ticket.created",
        "ticket.changed",
        "ticket.deleted",
        "ticket.restored",
        "note.created",
        "note.deleted",
    ];
    made(&desk.admin(), json!({"url": "https://hook.example/in", "events": events}))
}

fn made(key: &Client, body: Value) -> i64 {
    key.post("/webhook", body).expect(200)["webhookID"].as_i64().expect("an id")
}

/// Tells everybody what is to be told now.
fn tell(desk: &TestDesk) {
    desk.block_on(desk.desk.tell_all()).expect("told");
}

fn item(desk: &TestDesk, id: i64) -> Value {
    desk.admin().get(&format!("/webhook/{id}")).expect(200)["item"].clone()
}

/// The log, newest first.
fn log(desk: &TestDesk, id: i64, query: &str) -> Vec<Value> {
    let seen = desk.admin().get(&format!("/webhook/{id}/delivery?itemLimit=9999&{query}")).expect(200);
    seen["items"].as_array().expect("items").clone()
}

fn keys(rows: &[Value], keys: &[&str]) -> Vec<Value> {
    rows.iter().map(|row| keys.iter().map(|key| row[*key].clone()).collect()).collect()
}
