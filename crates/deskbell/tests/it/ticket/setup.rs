//! What the scenarios of tickets have in common: places, people and many tickets at once, and a look into the tables
//! where something must be gone from there.

use std::sync::Arc;

use deskbell_app::message::{self, Channel, Content, Outgoing};
use deskbell_app::ticket::create::{self, NewTicket};
use deskbell_core::{Actor, Limit, MessageId, TicketId, UserId};
use deskbell_db::{Lane, Urgency};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// Runs a statement that returns nothing.
pub(super) fn exec(desk: &TestDesk, sql: &str) {
    let (system, sql) = (Arc::new(Actor::system()), sql.to_owned());
    let run = desk
        .desk
        .write_blocking(Urgency::Interactive, &system, "test", move |work| Ok(work.tx.exec(&sql, &[])?));
    run.expect("a statement");
}

/// How many rows of a table meet a condition.
pub(super) fn count(desk: &TestDesk, table: &str, condition: &str) -> i64 {
    let (system, sql) =
        (Arc::new(Actor::system()), format!("SELECT COUNT(*) FROM {table} WHERE {condition}"));
    let run = desk
        .desk
        .read_blocking(Lane::Point, &system, move |tx, _| Ok(tx.first(&sql, &[], |row| row.int(0))?));
    run.expect("a statement").expect("a count")
}

/// A group that serves these brands alone.
pub(super) fn group_of(desk: &TestDesk, name: &str, brands: &[i64]) -> i64 {
    made(desk, "/group", json!({"name": name, "brandIDs": brands}), "groupID")
}

/// A user that is not active any more.
pub(super) fn inactive_user(desk: &TestDesk, login: &str) -> i64 {
    let user = desk.user(login);
    desk.admin().delete(&format!("/user/{user}")).expect(200);
    user
}

/// A customer of a brand with an external primary id and an e-mail address; its id.
pub(super) fn customer(desk: &TestDesk, brand: i64, external: &str, email: &str) -> i64 {
    let fields = json!({
        "brandID": brand, "externalPrimaryID": external, "channel_id": "email", "customer_link_channel": email,
    });
    made(desk, "/customer", fields, "customerID")
}

fn made(desk: &TestDesk, path: &str, fields: Value, id: &str) -> i64 {
    desk.admin().post(path, fields).expect(200)[id].as_i64().expect("an id")
}

/// Makes many tickets in one transaction; their ids, ascending.
pub(super) fn fill(desk: &TestDesk, n: i64, make: impl Fn(i64) -> NewTicket) -> Vec<i64> {
    let new: Vec<NewTicket> = (0..n).map(make).collect();
    let system = Arc::new(Actor::system());
    let made = desk.desk.write_blocking(Urgency::Interactive, &system, "test", move |work| {
        new.iter().map(|new| Ok(create::create(work, new)?.0.0)).collect::<deskbell_app::Result<Vec<i64>>>()
    });
    made.expect("tickets")
}

/// A ticket with a title and nothing else.
pub(super) fn titled(title: impl Into<String>) -> NewTicket {
    NewTicket { title: title.into(), ..NewTicket::default() }
}

/// A key with these permissions that sees one brand alone.
pub(super) fn of_brand(desk: &TestDesk, permissions: &str, brand: i64) -> Client {
    desk.limited_key(permissions, Limit::only([brand]), Limit::All)
}

/// The rows of a bulk result as `id outcome [version or code]`.
#[track_caller]
pub(super) fn rows(result: &Value) -> Vec<String> {
    let row = |row: &Value| {
        let rest = row["version"].as_i64().map(|v| format!(" {v}"));
        let rest = rest.or(row["code"].as_str().map(|c| format!(" {c}"))).unwrap_or_default();
        format!("{} {}{rest}", row["ticketID"], row["outcome"].as_str().expect("an outcome"))
    };
    result["results"].as_array().expect("rows").iter().map(row).collect()
}

/// `changed`, `unchanged` and `failed` of a bulk result.
#[track_caller]
pub(super) fn counts(result: &Value) -> [i64; 3] {
    ["changed", "unchanged", "failed"]
        .map(|key| result[key].as_i64().unwrap_or_else(|| panic!("{key}: {result}")))
}

/// One action of a batch.
pub(super) fn action(kind: &str, value: impl Into<Value>) -> Value {
    match value.into() {
        Value::Null => json!({"actionType": kind}),
        value => json!({"actionType": kind, "value": value}),
    }
}

/// The fields of the errors of a refusal, sorted; the refusal must have this status and code.
#[track_caller]
pub(super) fn refused_for(seen: crate::harness::Seen, status: u16, code: &str) -> Vec<String> {
    let json = seen.expect(status);
    assert_eq!(json["code"], code, "{json}");
    let errors = json["errors"].as_array().unwrap_or_else(|| panic!("errors: {json}"));
    let mut fields: Vec<String> =
        errors.iter().map(|e| e["field"].as_str().unwrap_or("").to_owned()).collect();
    fields.sort();
    fields
}

/// What a list says of its size.
#[track_caller]
pub(super) fn total(client: &Client, filter: &str) -> i64 {
    let json = client.get(&format!("/ticket?itemLimit=0{filter}")).expect(200);
    assert_eq!(json["items"], json!([]), "{json}");
    json["itemTotal"].as_i64().expect("a total")
}

/// Runs a statement that returns nothing.
pub(crate) fn change(desk: &TestDesk, sql: &str) {
    exec(desk, sql);
}

/// A text of a message as it stands in the store.
pub(crate) fn stored(desk: &TestDesk, column: &str, id: &str) -> String {
    let (system, sql) = (Arc::new(Actor::system()), format!("SELECT {column} FROM message WHERE id = {id}"));
    let run = desk.desk.read_blocking(Lane::Point, &system, move |tx, _| {
        Ok(tx.first(&sql, &[], |row| row.str(0).map(str::to_owned))?)
    });
    run.expect("a statement").expect("a message")
}

/// Writes many notes into a ticket, in one transaction.
pub(crate) fn fill_messages(desk: &TestDesk, ticket: i64, n: usize) {
    let (system, engine) = (Arc::new(Actor::system()), desk.desk.engine());
    let none = desk.desk.keeping(Vec::new());
    let write = desk.desk.write_blocking(Urgency::Interactive, &system, "test", move |work| {
        for n in 0..n {
            let new = Outgoing {
                ticket: TicketId(ticket),
                channel: Channel::Note,
                to: String::new(),
                cc: String::new(),
                bcc: String::new(),
                responds_to: MessageId::NONE,
                content: Content::new(engine, format!("message {n}"), ""),
                send_at: None,
                user: UserId::NONE,
                status: None,
                attachments: Vec::new(),
                forwarded: Vec::new(),
            };
            message::create(work, &new, &none)?;
        }
        Ok(())
    });
    write.expect("messages");
}
