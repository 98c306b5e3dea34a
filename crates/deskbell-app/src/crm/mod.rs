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

/// Seconds from one try in vain to the next.
const DELAYS: [i64; 3] = [10, 60, 600];

/// After how long it is given up, in seconds: somebody has looked by then.
const PATIENCE: i64 = 86_400;

/// How many look-ups are taken together, whatever brands they are of.
const TOGETHER: usize = 128;

/// After how many failures in a row a place is left alone, for how long at first and at the most, in seconds.
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

/// Takes some look-ups of each brand that are to be made now. One whose ticket has gone, or whose brand asks nobody any more, is
/// over.
pub(crate) fn take(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<Lookup>> {
    let skip = if tx.engine() == Engine::Postgres { sql::SKIP } else { "" };
    let due_of = format!("{}{skip}", sql::DUE);
    let mut due: Vec<Lookup> = Vec::new();
    for brand in tx.all(sql::BRANDS, &[now.0.into()], |row| row.int(0))? {
        if due.len() >= TOGETHER {
            break;
        }
        due.extend(tx.all(&due_of, &[brand.into(), now.0.into(), most.into()], |row| {
            Ok(Lookup {
                id: row.int(0)?,
                ticket: TicketId(row.int(1)?),
                brand: BrandId(row.int(2)?),
                attempts: row.int(3)?,
                created_at: Timestamp(row.int(4)?),
                url: String::new(),
                query: Vec::new(),
            })
        })?);
    }
    let mut taken = Vec::new();
    for mut lookup in due {
        let ticket = load::many(tx, &Actor::system(), &[lookup.ticket.0])?.pop();
        let url = tx.first(sql::URL, &[lookup.brand.0.into()], |row| row.str(0).map(str::to_owned))?;
        let query = match &ticket {
            Some(ticket) if ticket.brand == lookup.brand => question(tx, ticket)?,
            _ => None,
        };
        match (url.filter(|url| !url.is_empty()), query) {
            (Some(url), Some(query)) if now.0 < lookup.created_at.0 + PATIENCE => {
                (lookup.url, lookup.query) = (url, query);
                let until = now.0 + LEASE;
                tx.exec(sql::LATER, &[lookup.id.into(), until.into(), lookup.attempts.into()])?;
                taken.push(lookup);
            }
            _ => over(tx, &lookup)?,
        }
    }
    Ok(taken)
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

/// The place has answered.
pub(crate) fn answered(tx: &mut Tx<'_>, lookup: &Lookup) -> Result<()> {
    let failures = tx.first(sql::FAILURES, &[lookup.brand.0.into()], |row| row.int(0))?;
    if failures.is_some_and(|failures| failures > 0) {
        tx.exec(sql::FARES, &[lookup.brand.0.into(), 0.into(), 0.into()])?;
    }
    over(tx, lookup)
}

/// The place has not answered: it is asked later, or not any more. Answers whether it will be.
pub(crate) fn failed(tx: &mut Tx<'_>, lookup: &Lookup, now: Timestamp) -> Result<bool> {
    let failures = tx.first(sql::FAILURES, &[lookup.brand.0.into()], |row| row.int(0))?.unwrap_or(0) + 1;
    let rest = match failures - BREAKS_AT {
        more @ 0.. => (REST << more.min(10)).min(LONGEST_REST),
        _ => 0,
    };
    let retry_at = if rest == 0 { 0 } else { now.0 + rest };
    tx.exec(sql::FARES, &[lookup.brand.0.into(), failures.into(), retry_at.into()])?;
    let delay = usize::try_from(lookup.attempts).ok().and_then(|at| DELAYS.get(at));
    match delay {
        Some(delay) => {
            let params = [lookup.id.into(), (now.0 + delay).into(), (lookup.attempts + 1).into()];
            tx.exec(sql::LATER, &params)?;
            Ok(true)
        }
        None => over(tx, lookup).map(|()| false),
    }
}
