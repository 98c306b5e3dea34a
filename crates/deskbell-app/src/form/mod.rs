//! Forms: which further fields a ticket has, by its brand, and which of them it needs to have in which status.
//!
//! A caller sees the forms for every brand and those for one of its brands, and changes those that reach no further than it
//! does. Titles need not be unique. What a form asks for before a change of status is in `asked`, what tickets have in its
//! fields in `value`. Fields are items of their own: `crate::form_field`.

pub(crate) mod asked;
mod create;
mod delete;
mod get;
mod list;
mod row;
mod rules;
pub(crate) mod said;
mod sql;
mod update;
pub(crate) mod value;

use deskbell_core::{Actor, Code, Fault, FormId, Limit, Scope};
use deskbell_db::Tx;

use crate::error::{Error, Result};
use crate::item;
use crate::statement::Statement;

pub use create::create;
pub use delete::delete;
pub use get::{Whole, get, of_ticket};
pub use list::list;
pub use row::Form;
pub use rules::{Fields, check};
pub(crate) use rules::{check_title, require_reach};
pub use update::update;
pub use value::{LINE, TEXT};

/// How many brands one form names.
pub const MOST_BRANDS: usize = 10_000;

/// Appends the condition that a form `f` exists for the scope's owner: one for every brand, or for one of the owner's.
pub(crate) fn visible(scope: &Scope, statement: &mut Statement) {
    if sees_all_brands(scope) {
        statement.push("1 = 1");
        return;
    }
    if scope.grants.is_empty() {
        statement.push("1 = 0");
        return;
    }
    statement.push(sql::FOR_ALL);
    item::within(statement, "fb.brand_id", scope, |grant| &grant.brands);
    statement.push("))");
}

/// Whether no limit to brands hides any form.
fn sees_all_brands(scope: &Scope) -> bool {
    scope.grants.iter().any(|grant| grant.brands == Limit::All)
}

/// The form, if it exists for the actor; `lock` keeps it as it is, and from being set on tickets, until the transaction
/// ends.
pub(crate) fn load(tx: &mut Tx<'_>, actor: &Actor, id: FormId, lock: bool) -> Result<Option<Form>> {
    let mut statement = Statement::new(&sql::select());
    visible(&actor.scope, &mut statement);
    statement.push(" AND f.id = ").bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let mut found: Vec<Form> =
        tx.first(&statement.text, &statement.params, Form::read)?.into_iter().collect();
    complete(tx, &mut found)?;
    Ok(found.pop())
}

/// Those of the forms that exist for the actor.
pub(crate) fn existing(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64]) -> Result<Vec<i64>> {
    let mut statement = Statement::new(sql::IDS);
    visible(&actor.scope, &mut statement);
    statement.push(" AND ");
    item::existing(tx, statement, ids)
}

/// Reads the brands of forms.
fn complete(tx: &mut Tx<'_>, forms: &mut [Form]) -> Result<()> {
    let ids: Vec<i64> = forms.iter().map(|f| f.id.0).collect();
    let mut brands = item::related(tx, sql::BRANDS, "form_id", &ids)?;
    for form in forms {
        let ids = brands.remove(&form.id.0).unwrap_or_default();
        form.brands = ids.into_iter().map(deskbell_core::BrandId).collect();
    }
    Ok(())
}

/// Takes out of a form the brands that the actor does not see.
fn shown(actor: &Actor, mut form: Form) -> Form {
    form.brands.retain(|brand| actor.scope.admits_brand(*brand));
    form
}

/// What is said of a form that is missing, or hidden: the two cannot be told apart.
pub(crate) const NO_FORM: &str = "This form does not exist.";

/// The same, of one that a path names.
fn missing() -> Error {
    Fault::new(Code::NotFound, NO_FORM).into()
}
