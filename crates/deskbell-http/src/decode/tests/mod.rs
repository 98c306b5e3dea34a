//! Tests of the decoder: tables of spellings and of faults, and the law that all encodings mean the same.

mod faults;
mod law;
mod spellings;

use deskbell_core::{Code, Fault, Permission, Status};

use super::{Encoding, Table, gather};
use crate::action::{ActionType, ValueKind};
use crate::field::Field;
use crate::params::Params;

/// Types of actions with every kind of value.
pub(super) const ACTIONS: &[ActionType] = &[
    ActionType::new("setStatus", Permission::SetStatus, ValueKind::Word(Status::WORDS)),
    ActionType::new("assignGroup", Permission::TicketUpdate, ValueKind::IdOrNone),
    ActionType::new("setBrand", Permission::TicketUpdate, ValueKind::Id),
    ActionType::new("addTags", Permission::TicketUpdate, ValueKind::Tags { max: 20, empty: false }),
    ActionType::new("setTags", Permission::TicketUpdate, ValueKind::Tags { max: 20, empty: true }),
    ActionType::new("setTitle", Permission::TicketUpdate, ValueKind::Line { max: 30, empty: true }),
    ActionType::new("addNote", Permission::MessageCreate, ValueKind::Text { max: 30, empty: false }),
    ActionType::new("snooze", Permission::TicketUpdate, ValueKind::Moment),
    ActionType::new("delete", Permission::TicketDelete, ValueKind::None),
];

/// A field of every kind.
pub(super) fn table() -> Table {
    let key = |k: &str| !k.is_empty() && k.bytes().all(|b| b.is_ascii_lowercase());
    table_of(vec![
        Field::id("brandID"),
        Field::id("groupID").or_zero(),
        Field::number("limit", 0..=9_999).default(15),
        Field::flag("dryRun"),
        Field::word("status", Status::WORDS),
        Field::line("title", 30),
        Field::text("note", 30),
        Field::time("from"),
        Field::moment("until"),
        Field::ids("ids", 10_000),
        Field::several_ids("brands").or_zero(),
        Field::words("states", Status::WORDS),
        Field::word_list("rights", Permission::NAMES),
        Field::several_lines("tag", 20),
        Field::tags("tags", 20),
        Field::id_text("TicketIDs", 10_000),
        Field::versions("versions"),
        Field::map("custom", key, "^[a-z]+$", 30),
        Field::actions("actions", ACTIONS, 10),
        Field::id("viewID").not_yet(),
    ])
}

pub(super) fn table_of(fields: Vec<Field>) -> Table {
    Table { fields: fields.into(), one_of: None, bare_array: None }
}

/// Decodes all the way to parameters.
pub(super) fn decode(
    table: &Table,
    query: &[u8],
    body: &[u8],
    encoding: Option<Encoding>,
) -> Result<Params, Fault> {
    gather(table, query, body, encoding.as_ref())?.settle(table, Vec::new())?.values(table, None, Vec::new())
}

pub(super) fn json(body: &str) -> Result<Params, Fault> {
    decode(&table(), b"", body.as_bytes(), Some(Encoding::Json))
}

pub(super) fn form(body: &str) -> Result<Params, Fault> {
    decode(&table(), b"", body.as_bytes(), Some(Encoding::Form))
}

pub(super) fn query(query: &str) -> Result<Params, Fault> {
    decode(&table(), query.as_bytes(), b"", None)
}

pub(super) fn multipart(body: &str) -> Result<Params, Fault> {
    decode(&table(), b"", body.as_bytes(), Some(Encoding::Multipart(Some("x".into()))))
}

/// The failures as `code field`, or the fault that there is none.
pub(super) fn failures(result: Result<Params, Fault>) -> Vec<String> {
    match result {
        Ok(_) => vec!["accepted".into()],
        Err(fault) => fault
            .details()
            .map(|d| format!("{} {}", short(d.code), d.field.as_deref().unwrap_or("-")))
            .collect(),
    }
}

fn short(code: Code) -> &'static str {
    code.as_str().trim_end_matches("_parameter")
}
