//! Finding customers by the ids that their owner gave them.

use deskbell_core::{Actor, BrandId, Permission};
use deskbell_db::Tx;

use super::{Customer, Named, load};
use crate::error::Result;

/// The customers with this external primary id, by id: at most one a brand.
///
/// Errors: `forbidden` without CUSTOMER_READ; `unknown_reference` for a brand that does not exist for the actor.
pub fn by_external_id(
    tx: &mut Tx<'_>,
    actor: &Actor,
    brand: Option<Named<BrandId>>,
    external: &str,
) -> Result<Vec<Customer>> {
    actor.require(Permission::CustomerRead)?;
    let ids = load::ids_by_external(tx, actor, brand, external)?;
    load::many(tx, actor, &ids)
}
