//! Keys: the calls of the controller, who may give whom what, and until when a secret is good.

mod calls;
mod grants;
mod secrets;

use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// A key made by a caller: its id and its secret.
fn made(caller: &Client, body: Value) -> (i64, String) {
    let seen = caller.post("/key", body).expect(200);
    (seen["keyID"].as_i64().expect("an id"), seen["key"].as_str().expect("a secret").to_owned())
}

/// A key that reads tickets.
fn reader(desk: &TestDesk) -> (i64, String) {
    made(&desk.admin(), json!({"name": "reader", "permissions": ["TICKET_READ"]}))
}

/// What a read of tickets with this secret is answered.
fn status(desk: &TestDesk, secret: &str) -> u16 {
    let nobody = desk.nobody();
    let request = nobody.request(http::Method::GET, "/ticket?itemLimit=1").header("apikey", secret);
    nobody.send(request, "").status.as_u16()
}

fn item(caller: &Client, id: i64) -> Value {
    caller.get(&format!("/key/{id}")).expect(200)["item"].clone()
}
