//! Views: named conditions on tickets, with columns and an order, that lists and bulk work apply. They are the same for everybody;
//! what they show is what the caller may see.

mod apply;
mod condition;
mod counts;
mod create;
mod delete;
mod fact;
mod first;
mod get;
mod lower;
mod missing;
mod operand;
mod row;
mod rules;
mod sql;
mod update;

use deskbell_core::{Fault, ViewId};
use deskbell_db::Tx;

use crate::error::Result;
use crate::item;
use crate::statement::Statement;

pub(crate) use apply::{Applied, apply};
pub use condition::{Condition, Conditions};
pub use counts::{Count, counts};
pub use create::create;
pub use delete::delete;
pub use fact::{Fact, Operation};
pub(crate) use first::insert_first;
pub use get::{Category, categories, get, list, of_user};
pub use operand::Operand;
pub use row::{Column, Sorting, View};
pub use rules::{Fields, check};
pub use update::update;

/// The view; `lock` keeps it as it is until the transaction ends.
///
/// Errors: `not_found`.
fn load(tx: &mut Tx<'_>, id: ViewId, lock: bool) -> Result<View> {
    let mut statement = Statement::new(&sql::select());
    statement.push(" AND v.id = ").bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, View::read)?;
    found.ok_or_else(|| Fault::not_found("View", id).into())
}
