//! What an endpoint is told of an event. It is made of the journal each time, so that nothing of a ticket outlives its
//! purge in a queue or a log.

use deskbell_core::{Timestamp, WebhookId};
use deskbell_db::Tx;
use serde::Serialize;

use super::event::Event;
use super::row::Delivery;
use super::sql;
use crate::error::Result;

/// The kind of a message that only shows that the way is open.
pub const TEST: &str = "webhook.test";

#[derive(Serialize)]
struct Told<'t, D> {
    r#type: &'t str,
    timestamp: String,
    data: D,
}

#[derive(Serialize)]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    brand_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_group_id: Option<i64>,
    initiated_by: String,
    #[serde(rename = "batchID")]
    batch: String,
    cursor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
}

#[derive(Serialize)]
struct Change {
    item_type: String,
    item_type_old: String,
    item_type_id: String,
}

/// A row of the journal, as it is told.
struct Row {
    item_type: String,
    before: Option<String>,
    after: Option<String>,
    brand: i64,
    group: i64,
    initiated_by: String,
    at: Timestamp,
}

/// The text that tells of a delivery's event.
pub(crate) fn body(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<String> {
    let read = |row: &deskbell_db::Row<'_>| {
        let text = |at| row.opt_str(at).map(|text| text.map(str::to_owned));
        Ok(Row {
            item_type: row.str(0)?.to_owned(),
            before: text(1)?,
            after: text(2)?,
            brand: row.int(3)?,
            group: row.int(4)?,
            initiated_by: row.str(5)?.to_owned(),
            at: Timestamp(row.int(6)?),
        })
    };
    let event = delivery.event;
    let rows = if event.gathers() {
        let params = [delivery.subject.into(), delivery.batch.as_str().into(), delivery.position.into()];
        let mut rows = tx.all(&sql::told(tx.engine()), &params, read)?;
        rows.retain(|row| {
            let of = Event::of_row(&row.item_type, row.after.is_none() && row.before.is_some());
            of == event || of == Event::TicketChanged
        });
        rows
    } else {
        tx.all(&sql::told_alone(tx.engine()), &[delivery.position.into()], read)?
    };
    let last = rows.last();
    let is_entry = matches!(
        event,
        Event::MessageCreated | Event::MessageDeleted | Event::NoteCreated | Event::NoteDeleted
    );
    let changes = rows.iter().map(|row| Change {
        item_type: row.item_type.clone(),
        item_type_old: row.before.clone().unwrap_or_default(),
        item_type_id: row.after.clone().unwrap_or_default(),
    });
    let data = Data {
        ticket_id: delivery.ticket(),
        customer_id: delivery.customer(),
        message_id: rows.first().filter(|_| is_entry).map(message_id),
        brand_id: last.map_or(0, |row| row.brand),
        assigned_group_id: delivery.ticket().and_then(|_| last.map(|row| row.group)),
        initiated_by: last.map(|row| row.initiated_by.clone()).unwrap_or_default(),
        batch: delivery.batch.clone(),
        cursor: delivery.position.to_string(),
        changes: (event == Event::TicketChanged).then(|| changes.collect()),
    };
    Ok(text(event.as_str(), last.map_or(delivery.since, |row| row.at), data))
}

/// The id of the message or note that a row is about: of one that left, the journal has all.
fn message_id(row: &Row) -> String {
    if let Some(id) = &row.after {
        return id.clone();
    }
    let gone: Option<serde_json::Value> =
        row.before.as_deref().and_then(|text| serde_json::from_str(text).ok());
    gone.and_then(|note| note["id"].as_i64()).map(|id| id.to_string()).unwrap_or_default()
}

/// The text of a message that only shows that the way is open.
pub(crate) fn test_body(webhook: WebhookId, now: Timestamp) -> String {
    #[derive(Serialize)]
    struct Test {
        #[serde(rename = "webhookID")]
        webhook: i64,
    }
    text(TEST, now, Test { webhook: webhook.0 })
}

fn text<D: Serialize>(kind: &str, at: Timestamp, data: D) -> String {
    let timestamp = format!("{}Z", at.to_string().replacen(' ', "T", 1));
    serde_json::to_string(&Told { r#type: kind, timestamp, data }).unwrap_or_default()
}
