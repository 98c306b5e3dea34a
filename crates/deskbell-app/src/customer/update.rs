//! Changing a customer: its names, external id, custom fields, and further addresses with their tickets. What is not
//! sent stays.

use deskbell_core::{CustomerId, Permission, TicketId, Version};

use super::address::{self, Claim};
use super::{Named, Sent, Whose, field, link, load, write};
use crate::error::Result;
use crate::ticket::edit::require_brand;
use crate::work::Work;

/// What to change of a customer.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Another external id, not empty.
    pub external_id: Option<Named<String>>,
    /// First name.
    pub firstname: Option<String>,
    /// Last name.
    pub lastname: Option<String>,
    /// Further addresses.
    pub addresses: Vec<Sent>,
    /// Custom fields by name; an empty value takes one away.
    pub fields: Vec<(String, String)>,
    /// A ticket to link.
    pub ticket: Option<TicketId>,
    /// Links no other tickets.
    pub no_sync: bool,
}

/// Changes a customer, in one version step if anything differs, and links tickets by its new addresses.
///
/// Errors: `forbidden` without CUSTOMER_CUD; `not_found`, or in a body `unknown_reference`, for a customer that does not
/// exist for the actor; `precondition_failed` if `admits` refuses its version; those of `create`.
pub fn update(
    work: &mut Work<'_, '_>,
    whose: &Whose,
    changes: &Changes,
    admits: impl Fn(Version) -> bool,
) -> Result<(CustomerId, Version)> {
    work.actor.require(Permission::CustomerCud)?;
    let (id, brand) = load::find(work.tx, work.actor, whose)?;
    let country = require_brand(work.tx, work.actor, "brandID", brand)?;
    let claims: Vec<Claim> =
        changes.addresses.iter().map(|sent| Claim::read(sent, &country)).collect::<Result<_>>()?;
    address::lock(work.tx, brand, claims.iter().filter_map(|c| c.canonical.as_deref()))?;

    let before = load::one_for_update(work.tx, work.actor, id)?;
    if !admits(before.version) {
        return Err(load::stale(id, before.version));
    }
    let mut customer = before.clone();
    if let Some((_, external)) = &changes.external_id {
        customer.external_id.clone_from(external);
    }
    customer.firstname = changes.firstname.clone().unwrap_or(customer.firstname);
    customer.lastname = changes.lastname.clone().unwrap_or(customer.lastname);
    field::set(work.tx, &mut customer, &changes.fields)?;
    for claim in &claims {
        address::give(work.tx, &mut customer, claim)?;
    }
    write::update(work, &before, &mut customer, changes.external_id.as_ref())?;

    if let Some(ticket) = changes.ticket {
        link::named(work, brand, id, ticket)?;
    }
    if !changes.no_sync {
        for form in claims.iter().filter_map(|c| c.canonical.as_deref()) {
            link::by_address(work, brand, id, form)?;
        }
    }
    Ok((id, customer.version))
}
