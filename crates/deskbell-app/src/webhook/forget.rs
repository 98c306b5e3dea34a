//! What ends by itself: deliveries that nobody takes, and what the log keeps no longer.

use deskbell_core::{Timestamp, WebhookId};
use deskbell_db::Tx;

use super::round::locked;
use super::row::State;
use super::sql;
use crate::error::Result;

/// After how long without taking anything an endpoint is told no more of what has waited as long, in seconds: somewhat more than all
/// tries of one delivery take.
const PATIENCE: i64 = 4 * 86_400;

/// How long the log keeps what was delivered and what is dead, in seconds, and how many of what was delivered.
const DELIVERED_FOR: i64 = 7 * 86_400;
const DEAD_FOR: i64 = 30 * 86_400;
const DELIVERED_KEPT: i64 = 10_000;

/// All webhooks.
pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<WebhookId>> {
    Ok(tx.all(sql::IDS, &[], |row| Ok(WebhookId(row.int(0)?)))?)
}

/// Gives up what has waited too long for a webhook that takes nothing, and forgets what its log keeps no longer, some at a
/// time. Answers whether there may be more.
pub(crate) fn forget(tx: &mut Tx<'_>, id: WebhookId, now: Timestamp) -> Result<bool> {
    let Some(webhook) = locked(tx, id)? else { return Ok(false) };
    let id = id.0;
    let mut more = false;
    if webhook.active && webhook.taken_at.0 <= now.0 - PATIENCE {
        let stale = tx
            .all(sql::STALE, &[id.into(), (now.0 - PATIENCE).into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
        for (delivery, subject) in &stale {
            tx.exec(sql::GIVE_UP, &[(*delivery).into(), now.0.into()])?;
            tx.exec(sql::FORWARD, &[id.into(), (*subject).into(), now.0.into()])?;
        }
        more |= !stale.is_empty();
    }
    let delivered = State::Delivered as i64;
    let params = [id.into(), delivered.into(), DELIVERED_KEPT.into()];
    let newest = tx.first(sql::NEWEST, &params, |row| Ok((row.int(0)?, row.int(1)?)))?;
    let old = |age: i64| (now.0 - age, i64::MAX);
    let delivered = newest.unwrap_or((0, 0)).max(old(DELIVERED_FOR));
    for (state, (at, last)) in [(State::Delivered, delivered), (State::Dead, old(DEAD_FOR))] {
        let params = [id.into(), (state as i64).into(), at.into(), last.into()];
        more |= tx.exec(sql::FORGET, &params)? > 0;
    }
    Ok(more)
}
