//! What a webhook was told, and what it answered.

use std::collections::HashMap;

use deskbell_core::{Actor, WebhookId};
use deskbell_db::Tx;

use super::{Delivery, State, Try, Webhook, body, load, sql, within_limits};
use crate::error::Result;
use crate::statement::Statement;

/// Up to this many deliveries are counted.
const COUNTED: i64 = 10_000;

/// A delivery as the log shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logged {
    /// The delivery.
    pub delivery: Delivery,
    /// What the endpoint is told; empty if that is nothing of the webhook's, as it is by now.
    pub body: String,
    /// Each time that it was tried, oldest first.
    pub tries: Vec<Try>,
}

/// The webhook, how many of its deliveries are in one of the states (10,001 for more than 10,000), and a page of them,
/// newest first.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`.
pub fn log(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: WebhookId,
    states: &[State],
    start: i64,
    limit: i64,
) -> Result<(Webhook, i64, Vec<Logged>)> {
    let webhook = load(tx, actor, id, false)?;
    let mut which = Statement::new(sql::OF_WEBHOOK);
    which.bind(id.0);
    if !states.is_empty() {
        let states: Vec<i64> = states.iter().map(|state| *state as i64).collect();
        which.push(" AND ").within("state", &states);
    }
    within_limits(tx, &webhook, &mut which);
    let counted = sql::count_some(&which.text, COUNTED + 1);
    let total = tx.first(&counted, &which.params, |row| row.int(0))?.unwrap_or(0);
    which.text = format!("{}{}", sql::deliveries(), which.text);
    which.push(" ORDER BY id DESC").limit(limit).offset(start);
    let found = tx.all(&which.text, &which.params, Delivery::read)?;
    let ids: Vec<i64> = found.iter().map(|delivery| delivery.id.0).collect();
    let mut tries = tries(tx, &ids)?;
    let mut logged = Vec::with_capacity(found.len());
    for delivery in found {
        let body = body(tx, &webhook, &delivery)?.unwrap_or_default();
        logged.push(Logged { body, tries: tries.remove(&delivery.id.0).unwrap_or_default(), delivery });
    }
    Ok((webhook, total, logged))
}

fn tries(tx: &mut Tx<'_>, ids: &[i64]) -> Result<HashMap<i64, Vec<Try>>> {
    let mut found: HashMap<i64, Vec<Try>> = HashMap::new();
    for some in ids.chunks(500) {
        let mut statement = Statement::new(sql::TRIES);
        statement.within("delivery_id", some).push(" ORDER BY delivery_id, n");
        for (delivery, tried) in tx.all(&statement.text, &statement.params, Try::read)? {
            found.entry(delivery).or_default().push(tried);
        }
    }
    Ok(found)
}
