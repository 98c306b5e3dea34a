//! Brands: the names under which customers are served.
//!
//! A caller sees the brands within its limits, and a caller that is limited to brands makes none. Names are unique
//! without case. A brand with tickets (the trash counts) or customers stays.

mod create;
mod delete;
mod get;
mod list;
mod row;
mod rules;
mod sql;
mod update;

use deskbell_core::{Actor, BrandId, Fault, Limit, Scope, Timestamp};
use deskbell_db::Tx;

use crate::error::Result;
use crate::item;
use crate::statement::Statement;

pub use create::{create, find_or_create};
pub use delete::delete;
pub use get::get;
pub use list::list;
pub use row::Brand;
pub use rules::{Fields, check};
pub(crate) use sql::STARTED;
pub use update::update;

/// Makes the brand that a new desk begins with.
pub(crate) fn insert_first(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.exec(sql::INSERT_FIRST, &[now.0.into(), now.0.into()])?;
    Ok(())
}

/// Appends the condition that a brand exists for the scope's owner.
fn visible(scope: &Scope, statement: &mut Statement) {
    item::within(statement, "id", scope, |grant| &grant.brands);
}

/// The brand, if it exists for the actor; `lock` keeps it as it is until the transaction ends.
fn load(tx: &mut Tx<'_>, actor: &Actor, id: BrandId, lock: bool) -> Result<Brand> {
    let mut statement = Statement::new(&sql::select());
    visible(&actor.scope, &mut statement);
    statement.push(" AND id = ").bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, Brand::read)?;
    found.ok_or_else(|| Fault::not_found("Brand", id).into())
}

/// Refuses brands that do not exist for the actor.
pub(crate) fn require_all(tx: &mut Tx<'_>, actor: &Actor, field: &str, ids: &[BrandId]) -> Result<()> {
    let found = existing(tx, actor, ids)?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    item::refuse_unknown(field, "Brand", &ids, &found)
}

/// Those of the brands that exist for the actor.
pub(crate) fn existing(tx: &mut Tx<'_>, actor: &Actor, ids: &[BrandId]) -> Result<Vec<i64>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut statement = Statement::new(sql::IDS);
    visible(&actor.scope, &mut statement);
    statement.push(" AND ");
    item::existing(tx, statement, &ids)
}

/// Whether the scope takes in brands that are yet to be made.
fn sees_new(scope: &Scope) -> bool {
    scope.grants.iter().any(|grant| grant.brands == Limit::All)
}
