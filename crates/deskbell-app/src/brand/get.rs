//! Reading one brand.

use deskbell_core::{Actor, BrandId, Permission};
use deskbell_db::Tx;

use super::{Brand, load};
use crate::error::Result;

/// The brand.
///
/// Errors: `forbidden` without BRAND_READ; `not_found`, also for a brand outside the actor's limits.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: BrandId) -> Result<Brand> {
    actor.require(Permission::BrandRead)?;
    load(tx, actor, id, false)
}
