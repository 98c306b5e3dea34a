//! A round of deliveries: what is to be tried now, and what came of it. One node at a time does a webhook's rounds, under a
//! lease; a try that nobody kept is made again.

use deskbell_core::{Context, Timestamp, WebhookId};
use deskbell_db::Tx;

use super::erase::is_erased;
use super::gap;
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

/// After how many failures an endpoint is left alone, for how long at first and at the most, in seconds.
pub(crate) const BREAKS_AT: i64 = 5;
const REST: i64 = 10;
const LONGEST_REST: i64 = 900;

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
        webhook.position = follow(tx, &webhook, last, now)?;
        tx.exec(sql::WRITTEN_DOWN, &[id.0.into(), webhook.position.into()])?;
    }
    let more = webhook.position < last || webhook.replay.is_some();
    let due = if webhook.is_broken() {
        // Not the same one each time, since it may be at fault itself.
        tx.all(&sql::probe(), &[id.0.into(), now.0.into()], Delivery::read)?
    } else {
        let mut statement = Statement::new(&sql::due());
        statement.limit(most);
        tx.all(&statement.text, &[id.0.into(), now.0.into()], Delivery::read)?
    };
    Ok(Some(Round { webhook, due, more }))
}

/// Writes down what happened up to a position, some of it. Answers how far it came.
fn follow(tx: &mut Tx<'_>, webhook: &Webhook, last: i64, now: Timestamp) -> Result<i64> {
    let mut position = webhook.position;
    let mut next = gap::next(tx, webhook.id)?;
    while let Some(gap) = next.filter(|gap| gap.after <= position) {
        position = position.max(gap.until);
        gap::pass(tx, webhook.id, gap)?;
        next = gap::next(tx, webhook.id)?;
    }
    let until = next.map_or(last, |gap| gap.after.min(last));
    if until <= position {
        return Ok(position);
    }
    pump::write_down(tx, webhook, (position, until), false, now)
}

/// The deliveries of a round with their texts.
#[derive(Default)]
pub(crate) struct Letters {
    /// What is to be told.
    pub(crate) told: Vec<(Delivery, String)>,
    /// What is not: nothing of it exists for the webhook, as it is by now.
    pub(crate) void: Vec<Delivery>,
}

/// Makes the texts of deliveries.
pub(crate) fn letters(tx: &mut Tx<'_>, webhook: &Webhook, due: Vec<Delivery>) -> Result<Letters> {
    let mut letters = Letters::default();
    for delivery in due {
        match body(tx, webhook, &delivery)? {
            Some(text) => letters.told.push((delivery, text)),
            None => letters.void.push(delivery),
        }
    }
    Ok(letters)
}

pub(super) fn locked(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    let mut statement = Statement::new(&sql::select());
    statement.push(sql::BY_ID).bind(id.0);
    item::lock(tx, &mut statement);
    Ok(tx.first(&statement.text, &statement.params, Webhook::read)?)
}

/// What came of a round.
pub(crate) struct Ended {
    /// The webhook, as it was in the beginning.
    pub(crate) tried: Webhook,
    /// What was tried.
    pub(crate) outcomes: Vec<Outcome>,
    /// What was not to be told.
    pub(crate) void: Vec<Delivery>,
}

/// Keeps what came of a round.
pub(crate) fn record(tx: &mut Tx<'_>, context: &dyn Context, ended: &Ended, now: Timestamp) -> Result<()> {
    let Ended { tried, outcomes, void } = ended;
    let Some(mut webhook) = locked(tx, tried.id)? else { return Ok(()) };
    for delivery in void {
        tx.exec(sql::DROP, &[delivery.id.0.into(), webhook.id.0.into()])?;
        tx.exec(sql::FORWARD, &[webhook.id.0.into(), delivery.subject.into(), now.0.into()])?;
    }
    for (delivery, tried) in outcomes {
        keep(tx, context, &webhook, delivery, tried, now)?;
    }
    // What an address answered says nothing of another one.
    if outcomes.is_empty() || webhook.url != tried.url {
        return Ok(());
    }
    let was_active = webhook.active;
    judge(&mut webhook, outcomes, now);
    if was_active && !webhook.active {
        gap::open(tx, webhook.id)?;
        tx.exec(sql::STEP, &[webhook.id.0.into(), now.0.into()])?;
    }
    let params = [
        webhook.id.0.into(),
        webhook.failures.into(),
        webhook.rests.into(),
        webhook.retry_at.0.into(),
        webhook.taken_at.0.into(),
        webhook.problem.as_str().into(),
        i64::from(webhook.active).into(),
    ];
    tx.exec(sql::HEALTH, &params)?;
    Ok(())
}

/// What a round says of an endpoint. Slow failures end together, so their order says nothing: one that deals with some is up.
fn judge(webhook: &mut Webhook, outcomes: &[Outcome], now: Timestamp) {
    if outcomes.iter().any(|(_, tried)| tried.problem.is_empty()) {
        webhook.taken_at = now;
    }
    let last = outcomes.iter().rev().find(|(_, tried)| !tried.problem.is_empty());
    if let Some((_, tried)) = last {
        webhook.problem.clone_from(&tried.problem);
    }
    if outcomes.iter().any(|(_, tried)| tried.is_up()) {
        (webhook.failures, webhook.rests, webhook.retry_at) = (0, 0, Timestamp(0));
        if last.is_none() {
            webhook.problem = String::new();
        }
    } else {
        // A single delivery that fails time and again may be at fault itself: its first failure counts, and then as a probe.
        let counts = |(delivery, _): &&Outcome| delivery.attempts == 0 || outcomes.len() > 1;
        let more = outcomes.iter().filter(counts).count() as i64;
        let probes = webhook.is_broken();
        webhook.failures = BREAKS_AT.min(webhook.failures + more);
        if probes || webhook.is_broken() {
            webhook.rests += 1;
            let rest = REST << (webhook.rests - 1).min(10);
            webhook.retry_at = Timestamp(now.0 + rest.min(LONGEST_REST));
        }
    }
    if outcomes.iter().any(|(_, tried)| tried.status == Some(GONE)) {
        webhook.active = false;
        webhook.problem = "The endpoint says that it is gone (410), so the webhook was made inactive.".into();
    }
}

/// What an endpoint answers that wants to be told no more.
pub(crate) const GONE: u16 = 410;

fn keep(
    tx: &mut Tx<'_>,
    context: &dyn Context,
    webhook: &Webhook,
    delivery: &Delivery,
    tried: &Try,
    now: Timestamp,
) -> Result<()> {
    let (id, of) = (delivery.id.0, webhook.id.0);
    // Times are whole seconds: one more makes sure that as many have passed.
    let next = delay(context, delivery.attempts).map(|seconds| now.0 + seconds + 1);
    let kept = match (tried.problem.is_empty(), next) {
        (false, Some(next)) => {
            let (subject, position) = (delivery.subject, delivery.position);
            let params = [
                id.into(),
                of.into(),
                next.into(),
                delivery.attempts.into(),
                subject.into(),
                position.into(),
            ];
            tx.exec(sql::LATER, &params)?
        }
        (good, _) => {
            let state = if good { State::Delivered } else { State::Dead };
            let params =
                [id.into(), of.into(), (state as i64).into(), now.0.into(), delivery.attempts.into()];
            let end = if good { sql::END_GOOD } else { sql::END };
            let ended = tx.exec(end, &params)?;
            tx.exec(sql::FORWARD, &[of.into(), delivery.subject.into(), now.0.into()])?;
            ended
        }
    };
    // Nothing was kept of one that somebody else has tried or that is gone.
    if kept > 0 {
        let status = tried.status.map(i64::from);
        let forgotten = !tried.answer.is_empty() && is_erased(tx, delivery)?;
        let (answer, problem) = (if forgotten { "" } else { tried.answer.as_str() }, tried.problem.as_str());
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
