//! What an endpoint is told of an event. It is made of the journal each time, so that nothing of a ticket outlives its
//! purge in a queue or a log.

use deskbell_core::{Timestamp, WebhookId};
use deskbell_db::Tx;
use serde::Serialize;

use super::event::Event;
use super::row::{Delivery, Webhook};
use super::sql;
use crate::error::Result;
use crate::journal::links;
use crate::journal::sight::{Place, Sight};

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
    initiated_by: String,
    at: Timestamp,
    place: Place,
    sight: Sight,
    /// Whether it is an event of its own.
    alone: bool,
}

/// The text that tells of a delivery's event, as far as it exists for the webhook; `None` if nothing does.
pub(crate) fn body(tx: &mut Tx<'_>, webhook: &Webhook, delivery: &Delivery) -> Result<Option<String>> {
    let (event, scope) = (delivery.event, webhook.scope());
    if !webhook.events.contains(&event) {
        return Ok(None);
    }
    let mut rows = tx.all(&sql::told_alone(tx.engine()), &[delivery.position.into()], Row::read)?;
    if event.gathers() && !rows.first().is_some_and(|row| row.alone) {
        let params = [delivery.subject.into(), delivery.batch.as_str().into(), delivery.position.into()];
        rows = tx.all(&sql::told(tx.engine()), &params, Row::read)?;
    }
    rows.retain(|row| {
        let of = Event::of_row(&row.item_type, row.left());
        of == event || event.gathers() && of == Event::TicketChanged
    });
    for row in &mut rows {
        row.sight = row.place.seen_by(&scope, &row.item_type, row.left());
        row.sight.mask(&mut row.before, &mut row.after);
    }
    rows.retain(|row| row.sight != Sight::Hidden);
    let values =
        rows.iter_mut().map(|Row { item_type, before, after, .. }| (item_type.as_str(), [before, after]));
    links::hide(tx, &scope, values)?;
    let Some(last) = rows.last() else { return Ok(None) };
    let (brand, group) = last.place.shown(last.sight);
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
        brand_id: brand.0,
        assigned_group_id: delivery.ticket().map(|_| group.0),
        initiated_by: last.initiated_by.clone(),
        batch: delivery.batch.clone(),
        cursor: delivery.position.to_string(),
        changes: (event == Event::TicketChanged).then(|| changes.collect()),
    };
    Ok(Some(text(event.as_str(), last.at, data)))
}

impl Row {
    /// Reads one row of what tells of an event.
    fn read(row: &deskbell_db::Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        let text = |at| row.opt_str(at).map(|text| text.map(str::to_owned));
        Ok(Self {
            item_type: row.str(0)?.to_owned(),
            before: text(1)?,
            after: text(2)?,
            initiated_by: row.str(3)?.to_owned(),
            at: Timestamp(row.int(4)?),
            place: Place::read(row, 5)?,
            sight: Sight::Hidden,
            alone: Event::in_steps(row.str(10)?) || row.int(11)? != 0,
        })
    }

    /// Whether it tells of something that left.
    fn left(&self) -> bool {
        self.after.is_none() && self.before.is_some()
    }
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
