//! Reading one field of a form.

use deskbell_core::{Actor, FormFieldId, Permission};
use deskbell_db::Tx;

use super::{FormField, load};
use crate::error::Result;

/// The field.
///
/// Errors: `forbidden` without FORM_READ; `not_found`, also for one of a form that does not exist for the actor.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: FormFieldId) -> Result<FormField> {
    actor.require(Permission::FormRead)?;
    load(tx, actor, id, false)
}
