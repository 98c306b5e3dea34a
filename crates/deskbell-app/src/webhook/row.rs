//! Webhooks and deliveries as they are stored and as use cases see them.

use deskbell_core::{DeliveryId, Grant, Limit, Scope, Timestamp, Version, WebhookId};
use deskbell_db::Row;

use super::event::{self, Event};
use super::round::BREAKS_AT;
use super::secret::Secret;
use crate::key::limit_from_text;

/// A webhook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// What it is told of.
    pub events: Vec<Event>,
    /// Of which brands.
    pub brands: Limit,
    /// Of tickets of which groups; 0 admits tickets of no group.
    pub groups: Limit,
    /// Whether it is told at all.
    pub active: bool,
    /// What deliveries are signed with.
    pub secret: Secret,
    /// The secret before, with which they are signed as well until then.
    pub old: Option<(Secret, Timestamp)>,
    /// Events up to here have been written down for it.
    pub position: i64,
    /// After and up to where they are being written down once more.
    pub replay: Option<(i64, i64)>,
    /// How many failures there were since it last took something, up to so many as make it rest.
    pub failures: i64,
    /// How often in a row it has been left alone.
    pub rests: i64,
    /// Nothing is tried before.
    pub retry_at: Timestamp,
    /// When it last took something, or became active.
    pub taken_at: Timestamp,
    /// Why the last try failed; empty if it did not.
    pub problem: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl Webhook {
    /// What exists for it.
    pub fn scope(&self) -> Scope {
        Scope { grants: vec![Grant { brands: self.brands.clone(), groups: self.groups.clone() }] }
    }

    /// With which secrets a delivery is signed at that time, the newest first.
    pub fn secrets(&self, now: Timestamp) -> Vec<Secret> {
        let old = self.old.iter().filter(|(_, until)| now < *until).map(|(secret, _)| secret.clone());
        std::iter::once(self.secret.clone()).chain(old).collect()
    }

    /// Reads one row of `sql::COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let old = match (row.opt_blob(7)?, row.opt_int(8)?) {
            (Some(secret), Some(until)) => Some((Secret::stored(secret), Timestamp(until))),
            _ => None,
        };
        Ok(Self {
            id: WebhookId(row.int(0)?),
            url: row.str(1)?.to_owned(),
            events: event::from_text(row.str(2)?),
            brands: limit_from_text(row.opt_str(3)?),
            groups: limit_from_text(row.opt_str(4)?),
            active: row.int(5)? != 0,
            secret: Secret::stored(row.blob(6)?),
            old,
            position: row.int(9)?,
            replay: row.opt_int(10)?.zip(row.opt_int(11)?),
            failures: row.int(12)?,
            rests: row.int(13)?,
            retry_at: Timestamp(row.int(14)?),
            taken_at: Timestamp(row.int(15)?),
            problem: row.str(16)?.to_owned(),
            created_at: Timestamp(row.int(17)?),
            last_update: Timestamp(row.int(18)?),
            version: Version(row.int(19)?),
        })
    }

    /// How it fares.
    pub fn fares(&self, now: Timestamp) -> Fares {
        match (self.active, self.retry_at > now, self.failures) {
            (false, ..) => Fares::Inactive,
            (true, true, _) => Fares::Resting,
            (true, false, 0) => Fares::Good,
            (true, false, _) => Fares::Failing,
        }
    }

    /// Whether it failed so often that it is left alone, but for one delivery after each rest.
    pub(crate) fn is_broken(&self) -> bool {
        self.failures >= BREAKS_AT
    }
}

/// How a webhook fares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fares {
    /// Nothing is wrong.
    Good,
    /// The last tries failed.
    Failing,
    /// It failed too often and is left alone for a while.
    Resting,
    /// It is told nothing.
    Inactive,
}

impl Fares {
    /// The words of the API, in the order of the variants.
    pub const WORDS: [&'static str; 4] = ["good", "failing", "resting", "inactive"];

    /// The word that answers use.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// Where a delivery stands; the number is what the store keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// To be tried.
    Waiting = 1,
    /// The endpoint took it.
    Delivered = 2,
    /// It is not tried any more.
    Dead = 3,
}

impl State {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &["waiting", "delivered", "dead"];

    const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The word that answers use.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize - 1]
    }

    fn of(number: i64) -> Self {
        Self::ALL.into_iter().find(|state| *state as i64 == number).unwrap_or(Self::Dead)
    }
}

/// What a webhook is or was told of one event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The position of the event's first journal row.
    pub position: i64,
    /// A ticket's id, or a customer's below zero.
    pub subject: i64,
    /// What happened.
    pub event: Event,
    /// The write that did it.
    pub batch: String,
    /// When it was written down, or was to be told again.
    pub since: Timestamp,
    /// Where it stands.
    pub state: State,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether it is told again on purpose.
    pub replayed: bool,
    /// When it is tried next; none while another one of its subject waits before it.
    pub next_at: Option<Timestamp>,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

impl Delivery {
    /// The id under which the endpoint is told of the event, each time the same.
    pub fn event_id(&self) -> String {
        format!("evt_{}_{}", self.batch, self.position)
    }

    /// The ticket that it is about, if it is about one.
    pub fn ticket(&self) -> Option<i64> {
        (self.subject > 0).then_some(self.subject)
    }

    /// The customer that it is about, if it is about one.
    pub fn customer(&self) -> Option<i64> {
        (self.subject < 0).then_some(-self.subject)
    }

    /// Reads one row of `sql::DELIVERY`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: DeliveryId(row.int(0)?),
            position: row.int(1)?,
            subject: row.int(2)?,
            event: Event::parse(row.str(3)?).unwrap_or(Event::TicketChanged),
            batch: row.str(4)?.to_owned(),
            since: Timestamp(row.int(5)?),
            state: State::of(row.int(6)?),
            attempts: row.int(7)?,
            replayed: row.int(8)? != 0,
            next_at: row.opt_int(9)?.map(Timestamp),
            ended_at: row.opt_int(10)?.map(Timestamp),
        })
    }
}

/// A time that a delivery was tried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// The beginning of the answer.
    pub answer: String,
    /// What was wrong; empty if it was taken.
    pub problem: String,
}

impl Try {
    /// Whether the endpoint deals with what it is told: it took this, or had something against this alone. A status that speaks of
    /// the way to it, of who asks or of how often counts as a failure of the endpoint.
    pub(crate) fn is_up(&self) -> bool {
        let of_the_way = [401, 402, 403, 404, 405, 407, 408, 410, 421, 425, 426, 429, 451];
        self.problem.is_empty()
            || self.status.is_some_and(|status| (400..500).contains(&status) && !of_the_way.contains(&status))
    }

    /// Reads one row: the delivery, and the try.
    pub(super) fn read(row: &Row<'_>) -> Result<(i64, Self), deskbell_db::Error> {
        let tried = Self {
            at: Timestamp(row.int(1)?),
            took_ms: row.int(2)?,
            status: row.opt_int(3)?.and_then(|status| u16::try_from(status).ok()),
            answer: row.str(4)?.to_owned(),
            problem: row.str(5)?.to_owned(),
        };
        Ok((row.int(0)?, tried))
    }
}
