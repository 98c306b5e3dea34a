//! Listing brands.

use deskbell_core::{Actor, Permission};
use deskbell_db::Tx;

use super::{Brand, sql, visible};
use crate::error::Result;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;

/// A page of the brands that exist for the actor, by id; the query looks into their names.
///
/// Errors: `forbidden` without BRAND_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<Brand>> {
    actor.require(Permission::BrandRead)?;
    let mut from = Statement::new(sql::FROM);
    visible(&actor.scope, &mut from);
    item::list(tx, sql::COLUMNS, from, "name_key", paging, Brand::read)
}
