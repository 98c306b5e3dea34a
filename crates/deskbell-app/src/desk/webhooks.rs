//! Webhooks at work: who is told when, and how a `Courier` is asked to tell. What is told, and what comes of it, is
//! `crate::webhook`'s matter.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deskbell_core::{Actor, Code, Fault, Timestamp, WebhookId};
use deskbell_db::{Lane, Urgency};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Desk;
use crate::crm::InVain;
use crate::error::Result;
use crate::webhook::{
    self, BREAKS_AT, Delivery, Ended, Found, GONE, Glance, Letters, Outcome, Round, Secret, Try, Webhook,
};

/// How many webhooks are told at the same time, how many deliveries of one are under way, how many one round takes, and after
/// how long it sends no more.
pub(super) const ROUNDS: usize = 32;
const AT_ONCE: usize = 8;
const LETTERS: i64 = 64;
const TURN: Duration = Duration::from_secs(1);

/// How often is looked for what is to be tried again, and for what other processes wrote.
const LOOK: Duration = Duration::from_secs(1);

/// What comes within this time of a write goes along with it.
const TOGETHER: Duration = Duration::from_millis(10);

/// Characters of an answer that the log keeps.
const ANSWER: usize = 1_000;

/// Work of a courier.
pub type Sending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How endpoints of others are reached.
pub trait Courier: Send + Sync + 'static {
    /// Asks an endpoint whether it takes deliveries. Errors: why not.
    fn probe(&self, url: String) -> Sending<std::result::Result<(), String>>;

    /// Tells an endpoint, once.
    fn deliver(&self, letter: Letter) -> Sending<Answered>;

    /// Asks a place that keeps customers; the text that it answers. Errors: why there is none.
    fn ask(
        &self,
        url: String,
        query: Vec<(&'static str, String)>,
    ) -> Sending<std::result::Result<String, InVain>>;
}

/// What an endpoint is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// Where.
    pub url: String,
    /// The event's id, the same at each try.
    pub id: String,
    /// When it is sent.
    pub at: Timestamp,
    /// What it is signed with, the newest first.
    pub secrets: Vec<Secret>,
    /// Its text.
    pub body: String,
    /// Whether it is told again on purpose.
    pub again: bool,
}

/// What came of telling an endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// The beginning of the answer.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// What was wrong; empty if it was taken.
    pub problem: String,
}

impl Desk {
    /// Says how endpoints are reached; once, before the background work begins.
    pub fn connect(&self, courier: Arc<dyn Courier>) {
        // A second one would change nothing that is under way.
        let _ = self.inner.courier.set(courier);
    }

    pub(super) fn courier(&self) -> Result<Arc<dyn Courier>> {
        let missing = || Fault::new(Code::Internal, "This process reaches no endpoints.");
        Ok(self.inner.courier.get().cloned().ok_or_else(missing)?)
    }

    /// Makes sure, before a webhook is made or changed, that its new endpoint takes deliveries, and that what has happened until
    /// now has its place in the journal, so that the webhook begins after it.
    ///
    /// Errors: `invalid_parameter` on `url`, with the reason.
    pub async fn prepare_webhook(&self, url: Option<&str>) -> Result<()> {
        if let Some(url) = url {
            let asked = self.courier()?.probe(url.to_owned()).await;
            asked.map_err(|why| Fault::of("url", Code::InvalidParameter, why))?;
        }
        self.seal().await
    }

    /// Tells a webhook something that only shows that the way is open. Nothing is kept of it.
    ///
    /// Errors: `forbidden` without SETTINGS_CRUD; `not_found`.
    pub async fn test_webhook(&self, actor: &Arc<Actor>, id: WebhookId) -> Result<(Letter, Answered)> {
        let (found, _) = self.read(Lane::Point, actor, move |tx, actor| webhook::get(tx, actor, id)).await?;
        let at = self.inner.context.now();
        let mut random = [0u8; 16];
        self.inner.context.random(&mut random);
        let letter = Letter {
            url: found.url.clone(),
            id: format!("evt_test_{:032x}", u128::from_be_bytes(random)),
            at,
            secrets: found.secrets(at),
            body: webhook::test_body(id, at),
            again: false,
        };
        let mut answered = self.courier()?.deliver(letter.clone()).await;
        shorten(&mut answered);
        Ok((letter, answered))
    }

    /// Tells webhooks what happens, for as long as the desk is served.
    pub(super) async fn tell_webhooks(self) {
        let mut listening = self.listen();
        let glance = Arc::default();
        let busy: Arc<Mutex<HashSet<WebhookId>>> = Arc::default();
        let mut running = JoinSet::new();
        while !listening.is_over() {
            while running.try_join_next().is_some() {}
            match self.wanting(&glance).await {
                Ok(wanting) => {
                    for id in wanting {
                        if !busy.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
                            continue;
                        }
                        let (desk, busy) = (self.clone(), Arc::clone(&busy));
                        running.spawn(async move {
                            desk.tell(id).await;
                            busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                        });
                    }
                }
                Err(error) => tracing::warn!(%error, "webhooks are looked at again"),
            }
            tokio::select! {
                () = listening.woken() => sleep(TOGETHER).await,
                () = sleep(LOOK) => {}
            }
        }
    }

    /// Tells all webhooks what is to be told now, and returns when that is done.
    pub async fn tell_all(&self) -> Result<()> {
        for id in self.wanting(&Arc::default()).await? {
            self.tell(id).await;
        }
        Ok(())
    }

    async fn wanting(&self, glance: &Arc<Mutex<Glance>>) -> Result<Vec<WebhookId>> {
        if self.inner.courier.get().is_none()
            || !self.inner.store.read(Lane::Point, webhook::any_active).await?
        {
            return Ok(Vec::new());
        }
        self.seal().await?;
        let (node, now, glance) = (self.inner.node.clone(), self.inner.context.now(), Arc::clone(glance));
        let look = self.inner.store.read(Lane::Point, move |tx| {
            glance.lock().unwrap_or_else(PoisonError::into_inner).look(tx, &node, now)
        });
        let Found { wanting, behind } = look.await?;
        if !behind.is_empty() {
            self.inner.store.write(Urgency::Bulk, move |tx| webhook::advance(tx, &behind)).await?;
        }
        Ok(wanting)
    }

    /// Does a webhook's rounds until nothing is to be tried now.
    async fn tell(&self, id: WebhookId) {
        let mut taken = false;
        loop {
            // The semaphore is never closed.
            let Ok(_turn) = self.inner.rounds.acquire().await else { return };
            match self.round(id).await {
                Ok(Some(more)) => {
                    taken = true;
                    if !more {
                        break;
                    }
                }
                // It is another node's, or rests.
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(webhook = id.0, %error, "a webhook is told later");
                    taken = true;
                    break;
                }
            }
        }
        if !taken {
            return;
        }
        let node = self.inner.node.clone();
        let release = self.inner.store.write(Urgency::Bulk, move |tx| webhook::release(tx, id, &node));
        if let Err(error) = release.await {
            tracing::warn!(webhook = id.0, %error, "a webhook waits for its lease to run out");
        }
    }

    /// One round. Answers whether there may be more to do now; `None` if there was no turn to take.
    async fn round(&self, id: WebhookId) -> Result<Option<bool>> {
        let (node, now) = (self.inner.node.clone(), self.inner.context.now());
        let begin =
            self.inner.store.write(Urgency::Bulk, move |tx| webhook::begin(tx, id, &node, now, LETTERS));
        let Some(round) = begin.await? else { return Ok(None) };
        let Round { webhook: tried, due, more } = round;
        if due.is_empty() {
            return Ok(Some(more));
        }
        let of = tried.clone();
        let letters = self.inner.store.read(Lane::List, move |tx| webhook::letters(tx, &of, due.clone()));
        let Letters { told, void } = letters.await?;
        let outcomes = self.send(&tried, told).await?;
        if outcomes.iter().any(|(_, tried)| tried.status == Some(GONE)) {
            // What happened until now still has its place.
            self.seal().await?;
        }
        let (context, now) = (Arc::clone(&self.inner.context), self.inner.context.now());
        let ended = Ended { tried, outcomes, void };
        let record =
            self.inner.store.write(Urgency::Bulk, move |tx| webhook::record(tx, &*context, &ended, now));
        record.await?;
        Ok(Some(true))
    }

    /// Sends the letters of a round, some at a time, until the endpoint has failed too often and dealt with none, or the turn is
    /// over: an endpoint that is slow keeps no other one waiting for long.
    async fn send(&self, webhook: &Webhook, letters: Vec<(Delivery, String)>) -> Result<Vec<Outcome>> {
        let (courier, mut letters) = (self.courier()?, letters.into_iter());
        let (mut running, mut outcomes) = (JoinSet::new(), Vec::new());
        let (mut failures, mut is_up) = (webhook.failures, false);
        let end = Instant::now() + TURN;
        loop {
            while running.len() < AT_ONCE
                && (running.is_empty() && outcomes.is_empty()
                    || (is_up || failures < BREAKS_AT) && Instant::now() < end)
            {
                let Some((delivery, body)) = letters.next() else { break };
                let at = self.inner.context.now();
                let letter = letter(webhook, &delivery, body, at);
                let sending = courier.deliver(letter);
                running.spawn(async move { (delivery, at, sending.await) });
            }
            let Some(ended) = running.join_next().await else { return Ok(outcomes) };
            let Ok((delivery, at, mut answered)) = ended else { continue };
            shorten(&mut answered);
            let Answered { status, answer, took_ms, problem } = answered;
            let tried = Try { at, took_ms, status, answer, problem };
            is_up |= tried.is_up();
            failures += 1;
            outcomes.push((delivery, tried));
        }
    }

    /// Gives up what waited too long for its webhook, and forgets what the log keeps no longer.
    pub async fn forget_deliveries(&self) -> Result<()> {
        let now = self.inner.context.now();
        for id in self.inner.store.read(Lane::Point, webhook::all).await? {
            while self.inner.store.write(Urgency::Bulk, move |tx| webhook::forget(tx, id, now)).await? {}
        }
        Ok(())
    }
}

fn letter(webhook: &Webhook, delivery: &Delivery, body: String, at: Timestamp) -> Letter {
    Letter {
        url: webhook.url.clone(),
        id: delivery.event_id(),
        at,
        secrets: webhook.secrets(at),
        body,
        again: delivery.replayed,
    }
}

/// What the log keeps of an answer: its beginning, without characters that no text holds.
fn shorten(answered: &mut Answered) {
    let kept = answered.answer.chars().filter(|c| *c != '\0').take(ANSWER);
    answered.answer = kept.collect();
}
