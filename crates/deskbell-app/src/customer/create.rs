//! Creating a customer, and linking tickets to it: one that the call names, and unless noSync is set all of the brand
//! that have its address.

use std::collections::BTreeMap;

use deskbell_core::{BrandId, Code, CustomerId, Fault, Permission, TicketId, Timestamp, Version};

use super::address::{self, Claim};
use super::row::Customer;
use super::{Named, Sent, field, link, load, write};
use crate::error::Result;
use crate::ticket;
use crate::ticket::edit::require_brand;
use crate::work::Work;

/// What a new customer is asked to be.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// The brand; `None` = that of the ticket, or the lowest that the actor may see.
    pub brand: Option<Named<BrandId>>,
    /// The id that its owner gives it, not empty.
    pub external_id: Option<Named<String>>,
    /// First name.
    pub firstname: String,
    /// Last name.
    pub lastname: String,
    /// Its address.
    pub address: Option<Sent>,
    /// Custom fields by name.
    pub fields: Vec<(String, String)>,
    /// A ticket to link.
    pub ticket: Option<TicketId>,
    /// Links no other tickets.
    pub no_sync: bool,
}

/// Creates a customer and links its tickets.
///
/// Errors: `forbidden` without CUSTOMER_CUD; `unknown_reference` for a brand and `not_found` for a ticket that does not
/// exist for the actor; `invalid_parameter` for a text that is no address; `conflict` if the external id or the
/// address is another customer's, or the ticket another brand's or customer's.
pub fn create(work: &mut Work<'_, '_>, new: &NewCustomer) -> Result<(CustomerId, Version)> {
    work.actor.require(Permission::CustomerCud)?;
    let (brand, country) = brand_of(work, new)?;
    let claim = new.address.as_ref().map(|sent| Claim::read(sent, &country)).transpose()?;
    address::lock(work.tx, brand, claim.iter().filter_map(|c| c.canonical.as_deref()))?;

    let mut customer = blank(brand, work.now);
    customer.external_id = new.external_id.as_ref().map(|(_, id)| id.clone()).unwrap_or_default();
    customer.firstname.clone_from(&new.firstname);
    customer.lastname.clone_from(&new.lastname);
    field::set(work.tx, &mut customer, &new.fields)?;
    // The search key is written with the row: it must have the address already.
    customer.addresses = claim.iter().map(|c| c.address_of(CustomerId::NONE)).collect();
    if write::insert(work.tx, &mut customer)?.is_none() {
        let (name, id) = new.external_id.as_ref().map_or(("", ""), |(name, id)| (*name, id));
        return Err(write::taken(name, id));
    }
    customer.addresses.clear();
    if let Some(claim) = &claim {
        address::give(work.tx, &mut customer, claim)?;
    }
    write::note(work, &customer, write::Happened::Created);
    if let Some(ticket) = new.ticket {
        link::named(work, brand, customer.id, ticket)?;
    }
    if let (Some(form), false) = (claim.and_then(|c| c.canonical), new.no_sync) {
        link::by_address(work, brand, customer.id, &form)?;
    }
    Ok((customer.id, customer.version))
}

/// The brand and its country.
fn brand_of(work: &mut Work<'_, '_>, new: &NewCustomer) -> Result<(BrandId, String)> {
    let of_ticket = match new.ticket {
        Some(id) => Some(ticket::load::one(work.tx, work.actor, id)?.brand),
        None => None,
    };
    let (name, brand) = match (new.brand, of_ticket) {
        (Some(named), _) => named,
        (None, Some(brand)) => ("brand_id", brand),
        (None, None) => ("brand_id", load::lowest_brand(work.tx, work.actor)?),
    };
    let country = require_brand(work.tx, work.actor, name, brand)?;
    match of_ticket.filter(|of_ticket| *of_ticket != brand) {
        None => Ok((brand, country)),
        Some(other) => {
            let message = format!("The ticket belongs to brand {other}, not to brand {brand}.");
            Err(Fault::of("ticket_id", Code::Conflict, message).into())
        }
    }
}

/// A customer with nothing in it.
pub(super) fn blank(brand: BrandId, now: Timestamp) -> Customer {
    Customer {
        id: CustomerId::NONE,
        version: Version::FIRST,
        brand,
        brand_name: String::new(),
        external_id: String::new(),
        firstname: String::new(),
        lastname: String::new(),
        addresses: Vec::new(),
        fields: BTreeMap::new(),
        created_at: now,
        last_update: now,
    }
}
