//! Linking tickets to customers. Every link is a change of the ticket, with its event and version step; the customer
//! itself stays as it is.

use deskbell_core::{Actor, BrandId, Code, CustomerId, Fault, TicketId};

use super::sql;
use crate::error::Result;
use crate::statement::Statement;
use crate::ticket::edit::{Change, Edit};
use crate::ticket::settle::settle;
use crate::ticket::{Ticket, load};
use crate::work::Work;

/// How many tickets are loaded at a time.
const CHUNK: i64 = 500;

/// Links the tickets of the brand with this address that have no customer and exist for the actor, however many.
pub(super) fn by_address(
    work: &mut Work<'_, '_>,
    brand: BrandId,
    customer: CustomerId,
    canonical: &str,
) -> Result<()> {
    let mut above = 0;
    loop {
        let mut statement = Statement::new(sql::UNLINKED);
        statement.params = vec![canonical.to_owned().into(), brand.0.into(), above.into()];
        load::visible(&work.actor.scope, &mut statement);
        statement.push(sql::UNLINKED_LIMIT).bind(CHUNK);
        let ids = work.tx.all(&statement.text, &statement.params, |row| row.int(0))?;
        let Some(last) = ids.last() else { return Ok(()) };
        above = *last;
        for ticket in load::many_for_update(work.tx, work.actor, &ids)? {
            // Another writer may have been faster.
            let fits = ticket.brand == brand && ticket.contact == canonical && ticket.merged_into.is_none();
            if ticket.customer.is_none() && fits {
                change(work, ticket, Change::Customer(customer))?;
            }
        }
    }
}

/// Links one ticket that the call names.
///
/// Errors: `not_found` for a ticket that does not exist for the actor; `conflict` if it is another brand's or has
/// another customer.
pub(super) fn named(
    work: &mut Work<'_, '_>,
    brand: BrandId,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<()> {
    let ticket = load::one_for_update(work.tx, work.actor, ticket)?;
    let conflict = |message: String| Err(Fault::of("ticket_id", Code::Conflict, message).into());
    if ticket.brand != brand {
        return conflict(format!(
            "Ticket {} belongs to brand {}, not to the customer's.",
            ticket.id, ticket.brand
        ));
    }
    if !ticket.customer.is_none() && ticket.customer != customer {
        return conflict(format!("Ticket {} belongs to customer {}.", ticket.id, ticket.customer));
    }
    change(work, ticket, Change::Customer(customer))
}

/// Unlinks all tickets of a customer, those that the actor does not see as well: the customer goes.
pub(super) fn none(work: &mut Work<'_, '_>, customer: CustomerId) -> Result<()> {
    let everyone = Actor::system();
    let mut above = 0;
    loop {
        let params = [customer.0.into(), above.into(), CHUNK.into()];
        let ids = work.tx.all(sql::LINKED, &params, |row| row.int(0))?;
        let Some(last) = ids.last() else { break };
        above = *last;
        for ticket in load::many_for_update(work.tx, &everyone, &ids)? {
            if ticket.customer == customer && ticket.merged_into.is_none() {
                change(work, ticket, Change::UnlinkCustomer)?;
            }
        }
    }
    work.tx.exec(sql::UNLINK_SILENTLY, &[customer.0.into()])?;
    Ok(())
}

/// How many tickets one transaction moves.
const MOVED: i64 = 250;

/// Gives some tickets of a customer to another one, those that the actor does not see as well. Answers whether there may be more; at
/// the end also those that take no changes have moved.
pub(super) fn move_some(work: &mut Work<'_, '_>, from: CustomerId, to: CustomerId) -> Result<bool> {
    let everyone = Actor::system();
    let ids = work.tx.all(sql::LINKED, &[from.0.into(), 0.into(), MOVED.into()], |row| row.int(0))?;
    for ticket in load::many_for_update(work.tx, &everyone, &ids)? {
        if ticket.customer == from && ticket.merged_into.is_none() {
            change(work, ticket, Change::Customer(to))?;
        }
    }
    if ids.len() as i64 == MOVED {
        return Ok(true);
    }
    work.tx.exec(sql::MOVE_SILENTLY, &[from.0.into(), to.0.into()])?;
    Ok(false)
}

fn change(work: &mut Work<'_, '_>, ticket: Ticket, change: Change) -> Result<()> {
    settle(work.tx, work.actor, ticket, &[Edit::new("customer_id", change)])?.write(work)?;
    Ok(())
}
