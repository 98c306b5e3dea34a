//! Made-up data for trying and measuring: every ticket is determined by the seed and its number, so the same command
//! makes the same data everywhere, a run that was cut off goes on, and a larger number adds to a smaller one.
//!
//! It writes in large transactions: nothing else should wait for the store meanwhile.

mod cast;
mod made;
mod random;
mod sql;
mod words;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use deskbell_core::{Actor, ActorId, ChannelId, Direction, Status};
use deskbell_db::{Engine, Lane, Tx, Urgency};
use serde::Serialize;

use crate::customer::import::{Person, find_or_create};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::message::{Further, Kind, NewMessage};
use crate::ticket::create::{blank, contact};
use crate::ticket::whole::{self, Entry};
use crate::work::{BatchId, Work};
use cast::{BRANDS, Cast};
use made::{Made, Said, time_of};
use random::{Random, Still};
use words::Words;

/// How many tickets are made at a time; each lot has one clock and one name in the journal.
const LOT: u64 = 500;
/// How many lots go into one transaction.
const LOTS: usize = 4;

/// What was made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Tickets that were there from an earlier run.
    pub already: u64,
    /// Tickets made.
    pub tickets: u64,
    /// Messages and notes made.
    pub messages: u64,
    /// How long it took.
    pub seconds: f64,
    /// Tickets a second.
    pub per_second: f64,
}

/// Why nothing was made.
#[derive(Debug)]
pub enum Failure {
    /// The data is there from another seed.
    OtherSeed(u64),
    /// The store failed; what was made by then stays, and the same call goes on.
    Store(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherSeed(seed) => {
                write!(f, "the desk holds made-up data of seed {seed}; name that one to add to it")
            }
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// Makes tickets until there are as many. `tell` hears how many there are now and then. Blocks; call it from a plain
/// thread.
///
/// Errors: see `Failure`.
pub fn run(
    desk: &Desk,
    tickets: u64,
    seed: u64,
    tell: &mut dyn FnMut(u64),
) -> std::result::Result<Summary, Failure> {
    let began = Instant::now();
    let system = Arc::new(Actor::system());
    let reach = desk.read_blocking(Lane::Point, &system, |tx, _| reach(tx))?;
    let already = match reach {
        Some((other, _)) if other != seed => return Err(Failure::OtherSeed(other)),
        Some((_, count)) => count,
        None => 0,
    };
    let mut summary = Summary { already, ..Summary::default() };
    let made =
        desk.write_blocking(Urgency::Alone, &system, "demo", move |work| as_of(work, seed, 0, cast::make));
    let cast = made?;
    let (send, receive) = sync_channel(2 * LOTS);
    let (engine, making) = (desk.engine(), Arc::clone(&cast));
    thread::scope(|scope| {
        scope.spawn(move || make(seed, already, tickets, &making, engine, &send));
        write_all(desk, seed, &cast, receive, &mut summary, tell)
    })?;
    summary.seconds = began.elapsed().as_secs_f64();
    summary.per_second = summary.tickets as f64 / summary.seconds.max(0.001);
    Ok(summary)
}

/// Writes what comes. The receiver ends with this function, so that after a failure the maker ends too.
fn write_all(
    desk: &Desk,
    seed: u64,
    cast: &Arc<Cast>,
    receive: Receiver<Lot>,
    summary: &mut Summary,
    tell: &mut dyn FnMut(u64),
) -> Result<()> {
    let system = Arc::new(Actor::system());
    loop {
        let lots: Arc<[Lot]> = receive.iter().take(LOTS).collect();
        let Some(last) = lots.last() else { return Ok(()) };
        let end = last.first + last.tickets.len() as u64;
        let tickets: u64 = lots.iter().map(|lot| lot.tickets.len() as u64).sum();
        let messages = lots.iter().flat_map(|lot| &lot.tickets).map(|t| t.messages.len() as u64).sum::<u64>();
        let cast = Arc::clone(cast);
        desk.write_blocking(Urgency::Alone, &system, "demo", move |work| {
            for lot in lots.iter() {
                as_of(work, seed, lot.first, |work| {
                    lot.tickets.iter().try_for_each(|t| write(work, &cast, t))
                })?;
            }
            work.tx.exec(sql::SET_REACH, &[format!("{seed} {end}").into()])?;
            Ok(())
        })?;
        summary.tickets += tickets;
        summary.messages += messages;
        tell(end);
    }
}

/// Tickets from `first` on.
struct Lot {
    first: u64,
    tickets: Vec<Made>,
}

/// Makes lots until there are as many tickets, or nobody takes them.
fn make(seed: u64, already: u64, tickets: u64, cast: &Cast, engine: Engine, lots: &SyncSender<Lot>) {
    let words = Words::new(seed);
    let mut first = already;
    while first < tickets {
        let end = ((first / LOT + 1) * LOT).min(tickets);
        let made = (first..end).map(|number| Made::new(seed, number, &words, cast, engine)).collect();
        if lots.send(Lot { first, tickets: made }).is_err() {
            return;
        }
        first = end;
    }
}

/// Does some work at the made-up time of a ticket, with chance that the seed determines.
fn as_of<T>(
    work: &mut Work<'_, '_>,
    seed: u64,
    number: u64,
    job: impl FnOnce(&mut Work<'_, '_>) -> Result<T>,
) -> Result<T> {
    let still = Still::new(time_of(number), Random::of(seed, 3, number));
    let batch = BatchId::new(&still);
    let mut made_up = Work::new(work.tx, work.actor, work.call, &batch, &still);
    let done = job(&mut made_up)?;
    made_up.finish()?;
    Ok(done)
}

/// Seed and number of tickets of what is there.
fn reach(tx: &mut Tx<'_>) -> Result<Option<(u64, u64)>> {
    let text = tx.first(sql::REACH, &[], |row| row.str(0).map(str::to_owned))?;
    Ok(text.and_then(|text| {
        let (seed, count) = text.split_once(' ')?;
        Some((seed.parse().ok()?, count.parse().ok()?))
    }))
}

fn write(work: &mut Work<'_, '_>, cast: &Cast, made: &Made) -> Result<()> {
    let brand = cast.brands[made.customer.brand];
    let person = Person {
        external_id: &made.customer.external_id,
        firstname: made.customer.firstname,
        lastname: made.customer.lastname,
        addresses: &made.customer.addresses,
        fields: &[],
    };
    let mut ticket = blank(made.created_at, brand, ChannelId(made.channel));
    ticket.customer = find_or_create(work, brand, "", &person)?;
    ticket.group = made.group.map(|group| cast.groups[group]).unwrap_or_default();
    let agent = made.group.zip(made.agent).map(|(group, agent)| &cast.agents[group][agent]);
    ticket.user = agent.map(|(id, _)| *id).unwrap_or_default();
    ticket.status = made.status;
    ticket.priority = made.priority;
    ticket.direction = made.direction;
    ticket.title.clone_from(&made.title);
    ticket.tags.clone_from(&made.tags);
    let desk = format!("support@{}", BRANDS[made.customer.brand].1);
    let (customer, brand_name) = (made.customer.name(), BRANDS[made.customer.brand].0);
    let inbound = made.direction == Direction::Inbound;
    let there = (made.customer.email(), customer.as_str());
    let here = (desk.as_str(), brand_name);
    let (from, to) = if inbound { (there, here) } else { (here, there) };
    ticket.from_address = from.0.to_owned();
    ticket.from_name = from.1.to_owned();
    ticket.to_address = to.0.to_owned();
    ticket.to_name = to.1.to_owned();
    ticket.contact = contact(&ticket, "");
    ticket.last_update = made.last_update;
    ticket.closed_at = (made.status == Status::Closed).then_some(made.last_update);
    ticket.external_key.clone_from(&made.external_key);
    for said in &made.messages {
        let time = match (said.kind, said.direction) {
            (Kind::Message, Direction::Inbound) => &mut ticket.last_update_customer,
            _ => &mut ticket.last_update_agent,
        };
        *time = Some(said.at);
    }
    let author = agent.map_or((ActorId::System, "system"), |(id, name)| (ActorId::User(*id), name.as_str()));
    let entry = |said| entry(said, made.channel, author, there, here);
    let entries: Vec<Entry<'_>> = made.messages.iter().map(entry).collect();
    whole::insert(work, ticket, &entries)?;
    Ok(())
}

fn entry<'m>(
    said: &'m Said,
    channel: i64,
    author: (ActorId, &'m str),
    there: (&'m str, &'m str),
    here: (&'m str, &'m str),
) -> Entry<'m> {
    let note = said.kind == Kind::Note;
    let (from, to) = match said.direction {
        Direction::Inbound => (there, here),
        Direction::Outbound if note => (("", author.1), ("", "")),
        Direction::Outbound => (here, there),
    };
    let desk = said.direction == Direction::Outbound;
    Entry {
        message: NewMessage {
            kind: said.kind,
            channel_id: if note { 0 } else { channel },
            direction: said.direction,
            from_address: from.0,
            from_name: from.1,
            to_address: to.0,
            to_name: to.1,
            author: if desk { author.0 } else { ActorId::System },
            author_name: if desk { author.1 } else { "" },
            content: &said.content,
            external_id: "",
            created_at: said.at,
            further: Further::default(),
        },
        words: &said.words,
    }
}
