//! Writing records: each a ticket with its message, its customer and the note that the record is in, in one
//! transaction. As many records as fit into the time that a transaction may take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskbell_core::{ActorId, CustomerId, Direction, Status};
use deskbell_db::{Engine, Tx};
use sha2::{Digest, Sha256};

use super::forget::mark;
use super::places::{Made, Place, Places};
use super::record::{Incoming, IncomingMessage};
use super::sql;
use super::totals::{self, Totals};
use crate::customer::import::{Person, find_or_create};
use crate::error::{Error, Result};
use crate::message::{Further, Kind, NewMessage};
use crate::ticket::Ticket;
use crate::ticket::create::{blank, contact, customer_by_address, random_key};
use crate::ticket::whole::{self, Entry};
use crate::work::Work;

/// What became of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It is in now.
    Imported,
    /// It was in before.
    Already,
    /// It cannot go in, and why.
    Refused(String),
}

/// What one transaction did.
#[derive(Default)]
pub(super) struct Written {
    /// What became of the records from the first on; those after them did not fit into the time.
    pub(super) fates: Vec<Fate>,
    /// What else was made.
    pub(super) made: Made,
    /// How many customers.
    pub(super) customers: u64,
    /// What the transaction has added to the totals.
    pub(super) counted: Totals,
    /// When the transaction began, and how long the records took without what ends it.
    pub(super) timing: Option<(Instant, Duration)>,
}

/// What a transaction is to do.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) source: Arc<str>,
    pub(super) records: Arc<[Incoming]>,
    /// The first of the records that is not done.
    pub(super) from: usize,
    pub(super) time: Duration,
    /// Undo everything at the end.
    pub(super) dry: bool,
    /// Rows that were settled before these records without a transaction of their own.
    pub(super) beside: Totals,
}

/// Does it.
pub(super) fn write(work: &mut Work<'_, '_>, order: &Order) -> Result<Written> {
    let began = Instant::now();
    if !order.dry {
        return records(work, order, began);
    }
    // The same code, undone: what a dry run says is what a real one does.
    let Work { tx, actor, batch, call, context, .. } = work;
    let undone = tx.savepoint(|tx| {
        let mut inner = Work::new(tx, actor, call, batch, *context);
        let written = records(&mut inner, order, began)?;
        inner.finish()?;
        Err::<(), Undone>(Undone::Dry(written.into()))
    });
    match undone {
        Err(Undone::Dry(written)) => Ok(*written),
        Err(Undone::Failed(error)) => Err(error),
        Ok(()) => Ok(Written::default()),
    }
}

enum Undone {
    Dry(Box<Written>),
    Failed(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<deskbell_db::Error> for Undone {
    fn from(error: deskbell_db::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn records(work: &mut Work<'_, '_>, order: &Order, began: Instant) -> Result<Written> {
    lock_source(work.tx, &order.source)?;
    let mut places = Places::default();
    let mut written = Written::default();
    let mut newest = Newest::look(work.tx)?;
    for record in &order.records[order.from..] {
        written.fates.push(one(work, &mut places, &mut newest, &order.source, record)?);
        if began.elapsed() >= order.time {
            break;
        }
    }
    written.made = places.made;
    written.customers = newest.made;
    written.counted = count(order.beside, &written.fates);
    if !order.dry {
        totals::add(work.tx, written.counted)?;
    }
    written.timing = Some((began, began.elapsed()));
    Ok(written)
}

/// The outcomes of a transaction.
fn count(beside: Totals, fates: &[Fate]) -> Totals {
    let mut totals = beside;
    for fate in fates {
        *match fate {
            Fate::Imported => &mut totals.imported,
            Fate::Already => &mut totals.already,
            Fate::Refused(_) => &mut totals.rejected,
        } += 1;
    }
    totals
}

/// Two imports of one data set at the same moment wait for each other, so that no record goes in twice. On SQLite
/// there is one writer anyway.
fn lock_source(tx: &mut Tx<'_>, source: &str) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        let hash = Sha256::new().chain_update(b"import ").chain_update(source).finalize();
        let mut key = [0u8; 8];
        key.copy_from_slice(&hash[..8]);
        tx.first(sql::LOCK_SOURCE, &[i64::from_be_bytes(key).into()], |_| Ok(()))?;
    }
    Ok(())
}

/// Tells customers that were made here from those that were there.
struct Newest {
    id: i64,
    made: u64,
}

impl Newest {
    fn look(tx: &mut Tx<'_>) -> Result<Self> {
        let id = tx.first(sql::NEWEST_CUSTOMER, &[], |row| row.opt_int(0))?.flatten();
        Ok(Self { id: id.unwrap_or(0), made: 0 })
    }

    fn met(&mut self, id: CustomerId) {
        if id.0 > self.id {
            self.id = id.0;
            self.made += 1;
        }
    }
}

fn one(
    work: &mut Work<'_, '_>,
    places: &mut Places,
    newest: &mut Newest,
    source: &str,
    record: &Incoming,
) -> Result<Fate> {
    let key = [source.into(), record.id.as_str().into(), mark(source, &record.id).into()];
    if work.tx.first(sql::IS_IN, &key, |row| row.int(0))?.is_some() {
        return Ok(Fate::Already);
    }
    // Everything that can refuse comes before the first write, so that a refused record leaves nothing behind.
    let channel = match places.channel(work, &record.channel)? {
        Ok(channel) => channel,
        Err(why) => return Ok(Fate::Refused(why)),
    };
    if let Some(why) = places.misplaced(work, &record.brand, &record.group)? {
        return Ok(Fate::Refused(why));
    }
    let brand = places.brand(work, &record.brand)?;
    let mut ticket = blank(work.now, brand.id, channel);
    ticket.group = places.group(work, &record.group)?;
    fill(&mut ticket, source, record, &brand);
    if let Some(customer) = &record.customer {
        let person = Person {
            external_id: &customer.external_id,
            firstname: &customer.firstname,
            lastname: &customer.lastname,
            addresses: &customer.addresses,
            fields: &customer.fields,
        };
        ticket.customer = find_or_create(work, brand.id, &brand.country, &person)?;
        newest.met(ticket.customer);
    }
    if ticket.customer.is_none() {
        ticket.customer = customer_by_address(work.tx, brand.id, &ticket.contact)?;
    }
    ticket.external_key = random_key(work.context);
    let entries: Vec<Entry<'_>> = record.message.iter().map(|m| entry(record, &ticket, m)).collect();
    let id = whole::insert(work, ticket.clone(), &entries)?;
    work.tx.exec(sql::PUT_IN, &[source.into(), record.id.as_str().into(), id.0.into()])?;
    Ok(Fate::Imported)
}

fn fill(ticket: &mut Ticket, source: &str, record: &Incoming, brand: &Place) {
    ticket.status = record.status;
    ticket.priority = record.priority;
    ticket.direction = record.direction;
    ticket.title.clone_from(&record.title);
    ticket.from_address.clone_from(&record.from);
    ticket.from_name.clone_from(&record.from_name);
    ticket.to_address.clone_from(&record.to);
    ticket.contact = contact(ticket, &brand.country);
    ticket.tags.clone_from(&record.tags);
    ticket.source = source.to_owned();
    ticket.source_id.clone_from(&record.id);
    // Where the data has no time at all, the import is the only one that is known.
    let (first, last) = record.times.unwrap_or((ticket.created_at, ticket.created_at));
    ticket.created_at = record.created_at.unwrap_or(first);
    ticket.last_update = last;
    ticket.closed_at =
        (record.status == Status::Closed).then(|| record.closed_at.unwrap_or(ticket.created_at));
    if let Some(message) = &record.message {
        let time = Some(message.created_at.unwrap_or(ticket.created_at));
        match message.direction {
            Direction::Inbound => ticket.last_update_customer = time,
            Direction::Outbound => ticket.last_update_agent = time,
        }
    }
}

fn entry<'r>(record: &'r Incoming, ticket: &Ticket, message: &'r IncomingMessage) -> Entry<'r> {
    let there = (record.from.as_str(), record.from_name.as_str());
    let here = (record.to.as_str(), "");
    // A message the other way than the ticket has sender and recipient changed.
    let (from, to) = if message.direction == record.direction { (there, here) } else { (here, there) };
    Entry {
        message: NewMessage {
            kind: Kind::Message,
            channel_id: ticket.channel.0,
            direction: message.direction,
            from_address: from.0,
            from_name: from.1,
            to_address: to.0,
            to_name: to.1,
            author: ActorId::System,
            author_name: "",
            content: &message.content,
            external_id: "",
            created_at: message.created_at.unwrap_or(ticket.created_at),
            further: Further::default(),
        },
        words: &message.words,
    }
}
