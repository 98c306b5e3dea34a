//! Taking an address from a customer. Tickets that are linked stay linked.

use deskbell_core::address::Kind;
use deskbell_core::{CustomerId, Fault, Permission, Version};

use super::address::{self, Claim};
use super::{Sent, Whose, load, sql, write};
use crate::error::Result;
use crate::ticket::edit::require_brand;
use crate::work::Work;

/// Takes the address away, in whatever form it is written.
///
/// Errors: `forbidden` without CUSTOMER_CUD; `unknown_reference` for a customer that does not exist for the actor;
/// `invalid_parameter` for a text that is no address; `not_found` if the customer does not have it;
/// `precondition_failed` if `admits` refuses its version.
pub fn remove(
    work: &mut Work<'_, '_>,
    whose: &Whose,
    kind: Kind,
    text: &str,
    admits: impl Fn(Version) -> bool,
) -> Result<(CustomerId, Version)> {
    work.actor.require(Permission::CustomerCud)?;
    let (id, brand) = load::find(work.tx, work.actor, whose)?;
    let country = require_brand(work.tx, work.actor, "brandID", brand)?;
    let claim = Claim::read(&Sent { field: "address", kind: Some(kind), text: text.to_owned() }, &country)?;
    address::lock(work.tx, brand, claim.canonical.as_deref().into_iter())?;

    let before = load::one_for_update(work.tx, work.actor, id)?;
    if !admits(before.version) {
        return Err(load::stale(id, before.version));
    }
    let gone = claim.address_of(id);
    let params = [brand.0.into(), kind.rank().into(), gone.canonical.as_str().into(), id.0.into()];
    if work.tx.exec(sql::DELETE_ADDRESS, &params)? == 0 {
        return Err(Fault::not_found("Address", text).into());
    }
    let mut customer = before.clone();
    customer.addresses.retain(|a| (a.kind, &a.canonical) != (kind, &gone.canonical));
    write::update(work, &before, &mut customer, None)?;
    Ok((id, customer.version))
}
