//! Reading one customer.

use deskbell_core::{Actor, CustomerId, Permission};
use deskbell_db::Tx;

use super::{Customer, load};
use crate::error::Result;

/// The customer with its addresses and custom fields.
///
/// Errors: `forbidden` without CUSTOMER_READ; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId) -> Result<Customer> {
    actor.require(Permission::CustomerRead)?;
    load::one(tx, actor, id)
}
