//! Making two customers one: what the one has goes to the other, tickets first, some hundred to a transaction; the last
//! transaction moves the rest with the addresses and removes the one that goes.

use std::sync::Arc;

use deskbell_core::{Actor, Code, CustomerId, Fault, Permission, Version};

use super::row::Customer;
use super::write::{self, Happened};
use super::{MOST_ADDRESSES, MOST_FIELDS, Named, address, link, load, sql};
use crate::desk::{Desk, Keep, Told};
use crate::error::Result;
use crate::work::{BatchId, Work};

/// Merges the customer `goes` into the one that `stays`: its tickets (those that the actor does not see as well, each with its event
/// and version), its addresses, and what the other has not: external primary id, names, custom fields. If that is interrupted, both
/// are still there and some tickets have moved: the same call goes on. Answers the version of the one that stays.
///
/// Errors: `forbidden` without CUSTOMER_CUD; `unknown_reference` if either does not exist for the actor; `invalid_parameter` if they are
/// the same; `conflict` if they are of two brands, or the one would have too much.
pub async fn merge(
    desk: &Desk,
    actor: &Arc<Actor>,
    call: &'static str,
    stays: Named<CustomerId>,
    goes: Named<CustomerId>,
    keep: Option<Keep<(Version, BatchId)>>,
) -> Result<Told<(Version, BatchId)>> {
    actor.require(Permission::CustomerCud)?;
    if stays.1 == goes.1 {
        let message = format!("{} and {} are the same customer; name two.", stays.0, goes.0);
        return Err(Fault::of(goes.0, Code::InvalidParameter, message).into());
    }
    let ended = "merging two customers ended early; both are still there";
    desk.in_steps(actor, call, keep, ended, move |work| step(work, stays, goes)).await
}

/// Moves some tickets. Answers the version of the one that stays, once the other is gone.
fn step(
    work: &mut Work<'_, '_>,
    stays: Named<CustomerId>,
    goes: Named<CustomerId>,
) -> Result<Option<Version>> {
    let (before, gone) = both(work, stays, goes)?;
    if before.brand != gone.brand {
        let message = format!("{} is a customer of another brand.", gone.id);
        return Err(Fault::of(goes.0, Code::Conflict, message).into());
    }
    if link::move_some(work, gone.id, before.id)? {
        return Ok(None);
    }
    let mut customer = before.clone();
    for (to, from) in [
        (&mut customer.external_id, &gone.external_id),
        (&mut customer.firstname, &gone.firstname),
        (&mut customer.lastname, &gone.lastname),
    ] {
        if to.is_empty() {
            to.clone_from(from);
        }
    }
    for (name, value) in &gone.fields {
        customer.fields.entry(name.clone()).or_insert_with(|| value.clone());
    }
    // First the one that goes, so that its addresses and its external primary id are free.
    work.tx.exec(sql::DELETE, &[gone.id.0.into()])?;
    for theirs in &gone.addresses {
        let theirs = match theirs.canonical.starts_with('?') {
            true => address::unread(theirs.kind, &theirs.address, customer.id),
            false => theirs.clone(),
        };
        if !customer.addresses.contains(&theirs) {
            address::insert(work.tx, &customer, &theirs)?;
            customer.addresses.push(theirs);
        }
    }
    let most = [
        (customer.addresses.len(), MOST_ADDRESSES as usize, "addresses"),
        (customer.fields.len(), MOST_FIELDS, "custom fields"),
    ];
    for (has, most, what) in most {
        if has > most {
            let message = format!("Together they have {has} {what}; a customer has at most {most}.");
            return Err(Fault::of(goes.0, Code::Conflict, message).into());
        }
    }
    customer.addresses.sort_by(|a, b| (a.kind, &a.canonical).cmp(&(b.kind, &b.canonical)));
    write::note(work, &gone, Happened::Deleted);
    write::update(work, &before, &mut customer, None)?;
    Ok(Some(customer.version))
}

/// Both customers, which nobody else changes or deletes until the transaction ends. Addresses are locked before rows, and rows by
/// their ids, so that two who merge crosswise do not wait for each other.
fn both(
    work: &mut Work<'_, '_>,
    stays: Named<CustomerId>,
    goes: Named<CustomerId>,
) -> Result<(Customer, Customer)> {
    let (tx, actor) = (&mut *work.tx, work.actor);
    let seen = load::named(tx, actor, stays, false)?;
    let theirs = load::named(tx, actor, goes, false)?;
    address::lock(tx, seen.brand, theirs.addresses.iter().map(|a| a.canonical.as_str()))?;
    if stays.1 < goes.1 {
        let first = load::named(tx, actor, stays, true)?;
        return Ok((first, load::named(tx, actor, goes, true)?));
    }
    let first = load::named(tx, actor, goes, true)?;
    Ok((load::named(tx, actor, stays, true)?, first))
}
