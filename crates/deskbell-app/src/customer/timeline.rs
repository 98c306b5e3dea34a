//! Everything that was said in the tickets of a customer, as one timeline.
//!
//! It is found ticket by ticket, by index: the cost grows with the customer's own tickets, up to a bound, and with nobody else's.

use deskbell_core::{Actor, BrandId, Code, CustomerId, Fault, Permission, TicketId};
use deskbell_db::Tx;
use sha2::{Digest, Sha256};

use super::sql;
use crate::error::Result;
use crate::message::{self, Across, Message};
use crate::statement::Statement;
use crate::ticket::list::{Cursor, EXACT_UP_TO};
use crate::ticket::load;

/// How many entries it shows where the caller does not say.
pub const DEFAULT: i64 = 500;
/// How many tickets of a customer are looked into: the newest ones.
const TICKETS: i64 = 10_000;
/// How many bytes the entries may take, so that an answer stays below 8 MiB.
const BYTES: usize = 8 * 1024 * 1024 - 64 * 1024;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// The brand of the customer.
    pub brand: BrandId,
    /// The customer's external primary id.
    pub external_id: String,
    /// How many entries at the most; 0 asks for the total alone.
    pub limit: i64,
    /// Where the answer before ended.
    pub before: Option<Cursor>,
}

/// A part of a customer's timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    /// The newest entries, oldest first, each with its ticket.
    pub entries: Vec<(TicketId, Message)>,
    /// How many entries there are in all; the limit of counting where `exact` is false.
    pub total: i64,
    /// Whether the total is exact.
    pub exact: bool,
    /// Where older ones begin, if there are any.
    pub next: Option<Cursor>,
}

/// The newest entries of the tickets of a customer that exist for the actor: messages, and for who may read tickets notes too.
///
/// Errors: `forbidden` without CUSTOMER_READ; `not_found` if the brand has no such customer, or does not exist for the actor;
/// `invalid_parameter` for a cursor of another timeline.
pub fn timeline(tx: &mut Tx<'_>, actor: &Actor, wish: &Wish) -> Result<Timeline> {
    actor.require(Permission::CustomerRead)?;
    let customer = find(tx, actor, wish.brand, &wish.external_id)?;
    let notes = actor.permissions.has(Permission::TicketRead);
    let fingerprint = fingerprint(customer, notes);
    if let Some(cursor) = &wish.before {
        cursor.check(fingerprint)?;
    }
    let which = Across { before: wish.before.map(|cursor| (cursor.value, cursor.id)), notes };
    let tickets = tickets(tx, actor, customer, &which)?;
    let (total, exact) = total(tx, &tickets, notes)?;
    if wish.limit == 0 {
        return Ok(Timeline { entries: Vec::new(), total, exact, next: None });
    }
    let mut newest: Vec<(i64, i64)> =
        tickets.iter().filter_map(|ticket| Some((ticket.id, ticket.newest?))).collect();
    newest.sort_unstable_by_key(|(id, at)| std::cmp::Reverse((*at, *id)));
    let (mut entries, more) = which.newest(tx, &newest, wish.limit, BYTES)?;
    let place =
        |(_, message): &(TicketId, Message)| Cursor::at(fingerprint, message.created_at.0, message.id.0);
    let next = entries.last().filter(|_| more).map(place);
    entries.reverse();
    Ok(Timeline { entries, total, exact, next })
}

/// A ticket of the customer.
struct Talk {
    id: i64,
    /// How many messages and notes it has.
    entries: i64,
    /// The time of the newest entry that is meant.
    newest: Option<i64>,
}

fn tickets(tx: &mut Tx<'_>, actor: &Actor, customer: CustomerId, which: &Across) -> Result<Vec<Talk>> {
    let mut statement = Statement::new(sql::TIMELINES);
    message::newest_at(which, &mut statement);
    statement.push(sql::of_customer(tx.engine())).bind(customer.0).push(" AND ");
    load::visible(&actor.scope, &mut statement);
    statement.push(sql::NEWEST_TICKET).limit(TICKETS);
    Ok(tx.all(&statement.text, &statement.params, |row| {
        Ok(Talk { id: row.int(0)?, entries: row.int(1)?, newest: row.opt_int(2)? })
    })?)
}

/// How many entries the tickets have, and whether that is all.
fn total(tx: &mut Tx<'_>, tickets: &[Talk], notes: bool) -> Result<(i64, bool)> {
    let total = if notes {
        tickets.iter().map(|ticket| ticket.entries).sum()
    } else {
        let ids: Vec<i64> = tickets.iter().map(|ticket| ticket.id).collect();
        message::count_messages(tx, &ids, EXACT_UP_TO + 1)?
    };
    let all = (tickets.len() as i64) < TICKETS;
    Ok((total.min(EXACT_UP_TO), all && total <= EXACT_UP_TO))
}

/// The customer of a brand with this external primary id. One that is hidden cannot be told from one that is missing.
fn find(tx: &mut Tx<'_>, actor: &Actor, brand: BrandId, external: &str) -> Result<CustomerId> {
    let seen = actor.scope.admits_brand(brand);
    let params = [brand.0.into(), external.into()];
    let found = if seen { tx.first(sql::BY_EXTERNAL, &params, |row| row.int(0))? } else { None };
    found.map(CustomerId).ok_or_else(|| {
        let message = format!("Brand {brand} has no customer with the external primary id {external}.");
        Fault::new(Code::NotFound, message).into()
    })
}

/// What a cursor must match.
fn fingerprint(customer: CustomerId, notes: bool) -> [u8; 8] {
    let hash = Sha256::digest(format!("customer {customer} {notes}").as_bytes());
    let mut out = [0u8; 8];
    out.copy_from_slice(&hash[..8]);
    out
}
