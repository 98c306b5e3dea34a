//! A change as answers write it.

use deskbell_app::feed::{Change, TicketChange};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

#[derive(Serialize)]
pub(super) struct ChangeView<'a> {
    cursor: String,
    ticket_id: i64,
    item_type: &'a str,
    item_type_id: &'a str,
    item_type_old: String,
    initiated_by: &'a str,
    #[serde(rename = "batchID")]
    batch: &'a str,
    created_at: Time,
}

impl<'a> ChangeView<'a> {
    pub(super) fn of(change: &'a Change) -> Self {
        let before = change.before.as_deref().unwrap_or_default();
        Self {
            cursor: change.position.to_string(),
            ticket_id: change.ticket.0,
            item_type: &change.item_type,
            item_type_id: change.after.as_deref().unwrap_or_default(),
            item_type_old: if matches!(&change.item_type[..], "note" | "message") {
                id_of(before)
            } else {
                before.to_owned()
            },
            initiated_by: &change.initiated_by,
            batch: &change.batch,
            created_at: Time(change.created_at),
        }
    }
}

/// A change of one ticket, with the call that made it.
#[derive(Serialize)]
pub(crate) struct TicketChangeView<'a> {
    #[serde(flatten)]
    change: ChangeView<'a>,
    call: &'a str,
}

impl<'a> TicketChangeView<'a> {
    pub(crate) fn of(found: &'a TicketChange) -> Self {
        Self { change: ChangeView::of(&found.change), call: &found.call }
    }
}

/// Of a note that left the timeline the journal has all; the feed names it by its id.
fn id_of(note: &str) -> String {
    let note: Option<Value> = serde_json::from_str(note).ok();
    note.and_then(|note| note["id"].as_i64()).map(|id| id.to_string()).unwrap_or_default()
}

fn properties() -> Value {
    let text = || json!({ "type": "string" });
    json!({
        "cursor": text(), "ticket_id": { "type": "integer", "minimum": 0 }, "item_type": text(), "item_type_id": text(),
        "item_type_old": text(), "initiated_by": text(), "batchID": text(), "created_at": text(),
    })
}

pub(super) fn schema() -> Value {
    object(properties())
}

pub(super) fn ticket_schema() -> Value {
    let mut properties = properties();
    properties["call"] = json!({ "type": "string", "description": "The operation that made the change" });
    object(properties)
}
