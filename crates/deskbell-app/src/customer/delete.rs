//! Deleting a customer. Its tickets stay, without a customer: also those that the caller does not see, since nothing
//! may point at who is gone.

use deskbell_core::{CustomerId, Permission, Version};

use super::{Whose, address, link, load, sql, write};
use crate::error::Result;
use crate::work::Work;

/// Deletes a customer with its addresses and unlinks its tickets, each with its event and version step.
///
/// Errors: `forbidden` without CUSTOMER_CUD; `not_found`; `precondition_failed` if `admits` refuses its version.
pub fn delete(work: &mut Work<'_, '_>, id: CustomerId, admits: impl Fn(Version) -> bool) -> Result<()> {
    work.actor.require(Permission::CustomerCud)?;
    let (_, brand) = load::find(work.tx, work.actor, &Whose::Path(id))?;
    // A ticket that is just being made with one of the addresses is either there already, or finds no customer.
    let seen = load::one(work.tx, work.actor, id)?;
    address::lock(work.tx, brand, seen.addresses.iter().map(|a| a.canonical.as_str()))?;
    let customer = load::one_for_update(work.tx, work.actor, id)?;
    if !admits(customer.version) {
        return Err(load::stale(id, customer.version));
    }
    // One that was added between the two looks.
    address::lock(work.tx, brand, customer.addresses.iter().map(|a| a.canonical.as_str()))?;
    link::none(work, id)?;
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    write::note(work, &customer, write::Happened::Deleted);
    Ok(())
}
