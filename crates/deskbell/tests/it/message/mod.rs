//! The Message controller: what is sent, received and written down in a ticket.

mod create;
mod html;
mod received;
mod scheduled;

use serde_json::{Value, json};

use crate::harness::{Client, Seen, TestDesk};

/// Sends a message with these fields beside ticket, type and text.
fn say(key: &Client, ticket: i64, kind: &str, more: Value) -> Seen {
    let mut body = json!({"ticketID": ticket, "type": kind, "message": "Hello"});
    for (name, value) in more.as_object().expect("fields") {
        body[name] = value.clone();
    }
    key.post("/message", body)
}

/// The messages and notes of a ticket.
fn entries(desk: &TestDesk, ticket: i64) -> Vec<Value> {
    let item = desk.admin().get(&format!("/ticket/{ticket}?timelineLimit=9999")).expect(200)["item"].clone();
    item["timeline"].as_array().expect("a timeline").clone()
}
