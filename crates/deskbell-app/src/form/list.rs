//! Listing forms.

use deskbell_core::{Actor, Permission};
use deskbell_db::Tx;

use super::{Form, complete, shown, sql, visible};
use crate::error::Result;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;

/// A page of the forms that exist for the actor, by id; the query looks into their titles. Brands outside the actor's
/// limits are left out.
///
/// Errors: `forbidden` without FORM_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<Form>> {
    actor.require(Permission::FormRead)?;
    let mut from = Statement::new(sql::FROM);
    visible(&actor.scope, &mut from);
    let mut page = item::list(tx, sql::COLUMNS, from, "f.title_key", paging, Form::read)?;
    complete(tx, &mut page.items)?;
    page.items = page.items.into_iter().map(|form| shown(actor, form)).collect();
    Ok(page)
}
