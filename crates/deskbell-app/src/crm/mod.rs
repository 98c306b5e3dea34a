//! Looking up who is in contact: where a brand says where its customers are kept, that place is asked for the contact of each
//! new ticket, and answers an array of customers.
//!
//! A look-up is a row beside the ticket, so making a ticket waits for nothing. It holds no personal data: who is asked for
//! stands in the ticket. How the place is reached is a `Courier`'s matter (`desk/crm.rs`).

mod answer;
mod sql;

use deskbell_core::{Actor, BrandId, CustomerId, TicketId, Timestamp, address};
use deskbell_db::{Engine, Tx};

use crate::error::Result;
use crate::ticket::{Ticket, load};
use crate::work::Work;

pub use answer::{Found, read};

/// How long a look-up may be under way before it is made again, in seconds.
const LEASE: i64 = 30;

/// Seconds from one answer that says nothing to the next try.
const DELAYS: [i64; 3] = [10, 60, 600];

/// After how long it is given up, in seconds: somebody has looked by then.
const PATIENCE: i64 = 86_400;

/// Seconds until a look-up that was not answered is made again, at the least and at the most: as many as it has waited.
const AGAIN: (i64, i64) = (10, 600);

/// After how many failures in a row a place is left alone, for how long at first and at the most, in seconds. Each rest after
/// which the first look-up fails again is twice as long as the one before.
const BREAKS_AT: i64 = 5;
const REST: i64 = 30;
const LONGEST_REST: i64 = 900;

/// A look-up that is to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lookup {
    id: i64,
    attempts: i64,
    created_at: Timestamp,
    /// The ticket whose contact is asked for.
    pub(crate) ticket: TicketId,
    /// Its brand.
    pub(crate) brand: BrandId,
    /// Where.
    pub(crate) url: String,
    /// What is asked, by name.
    pub(crate) query: Vec<(&'static str, String)>,
    /// Whether it is the one by which is seen how the place fares after a rest.
    probe: bool,
}

/// Why a look-up was in vain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InVain {
    /// The place is down, or cannot be reached: nothing was said of what was asked.
    Down(String),
    /// It was answered, and the answer is none.
    Answer(String),
}

impl InVain {
    /// The reason, in words.
    pub fn why(&self) -> &str {
        match self {
            Self::Down(why) | Self::Answer(why) => why,
        }
    }
}

/// Notes that the contact of a new ticket is to be looked up.
pub(crate) fn note(work: &mut Work<'_, '_>, ticket: TicketId, brand: BrandId) -> Result<()> {
    work.tx.exec(sql::INSERT, &[ticket.0.into(), brand.0.into(), work.now.0.into()])?;
    Ok(())
}

/// Whether there is anything to look up, now or later.
pub(crate) fn is_waiting(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.first(sql::ANY, &[], |_| Ok(()))?.is_some())
}

/// The brands of which something is to be looked up now, what waits longest first.
pub(crate) fn brands(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<BrandId>> {
    Ok(tx.all(sql::BRANDS, &[now.0.into()], |row| row.int(0).map(BrandId))?)
}

/// Takes some look-ups of a brand that are to be made now: none while its place rests, a single one after a rest, whatever
/// other nodes do. One whose ticket has gone, or whose brand asks nobody any more, is over.
pub(crate) fn take(tx: &mut Tx<'_>, brand: BrandId, now: Timestamp, most: i64) -> Result<Vec<Lookup>> {
    let rests = tx.first(sql::RESTS, &[brand.0.into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
    let (rests, retry_at) = rests.unwrap_or_default();
    if retry_at > now.0 {
        return Ok(Vec::new());
    }
    let probe = rests > 0;
    let until = now.0 + LEASE;
    if probe && tx.exec(sql::PROBE, &[brand.0.into(), until.into(), now.0.into()])? == 0 {
        return Ok(Vec::new());
    }
    let skip = if tx.engine() == Engine::Postgres { sql::SKIP } else { "" };
    let due =
        tx.all(&format!("{}{skip}", sql::DUE), &[brand.0.into(), now.0.into(), most.into()], |row| {
            Ok(Lookup {
                id: row.int(0)?,
                ticket: TicketId(row.int(1)?),
                brand: BrandId(row.int(2)?),
                attempts: row.int(3)?,
                created_at: Timestamp(row.int(4)?),
                url: String::new(),
                query: Vec::new(),
                probe,
            })
        })?;
    let url = url_of(tx, brand)?;
    let mut taken = Vec::new();
    for mut lookup in due {
        let ticket = load::many(tx, &Actor::system(), &[lookup.ticket.0])?.pop();
        let query = match &ticket {
            Some(ticket) if ticket.brand == brand => question(tx, ticket)?,
            _ => None,
        };
        match (&url, query) {
            (Some(url), Some(query)) if now.0 < lookup.created_at.0 + PATIENCE => {
                (lookup.url, lookup.query) = (url.clone(), query);
                tx.exec(sql::LATER, &[lookup.id.into(), until.into(), lookup.attempts.into()])?;
                taken.push(lookup);
                if probe {
                    break;
                }
            }
            _ => over(tx, &lookup)?,
        }
    }
    if probe && taken.is_empty() {
        tx.exec(sql::REST, &[brand.0.into(), rests.into(), retry_at.into()])?;
    }
    Ok(taken)
}

/// Where the brand's customers are looked up, if anywhere.
fn url_of(tx: &mut Tx<'_>, brand: BrandId) -> Result<Option<String>> {
    let url = tx.first(sql::URL, &[brand.0.into()], |row| row.str(0).map(str::to_owned))?;
    Ok(url.filter(|url| !url.is_empty()))
}

/// What is asked for a ticket: its contact's address, and the customer's own id if there is one, else the ticket.
fn question(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<Option<Vec<(&'static str, String)>>> {
    let Some((kind, address)) = address::canonical(&ticket.contact, "") else { return Ok(None) };
    let external = match ticket.customer {
        CustomerId::NONE => None,
        customer => {
            let text = |row: &deskbell_db::Row<'_>| row.opt_str(0).map(|id| id.map(str::to_owned));
            tx.first(sql::EXTERNAL, &[customer.0.into()], text)?.flatten()
        }
    };
    let who = match external {
        Some(id) => ("primaryID", id),
        None => ("ticketID", ticket.id.to_string()),
    };
    Ok(Some(vec![("channelAddressType", kind.as_str().to_owned()), ("address", address), who]))
}

/// It is over.
pub(crate) fn over(tx: &mut Tx<'_>, lookup: &Lookup) -> Result<()> {
    tx.exec(sql::DELETE, &[lookup.id.into()])?;
    Ok(())
}

/// The ticket's contact is not to be looked up any more.
pub(crate) fn forget(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    tx.exec(sql::FORGET, &[ticket.0.into()])?;
    Ok(())
}

/// Whether the look-up still waits for its answer: if not, its ticket was erased meanwhile, or another node was faster. It does until
/// the transaction ends.
pub(crate) fn waits(tx: &mut Tx<'_>, lookup: &Lookup) -> Result<bool> {
    let lock = if tx.engine() == Engine::Postgres { sql::LOCK } else { "" };
    Ok(tx.first(&format!("{}{lock}", sql::WAITS), &[lookup.id.into()], |_| Ok(()))?.is_some())
}

/// The place has answered: it does not rest any more.
pub(crate) fn answered(tx: &mut Tx<'_>, lookup: &Lookup) -> Result<()> {
    fares_well(tx, lookup.brand)?;
    over(tx, lookup)
}

/// Forgets failures and the rest of a brand's place, as after an answer, and where it is another place.
pub(crate) fn fares_well(tx: &mut Tx<'_>, brand: BrandId) -> Result<()> {
    if tx.first(sql::RESTS, &[brand.0.into()], |_| Ok(()))?.is_some() {
        tx.exec(sql::WELL, &[brand.0.into()])?;
    }
    Ok(())
}

/// The look-up was in vain: it is made later, or not any more. Answers whether it will be.
///
/// A place that is down takes no tries of it. An answer that says nothing does, and shows that the place is there.
pub(crate) fn failed(tx: &mut Tx<'_>, lookup: &Lookup, why: &InVain, now: Timestamp) -> Result<bool> {
    let (delay, attempts) = match why {
        InVain::Down(_) => {
            fares_badly(tx, lookup, now)?;
            ((now.0 - lookup.created_at.0).clamp(AGAIN.0, AGAIN.1), lookup.attempts)
        }
        InVain::Answer(_) => {
            fares_well(tx, lookup.brand)?;
            let delay = usize::try_from(lookup.attempts).ok().and_then(|at| DELAYS.get(at));
            let Some(delay) = delay else { return over(tx, lookup).map(|()| false) };
            (*delay, lookup.attempts + 1)
        }
    };
    tx.exec(sql::LATER, &[lookup.id.into(), (now.0 + delay).into(), attempts.into()])?;
    Ok(true)
}

/// Counts a failure of a brand's place, and lets it rest after some. What had been asked before a rest does not make that
/// longer: only the look-up made after it does.
fn fares_badly(tx: &mut Tx<'_>, lookup: &Lookup, now: Timestamp) -> Result<()> {
    let brand = lookup.brand.0;
    // Of a place that is not asked any more nothing is learned.
    if url_of(tx, lookup.brand)?.is_none_or(|url| url != lookup.url) {
        return Ok(());
    }
    let counted = tx.first(sql::FAILS, &[brand.into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
    let (failures, rests) = counted.unwrap_or_default();
    if (rests == 0 && failures >= BREAKS_AT) || (rests > 0 && lookup.probe) {
        let rest = (REST << rests.min(10)).min(LONGEST_REST);
        tx.exec(sql::REST, &[brand.into(), (rests + 1).into(), (now.0 + rest).into()])?;
    }
    Ok(())
}
