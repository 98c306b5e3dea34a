//! One made-up ticket, determined by seed and number alone, with its messages ready for the index.

use deskbell_core::{Direction, Priority, Status, Timestamp};
use deskbell_db::Engine;

use super::cast::{BRANDS, Cast, Somebody};
use super::random::{Random, Still};
use super::words::Words;
use crate::message::Kind;
use crate::search::{self, Prepared};
use crate::ticket::create::random_key;

/// 2015-01-01. Tickets come every 37 seconds from then on: a million in 428 days.
const BEGINNING: i64 = 1_420_070_400;
const EVERY: i64 = 37;

const TAGS: [&str; 24] = [
    "delivery",
    "refund",
    "invoice",
    "warranty",
    "login",
    "printer",
    "vip",
    "damaged",
    "late",
    "question",
    "spare part",
    "contract",
    "upgrade",
    "cancellation",
    "complaint",
    "praise",
    "returns",
    "payment",
    "network",
    "app",
    "spring campaign",
    "b2b",
    "callback",
    "legal",
];

/// Number of messages: none to six, three on average.
const MESSAGES: [u64; 7] = [5, 12, 22, 25, 18, 11, 7];
/// By rank of the status.
const STATUSES: [u64; 6] = [4, 8, 5, 3, 20, 60];
/// By rank of the priority.
const PRIORITIES: [u64; 4] = [12, 68, 16, 4];
/// By number of the built-in channel.
const CHANNELS: [u64; 8] = [56, 12, 20, 4, 1, 1, 2, 4];

/// A ticket.
pub(super) struct Made {
    pub(super) customer: Somebody,
    pub(super) channel: i64,
    /// Places in the cast.
    pub(super) group: Option<usize>,
    pub(super) agent: Option<usize>,
    pub(super) status: Status,
    pub(super) priority: Priority,
    pub(super) direction: Direction,
    pub(super) title: String,
    pub(super) external_key: String,
    pub(super) tags: Vec<String>,
    pub(super) created_at: Timestamp,
    pub(super) last_update: Timestamp,
    pub(super) messages: Vec<Said>,
}

/// A message or note of it.
pub(super) struct Said {
    pub(super) kind: Kind,
    pub(super) direction: Direction,
    pub(super) content: String,
    pub(super) words: Prepared,
    pub(super) at: Timestamp,
}

/// When a ticket of this number comes, at the earliest.
pub(super) fn time_of(number: u64) -> Timestamp {
    Timestamp(BEGINNING + number as i64 * EVERY)
}

impl Made {
    /// The ticket of this number, counted from 0.
    pub(super) fn new(seed: u64, number: u64, words: &Words, cast: &Cast, engine: Engine) -> Self {
        let mut random = Random::of(seed, 1, number);
        let r = &mut random;
        let customer = Somebody::new(seed, customer_of(r, number));
        let status = Status::ALL[r.weighted(&STATUSES)];
        let direction = if r.chance(5) { Direction::Outbound } else { Direction::Inbound };
        let serving = &cast.serving[customer.brand];
        // The first group of a brand has most of its work.
        let group = (!r.chance(6))
            .then(|| serving[r.below(serving.len() as u64).min(r.below(serving.len() as u64)) as usize]);
        let idle = if status == Status::New { 85 } else { 12 };
        let agent = group.filter(|_| !r.chance(idle)).map(|_| r.below(4) as usize);
        let created_at = Timestamp(time_of(number).0 + r.below(EVERY as u64) as i64);
        let mut made = Self {
            channel: r.weighted(&CHANNELS) as i64 + 1,
            group,
            agent,
            status,
            priority: Priority::ALL[r.weighted(&PRIORITIES)],
            direction,
            title: title(r, words, number),
            external_key: random_key(&Still::new(created_at, Random::of(seed, 4, number))),
            tags: tags(r),
            created_at,
            last_update: created_at,
            messages: Vec::new(),
            customer,
        };
        made.talk(r, words, engine);
        made
    }

    fn talk(&mut self, r: &mut Random, words: &Words, engine: Engine) {
        let mut at = self.created_at.0;
        for n in 0..r.weighted(&MESSAGES) {
            let first = n == 0;
            let kind = if !first && r.chance(12) { Kind::Note } else { Kind::Message };
            let mut direction = self.direction;
            if kind == Kind::Note || n % 2 == 1 {
                direction = if first { direction } else { Direction::Outbound };
            }
            let content = self.text(r, words, kind, direction);
            let words = search::prepare(engine, &content);
            self.messages.push(Said { kind, direction, content, words, at: Timestamp(at) });
            self.last_update = Timestamp(at);
            at += 600 + r.below(40_000) as i64;
        }
    }

    fn text(&self, r: &mut Random, words: &Words, kind: Kind, direction: Direction) -> String {
        let mut text = String::new();
        let (greeting, end) = match (kind, direction) {
            (Kind::Note, _) => ("", ""),
            (_, Direction::Inbound) => ("Hello,\n\n", self.customer.firstname),
            (_, Direction::Outbound) => ("Dear customer,\n\n", BRANDS[self.customer.brand].0),
        };
        text.push_str(greeting);
        let sentences = if kind == Kind::Note { 1 } else { 1 + r.below(3) + r.below(4) };
        for _ in 0..sentences {
            let count = 4 + r.below(12);
            words.sentence(r, count, &mut text);
            text.push_str(". ");
        }
        if r.chance(10) {
            text.push_str("Please write to ");
            text.push_str(self.customer.email());
            text.push_str(". ");
        }
        if !end.is_empty() {
            text.push_str("\n\n");
            text.push_str(end);
        }
        text
    }
}

/// Every third ticket is a new customer's, so that there are customers enough; the others are from those before, the
/// older ones more often.
fn customer_of(r: &mut Random, number: u64) -> u64 {
    let known = number / 3 + 1;
    if number.is_multiple_of(3) { known - 1 } else { r.below(known).min(r.below(known)) }
}

fn title(r: &mut Random, words: &Words, number: u64) -> String {
    let mut title = String::new();
    let count = 2 + r.below(6);
    words.sentence(r, count, &mut title);
    if r.chance(20) {
        let year = 2015 + r.below(11);
        title.push_str(&format!(" {year}-{number:06}"));
    }
    title
}

fn tags(r: &mut Random) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for _ in 0..r.weighted(&[35, 35, 20, 10]) {
        let at = r.below(TAGS.len() as u64).min(r.below(TAGS.len() as u64)) as usize;
        if !tags.iter().any(|tag| tag == TAGS[at]) {
            tags.push(TAGS[at].to_owned());
        }
    }
    tags
}
