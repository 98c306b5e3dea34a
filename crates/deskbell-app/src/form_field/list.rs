//! Listing fields of forms.

use deskbell_core::{Actor, Permission};
use deskbell_db::Tx;

use super::{FormField, sql};
use crate::error::Result;
use crate::form;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;

/// A page of the fields that exist for the actor, by id; the query looks into their titles. `forms` are the forms whose
/// fields are meant, none for all.
///
/// Errors: `forbidden` without FORM_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, forms: &[i64], paging: &Paging) -> Result<Listed<FormField>> {
    actor.require(Permission::FormRead)?;
    let mut from = Statement::new(sql::FROM);
    form::visible(&actor.scope, &mut from);
    from.push(")");
    if !forms.is_empty() {
        from.push(" AND ").within("ff.form_id", forms);
    }
    item::list(tx, sql::COLUMNS, from, "ff.title_key", paging, FormField::read)
}
