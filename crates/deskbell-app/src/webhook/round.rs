//! A round of deliveries: what is to be tried now, and what came of it. One node at a time does a webhook's rounds, under a
//! lease; a try that nobody kept is made again.

use deskbell_core::{Context, Timestamp, WebhookId};
use deskbell_db::Tx;

use super::row::{Delivery, State, Try, Webhook};
use super::{body, pump, sql};
use crate::error::Result;
use crate::feed;
use crate::item;
use crate::statement::Statement;

/// How long a node may be silent before another one takes a webhook, in seconds.
const LEASE: i64 = 30;

/// Seconds from one try to the next: those that are documented, and then for three days.
const QUICK: [i64; 5] = [1, 2, 4, 8, 16];
const SLOW: [i64; 8] = [300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400];

/// A slow retry is up to a fifth later, so that many do not come at one moment.
const JITTER: i64 = 5;

/// After how long a delivery that waits is given up, in seconds: somewhat more than all tries take.
const PATIENCE: i64 = 4 * 86_400;

/// After how many failures without a success between them an endpoint is left alone, for how long at first and at the most, in seconds.
pub(crate) const BREAKS_AT: i64 = 5;
const REST: i64 = 10;
const LONGEST_REST: i64 = 900;

/// How long the log keeps what was delivered and what is dead, in seconds, and how many of what was delivered.
const DELIVERED_FOR: i64 = 7 * 86_400;
const DEAD_FOR: i64 = 30 * 86_400;
const DELIVERED_KEPT: i64 = 10_000;

/// What is to be tried.
pub(crate) struct Round {
    /// The webhook, as it is now.
    pub(crate) webhook: Webhook,
    /// The deliveries.
    pub(crate) due: Vec<Delivery>,
    /// Whether there is more to be written down.
    pub(crate) more: bool,
}

/// A delivery that was tried.
pub(crate) type Outcome = (Delivery, Try);

/// Whether anybody is to be told.
pub(crate) fn any_active(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.first(sql::ANY_ACTIVE, &[], |_| Ok(()))?.is_some())
}

/// The webhooks for which this node has something to do.
pub(crate) fn wanting(tx: &mut Tx<'_>, node: &str, now: Timestamp) -> Result<Vec<WebhookId>> {
    let last = feed::last(tx)?;
    let params = [now.0.into(), last.into(), node.into()];
    Ok(tx.all(sql::WANTING, &params, |row| Ok(WebhookId(row.int(0)?)))?)
}

/// Ends the leases of all others: for a node that knows that it is alone.
pub(crate) fn free(tx: &mut Tx<'_>, node: &str) -> Result<()> {
    tx.exec(sql::FREE, &[node.into()])?;
    Ok(())
}

/// Begins a round: takes the webhook, writes down what happened, and says what is to be tried, at most so many. Of an endpoint
/// that failed too often it is one. `None` if it is another node's, or nothing may be tried.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    id: WebhookId,
    node: &str,
    now: Timestamp,
    most: i64,
) -> Result<Option<Round>> {
    let params = [id.0.into(), node.into(), (now.0 + LEASE).into(), now.0.into()];
    if tx.exec(sql::CLAIM, &params)? == 0 {
        return Ok(None);
    }
    let Some(mut webhook) = locked(tx, id)? else { return Ok(None) };
    if let Some((after, until)) = webhook.replay {
        let reached = pump::write_down(tx, &webhook, (after, until), true, now)?;
        webhook.replay = (reached < until).then_some((reached, until));
        let (after, until) = webhook.replay.unzip();
        tx.exec(sql::REPLAYED, &[id.0.into(), after.into(), until.into()])?;
    }
    let last = feed::last(tx)?;
    if webhook.position < last {
        webhook.position = pump::write_down(tx, &webhook, (webhook.position, last), false, now)?;
        tx.exec(sql::WRITTEN_DOWN, &[id.0.into(), webhook.position.into()])?;
    }
    let more = webhook.position < last || webhook.replay.is_some();
    let most = if webhook.failures >= BREAKS_AT { 1 } else { most };
    let mut statement = Statement::new(&sql::due());
    statement.limit(most);
    let due = tx.all(&statement.text, &[id.0.into(), now.0.into()], Delivery::read)?;
    Ok(Some(Round { webhook, due, more }))
}

/// The deliveries and their texts.
pub(crate) fn letters(tx: &mut Tx<'_>, due: &[Delivery]) -> Result<Vec<(Delivery, String)>> {
    due.iter().map(|delivery| Ok((delivery.clone(), body(tx, delivery)?))).collect()
}

fn locked(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    let mut statement = Statement::new(&sql::select());
    statement.push(sql::BY_ID).bind(id.0);
    item::lock(tx, &mut statement);
    Ok(tx.first(&statement.text, &statement.params, Webhook::read)?)
}

/// Keeps what came of a round's tries at a webhook's address.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    context: &dyn Context,
    tried: &Webhook,
    outcomes: &[Outcome],
    now: Timestamp,
) -> Result<()> {
    let Some(mut webhook) = locked(tx, tried.id)? else { return Ok(()) };
    // Slow failures end together, so their order says nothing: an endpoint that takes some is up.
    let takes = outcomes.iter().any(|(_, tried)| tried.problem.is_empty());
    for (delivery, tried) in outcomes {
        keep(tx, context, &webhook, delivery, tried, now)?;
        if tried.problem.is_empty() {
            continue;
        }
        webhook.failures += 1;
        webhook.problem.clone_from(&tried.problem);
        if tried.status == Some(410) {
            webhook.active = false;
            webhook.problem =
                "The endpoint says that it is gone (410), so the webhook was made inactive.".into();
        }
    }
    if takes {
        (webhook.failures, webhook.retry_at) = (0, Timestamp(0));
        if webhook.active {
            webhook.problem = String::new();
        }
    }
    if webhook.failures >= BREAKS_AT {
        let rest = REST << (webhook.failures - BREAKS_AT).min(10);
        webhook.retry_at = Timestamp(now.0 + rest.min(LONGEST_REST));
    }
    // What an address answered says nothing of another one.
    if webhook.url == tried.url && !outcomes.is_empty() {
        let params = [
            webhook.id.0.into(),
            webhook.failures.into(),
            webhook.retry_at.0.into(),
            webhook.problem.as_str().into(),
            i64::from(webhook.active).into(),
        ];
        tx.exec(sql::HEALTH, &params)?;
    }
    Ok(())
}

fn keep(
    tx: &mut Tx<'_>,
    context: &dyn Context,
    webhook: &Webhook,
    delivery: &Delivery,
    tried: &Try,
    now: Timestamp,
) -> Result<()> {
    let (id, of) = (delivery.id.0, webhook.id.0);
    let next = delay(context, delivery.attempts).map(|seconds| now.0 + seconds);
    let kept = match (tried.problem.is_empty(), next) {
        (false, Some(next)) => {
            let place = [delivery.subject.into(), delivery.position.into()];
            let [subject, position] = place;
            tx.exec(
                sql::LATER,
                &[id.into(), of.into(), next.into(), delivery.attempts.into(), subject, position],
            )?
        }
        (good, _) => {
            let state = if good { State::Delivered } else { State::Dead };
            let params =
                [id.into(), of.into(), (state as i64).into(), now.0.into(), delivery.attempts.into()];
            let ended = tx.exec(sql::END, &params)?;
            tx.exec(sql::FORWARD, &[of.into(), delivery.subject.into(), now.0.into()])?;
            ended
        }
    };
    // Nothing was kept of one that somebody else has tried or that is gone.
    if kept > 0 {
        let status = tried.status.map(i64::from);
        let (answer, problem) = (tried.answer.as_str(), tried.problem.as_str());
        tx.exec(
            sql::INSERT_TRY,
            &[
                id.into(),
                tried.at.0.into(),
                tried.took_ms.into(),
                status.into(),
                answer.into(),
                problem.into(),
            ],
        )?;
    }
    Ok(())
}

/// How many seconds after a try in vain the next one comes, if there is one; `before` is how many there were before.
fn delay(context: &dyn Context, before: i64) -> Option<i64> {
    let before = usize::try_from(before).ok()?;
    if let Some(quick) = QUICK.get(before) {
        return Some(*quick);
    }
    let slow = *SLOW.get(before - QUICK.len())?;
    let mut bytes = [0u8; 4];
    context.random(&mut bytes);
    Some(slow + i64::from(u32::from_be_bytes(bytes)) % (slow / JITTER))
}

/// Gives a webhook back.
pub(crate) fn release(tx: &mut Tx<'_>, id: WebhookId, node: &str) -> Result<()> {
    tx.exec(sql::RELEASE, &[id.0.into(), node.into()])?;
    Ok(())
}

/// Gives up what has waited too long, and forgets what the log keeps no longer, some at a time. Answers whether there may be
/// more.
pub(crate) fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    let text = format!("{}{}", sql::select(), sql::ALL);
    let mut more = false;
    for webhook in tx.all(&text, &[], Webhook::read)? {
        let id = webhook.id.0;
        let stale = tx
            .all(sql::STALE, &[id.into(), (now.0 - PATIENCE).into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
        for (delivery, subject) in &stale {
            tx.exec(sql::GIVE_UP, &[(*delivery).into(), now.0.into()])?;
            tx.exec(sql::FORWARD, &[id.into(), (*subject).into(), now.0.into()])?;
        }
        let newest = tx.first(
            sql::NEWEST,
            &[id.into(), (State::Delivered as i64).into(), DELIVERED_KEPT.into()],
            |row| row.int(0),
        )?;
        for (state, age, below) in
            [(State::Delivered, DELIVERED_FOR, newest.unwrap_or(0)), (State::Dead, DEAD_FOR, 0)]
        {
            let params = [id.into(), (state as i64).into(), (now.0 - age).into(), below.into()];
            more |= tx.exec(sql::FORGET, &params)? > 0;
        }
        more |= !stale.is_empty();
    }
    Ok(more)
}
