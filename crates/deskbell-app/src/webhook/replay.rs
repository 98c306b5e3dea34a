//! Telling a webhook again: dead deliveries one by one, or all that happened after a cursor.

use deskbell_core::{Code, DeliveryId, Fault, WebhookId};

use super::row::{Delivery, State, Webhook};
use super::{load, pump, sql, within_limits};
use crate::error::Result;
use crate::feed;
use crate::statement::Statement;
use crate::work::Work;

/// What is to be told again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Which {
    /// All events after this position of the journal, delivered or not.
    After(i64),
    /// These deliveries, which are dead.
    Dead(Vec<DeliveryId>),
}

/// Tells a webhook again, under the same event ids and in the order of each ticket. What still waits is told once. Answers how
/// many deliveries that is; after a position it is not known yet.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found` for a webhook, or a delivery of it; `conflict` for a delivery that
/// is not dead, for a webhook that is not active, and while it is being told again already; `invalid_parameter` for a
/// position that no event has had.
pub fn replay(work: &mut Work<'_, '_>, id: WebhookId, which: &Which) -> Result<Option<i64>> {
    let webhook = load(work.tx, work.actor, id, true)?;
    if !webhook.active {
        let message = "The webhook is not active. Make it active first: active=true.";
        return Err(Fault::new(Code::Conflict, message).into());
    }
    match which {
        Which::After(position) => after(work, &webhook, *position).map(|()| None),
        Which::Dead(ids) => dead(work, &webhook, ids).map(Some),
    }
}

fn after(work: &mut Work<'_, '_>, webhook: &Webhook, position: i64) -> Result<()> {
    if webhook.replay.is_some() {
        let message = "The webhook is being told again already. Wait until that is written down.";
        return Err(Fault::new(Code::Conflict, message).into());
    }
    let last = feed::last(work.tx)?;
    if position > last {
        let message = format!("after is no cursor of the change feed: {last} is the last one.");
        return Err(Fault::of("after", Code::InvalidParameter, message).into());
    }
    // What is not written down yet comes in any case; a pause after the position is none any more.
    for text in [sql::FILL_GAPS, sql::FILL_GAP, sql::REPLAY] {
        work.tx.exec(text, &[webhook.id.0.into(), position.into()])?;
    }
    Ok(())
}

fn dead(work: &mut Work<'_, '_>, webhook: &Webhook, ids: &[DeliveryId]) -> Result<i64> {
    for id in ids {
        let mut statement = Statement::new(&sql::deliveries());
        statement.push(sql::OF_WEBHOOK).bind(webhook.id.0).push(" AND id = ").bind(id.0);
        within_limits(work.tx, webhook, &mut statement);
        let found = work.tx.first(&statement.text, &statement.params, Delivery::read)?;
        let missing =
            || Fault { ..Fault::of("deliveryIDs", Code::NotFound, format!("Delivery {id} does not exist.")) };
        let delivery = found.ok_or_else(missing)?;
        let revived =
            delivery.state == State::Dead && pump::revive(work.tx, webhook, delivery.position, work.now)?;
        if !revived {
            let message = format!(
                "Delivery {id} is {}; only dead ones are told again one by one.",
                delivery.state.as_str()
            );
            return Err(Fault::of("deliveryIDs", Code::Conflict, message).into());
        }
        pump::first_of(work.tx, webhook, delivery.subject, work.now)?;
    }
    Ok(ids.len() as i64)
}
