//! Writing the rows of customers.

use deskbell_core::{Code, CustomerId, Fault, GroupId, TicketId};
use deskbell_db::{Kind, Tx};

use super::row::Customer;
use super::{Named, sql};
use crate::error::{Error, Result};
use crate::journal::{Event, Times};
use crate::work::Work;

/// Writes a new customer and gives it its id; `None` if its external id is taken.
pub(super) fn insert(tx: &mut Tx<'_>, customer: &mut Customer) -> Result<Option<CustomerId>> {
    let (fields, key) = (customer.fields_text(), customer.search_key());
    let params = [
        customer.brand.0.into(),
        customer.external_value(),
        customer.firstname.as_str().into(),
        customer.lastname.as_str().into(),
        fields.into(),
        key.into(),
        customer.created_at.0.into(),
    ];
    let id = tx.first(sql::INSERT, &params, |row| row.int(0))?.map(CustomerId);
    drop(params);
    customer.id = id.unwrap_or_default();
    Ok(id)
}

/// Writes what has changed, as one more version; `before` is the customer as it was loaded.
///
/// Errors: `conflict` if the external id is taken.
pub(super) fn update(
    work: &mut Work<'_, '_>,
    before: &Customer,
    customer: &mut Customer,
    external: Option<&Named<String>>,
) -> Result<()> {
    if customer == before {
        return Ok(());
    }
    customer.version = before.version.next();
    customer.last_update = work.now;
    let written = work.tx.savepoint(|tx| row(tx, customer));
    match (written, external) {
        (Err(Error::Store(error)), Some((field, id))) if error.kind() == Kind::Unique => {
            Err(taken(field, id))
        }
        (written, _) => written,
    }?;
    note(work, customer, Happened::Changed);
    Ok(())
}

/// What happened to a customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Happened {
    Created,
    Changed,
    Deleted,
}

/// Notes in the journal what happened to a customer: that it did, and not who they are.
pub(super) fn note(work: &mut Work<'_, '_>, customer: &Customer, happened: Happened) {
    let item_type = match happened {
        Happened::Created => "customer_created",
        Happened::Changed => "customer_changed",
        Happened::Deleted => "customer_deleted",
    };
    let (ticket, group, after) = (TicketId::NONE, GroupId::NONE, Some(customer.id.to_string()));
    // A ticket's times are none of theirs.
    let (closed_at, last_update_agent, last_update_customer) = (None, None, None);
    let times = Times { last_update: work.now, closed_at, last_update_agent, last_update_customer };
    work.record(Event {
        ticket,
        brand: customer.brand,
        group,
        from: None,
        item_type,
        before: None,
        after,
        times,
    });
}

/// Writes the row as it stands, without a version step of its own.
pub(super) fn row(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    let params = [
        customer.id.0.into(),
        customer.external_value(),
        customer.firstname.as_str().into(),
        customer.lastname.as_str().into(),
        customer.fields_text().into(),
        customer.search_key().into(),
        customer.last_update.0.into(),
        customer.version.0.into(),
    ];
    tx.exec(sql::UPDATE, &params)?;
    Ok(())
}

/// The fault for an external id that another customer of the brand has.
pub(super) fn taken(field: &str, id: &str) -> Error {
    let message = format!("The brand has another customer with the external primary id {id}.");
    Fault::of(field, Code::Conflict, message).into()
}
