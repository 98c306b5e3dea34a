//! Reading webhooks, and how much waits for them.

use deskbell_core::{Actor, Permission, Timestamp, WebhookId};
use deskbell_db::Tx;

use super::{State, Webhook, load, sql, within_limits};
use crate::error::Result;
use crate::feed;
use crate::item::{Listed, Paging};
use crate::statement::Statement;

/// Up to this many deliveries are counted.
const COUNTED: i64 = 10_000;

/// How many deliveries of a webhook wait, and how many are dead; 10,001 stands for more than 10,000.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// To be tried.
    pub waiting: i64,
    /// Not tried any more.
    pub dead: i64,
}

/// The webhook.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`, also for one that is told of more than the actor may see.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId) -> Result<(Webhook, Counts)> {
    let webhook = load(tx, actor, id, false)?;
    let counts = counts(tx, &webhook)?;
    Ok((webhook, counts))
}

/// A page of the webhooks that exist for the actor, by id; the query looks into their addresses.
///
/// Errors: `forbidden` without SETTINGS_CRUD.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<(Webhook, Counts)>> {
    actor.require(Permission::SettingsCrud)?;
    // There are few: see `create`.
    let text = format!("{}{}", sql::select(), sql::ALL);
    let mut found = tx.all(&text, &[], Webhook::read)?;
    let query = paging.query.to_lowercase();
    found.retain(|webhook| {
        actor.scope.covers(&webhook.scope()) && webhook.url.to_lowercase().contains(&query)
    });
    let total = found.len() as i64;
    let page = found.into_iter().skip(paging.start as usize).take(paging.limit as usize);
    let items = page.map(|webhook| Ok((counts(tx, &webhook)?, webhook))).collect::<Result<Vec<_>>>()?;
    Ok(Listed { items: items.into_iter().map(|(counts, webhook)| (webhook, counts)).collect(), total })
}

/// How much waits for a webhook, of what exists for it.
pub fn counts(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<Counts> {
    let mut count = |state: State| {
        let mut which = Statement::new(sql::OF_WEBHOOK);
        which.bind(webhook.id.0).push(" AND state = ").bind(state as i64);
        within_limits(tx, webhook, &mut which);
        let text = sql::count_some(&which.text, COUNTED + 1);
        Ok::<_, crate::Error>(tx.first(&text, &which.params, |row| row.int(0))?.unwrap_or(0))
    };
    Ok(Counts { waiting: count(State::Waiting)?, dead: count(State::Dead)? })
}

/// Figures over all webhooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// How many there are, by how they fare, in the order of `Fares`.
    pub webhooks: [i64; 4],
    /// How many deliveries wait, up to 10,001 of each webhook.
    pub waiting: i64,
    /// How many are dead, in the same way.
    pub dead: i64,
    /// How many events are not written down for the active one that is farthest behind.
    pub behind: i64,
}

/// How all webhooks fare.
pub fn figures(tx: &mut Tx<'_>, now: Timestamp) -> Result<Figures> {
    let last = feed::last(tx)?;
    let mut figures = Figures::default();
    for webhook in tx.all(&format!("{}{}", sql::select(), sql::ALL), &[], Webhook::read)? {
        let counts = counts(tx, &webhook)?;
        figures.webhooks[webhook.fares(now) as usize] += 1;
        figures.waiting += counts.waiting;
        figures.dead += counts.dead;
        if webhook.active {
            figures.behind = figures.behind.max(last - webhook.position);
        }
    }
    Ok(figures)
}
