//! Fields of forms: what each is called, how it is filled in, and for which statuses a ticket needs it.
//!
//! A field exists for whom its form exists, and is changed by whom that may be changed. Neither titles nor external codes need
//! be unique.

mod create;
mod delete;
mod get;
mod list;
mod row;
mod rules;
mod sql;
mod update;

use deskbell_core::{Actor, Code, Fault, FormFieldId, FormId};
use deskbell_db::Tx;

use crate::error::{Error, Result};
use crate::form::{self, Form};
use crate::item;
use crate::statement::Statement;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::list;
pub use row::{FormField, REQUIRABLE};
pub use rules::{Fields, check};
pub use update::update;

/// How many fields a form has at the most.
pub const MOST_FIELDS: usize = 100;
/// How many options a field has at the most.
pub const MOST_OPTIONS: usize = 200;

/// The field, if it exists for the actor; `lock` keeps it as it is until the transaction ends.
fn load(tx: &mut Tx<'_>, actor: &Actor, id: FormFieldId, lock: bool) -> Result<FormField> {
    let mut statement = Statement::new(&sql::select());
    form::visible(&actor.scope, &mut statement);
    statement.push(") AND ff.id = ").bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, FormField::read)?;
    found.ok_or_else(|| missing(id))
}

fn missing(id: FormFieldId) -> Error {
    Fault::not_found("Form field", id).into()
}

/// The fields of a form in their order. The caller has seen to it that the actor may see them.
pub(crate) fn of_form(tx: &mut Tx<'_>, form: FormId) -> Result<Vec<FormField>> {
    Ok(tx.all(&sql::of_form(), &[form.0.into()], FormField::read)?)
}

/// The form that a field is for: it exists for the actor, who may change it, and is locked.
///
/// Errors: `unknown_reference`; `forbidden`.
fn form_for(tx: &mut Tx<'_>, actor: &Actor, id: FormId) -> Result<Form> {
    let absent = || Fault::of("form_id", Code::UnknownReference, form::NO_FORM);
    let form = form::load(tx, actor, id, true)?.ok_or_else(absent)?;
    form::require_reach(actor, &form)?;
    Ok(form)
}

/// A field that is to be changed, and perhaps moved to another form: it and its forms are locked, forms before fields as
/// everywhere, and in the order of their ids.
///
/// Errors: `not_found`; `unknown_reference` for the other form; `forbidden`; `conflict` if it was moved at this moment.
fn load_to_change(tx: &mut Tx<'_>, actor: &Actor, id: FormFieldId, to: Option<FormId>) -> Result<FormField> {
    let seen = load(tx, actor, id, false)?;
    let mut forms = vec![seen.form, to.unwrap_or(seen.form)];
    forms.sort_unstable();
    forms.dedup();
    for form in forms {
        if form == seen.form {
            let own = form::load(tx, actor, form, true)?.ok_or_else(|| missing(id))?;
            form::require_reach(actor, &own)?;
        } else {
            form_for(tx, actor, form)?;
        }
    }
    let field = load(tx, actor, id, true)?;
    if field.form != seen.form {
        let message = format!("Form field {id} was moved to another form at this moment.");
        return Err(Fault::new(Code::Conflict, message).into());
    }
    Ok(field)
}

/// Refuses one more field of a form, which the caller has locked, that has as many as it may.
///
/// Errors: `conflict`.
fn require_room(tx: &mut Tx<'_>, form: FormId) -> Result<()> {
    let there = tx.first(sql::COUNT, &[form.0.into()], |row| row.int(0))?.unwrap_or(0);
    if there < MOST_FIELDS as i64 {
        return Ok(());
    }
    let message = format!("Form {form} has {there} fields already; a form has at most {MOST_FIELDS}.");
    Err(Fault::of("form_id", Code::Conflict, message).into())
}
