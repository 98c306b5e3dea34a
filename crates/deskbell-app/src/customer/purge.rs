//! Purging a customer: nothing that tells who they are, or that was said with them, is left. Its tickets stay as empty shells
//! (`ticket/erase.rs`). They go some to a transaction, and the customer itself with the last: until then the same call goes on.

use std::sync::Arc;

use deskbell_core::address::Kind;
use deskbell_core::{Actor, BrandId, Code, CustomerId, Fault, Limit, Permission, Scope, Version};
use deskbell_db::{Kind as Failure, Tx};

use super::row::Customer;
use super::{Whose, address, load, sql, write};
use crate::desk::{Desk, Keep, Told};
use crate::error::{Error, Result};
use crate::ticket::erase::{self, Room};
use crate::ticket::load as tickets;
use crate::webhook;
use crate::work::{BatchId, Work};

/// How many tickets are looked at together.
const SOME: i64 = 50;

/// A customer that was purged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purged {
    /// The customer.
    pub id: CustomerId,
    /// How many tickets the call has erased.
    pub tickets: i64,
}

/// Purges a customer, with its tickets and with those of its brand that have one of its addresses and no other customer, in whatever
/// state. If that is interrupted, the customer is still there, and the same call goes on. Answers after the bytes of its files
/// are removed too, as far as their store is up.
///
/// Errors: `not_found`; `forbidden` without CUSTOMER_CUD, and for an actor that does not see all of the brand's tickets, since
/// nothing may be left in any; `precondition_failed` if `admits` refuses its version.
pub async fn purge<A>(
    desk: &Desk,
    actor: &Arc<Actor>,
    call: &'static str,
    whose: Whose,
    admits: A,
    keep: Option<Keep<(Purged, BatchId)>>,
) -> Result<Told<(Purged, BatchId)>>
where
    A: Fn(Version) -> bool + Clone + Send + 'static,
{
    actor.require(Permission::CustomerCud)?;
    let (desk, actor) = (desk.clone(), Arc::clone(actor));
    let ended = "purging a customer ended early; the customer is still there, and the same call goes on";
    // What was begun is finished whether or not somebody waits for it.
    let running = tokio::spawn(async move {
        let step = move |work: &mut Work<'_, '_>| step(work, &whose, &admits);
        let told = desk.in_steps(&actor, call, keep, ended, step).await?;
        desk.wipe().await;
        Ok(told)
    });
    running.await.unwrap_or_else(|_| Err(Error::Store(deskbell_db::Error::new(Failure::Engine, ended))))
}

/// Erases some tickets; the customer, once there are no more.
fn step(work: &mut Work<'_, '_>, whose: &Whose, admits: &impl Fn(Version) -> bool) -> Result<Option<Purged>> {
    let (id, brand) = load::find(work.tx, work.actor, whose).map_err(missing)?;
    require_whole(&work.actor.scope, brand)?;
    // A ticket that is just being made with one of the addresses is either there already, or finds no customer.
    let seen = load::one(work.tx, work.actor, id)?;
    address::lock(work.tx, brand, seen.addresses.iter().map(|a| a.canonical.as_str()))?;
    let customer = load::one_for_update(work.tx, work.actor, id)?;
    if !admits(customer.version) {
        return Err(load::stale(id, customer.version));
    }
    // One that was added between the two looks.
    address::lock(work.tx, brand, customer.addresses.iter().map(|a| a.canonical.as_str()))?;
    let ids = some_tickets(work.tx, &customer)?;
    let mut room = Room::new();
    for (ticket, in_trash) in tickets::with_trash(work.tx, &Actor::system(), &ids, true)? {
        // Another writer may have been faster.
        let from = ticket.customer.is_none() && ticket.brand == brand;
        if ticket.customer != id && !(from && contacts(&customer).any(|form| form == ticket.contact)) {
            continue;
        }
        if !erase::erase(work, &ticket, in_trash, &mut room)? || !room.is_left() {
            break;
        }
    }
    if !ids.is_empty() {
        return Ok(None);
    }
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    webhook::erase(work.tx, -id.0)?;
    write::note(work, &customer, write::Happened::Deleted);
    Ok(Some(Purged { id, tickets: erase::count(work.tx, work.batch.as_str())? }))
}

/// Some of the tickets that are to be erased; none if none is left.
fn some_tickets(tx: &mut Tx<'_>, customer: &Customer) -> Result<Vec<i64>> {
    let of = tx.all(sql::TICKETS_OF, &[customer.id.0.into(), SOME.into()], |row| row.int(0))?;
    if !of.is_empty() {
        return Ok(of);
    }
    for form in contacts(customer) {
        let params = [form.into(), customer.brand.0.into(), SOME.into()];
        let from = tx.all(sql::TICKETS_FROM, &params, |row| row.int(0))?;
        if !from.is_empty() {
            return Ok(from);
        }
    }
    Ok(Vec::new())
}

/// The addresses that a ticket may be from or to, in canonical form: no ticket has a Facebook name, and a text that is no number
/// names nobody.
fn contacts(customer: &Customer) -> impl Iterator<Item = &str> {
    let named = customer.addresses.iter().filter(|a| a.kind != Kind::Facebook);
    named.map(|a| a.canonical.as_str()).filter(|form| !form.starts_with('?'))
}

/// Refuses an actor for whom some tickets of the brand do not exist, whether the customer has any of these or not.
fn require_whole(scope: &Scope, brand: BrandId) -> Result<()> {
    if scope.grants.iter().any(|grant| grant.brands.admits(brand.0) && grant.groups == Limit::All) {
        return Ok(());
    }
    let message = "Purging a customer leaves nothing in any ticket of its brand, so it takes a key without limits to groups.";
    Err(Fault::new(Code::Forbidden, message).into())
}

/// The customer is what the call is about: one that does not exist is a 404, however it is named.
fn missing(error: Error) -> Error {
    match error {
        Error::Fault(fault) if fault.code() == Code::UnknownReference => {
            let message = fault.first.message;
            Fault::new(Code::NotFound, message).into()
        }
        error => error,
    }
}
