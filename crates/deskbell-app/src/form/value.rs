//! What tickets have in the fields of forms. An empty value is none: it has no row.

use std::collections::BTreeMap;

use deskbell_core::fault::Detail;
use deskbell_core::text::one_line;
use deskbell_core::{Code, Fault, FormFieldId, FormId, InputType, TicketId};
use deskbell_db::Tx;

use super::sql;
use crate::error::Result;
use crate::form_field::{self, FormField};
use crate::item::{self, detail};
use crate::statement::Statement;

/// Characters of a value of one line.
pub const LINE: usize = 1_000;
/// Characters of a value of any lines.
pub const TEXT: usize = 10_000;

/// A value that is to change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Change {
    /// The field.
    pub(crate) field: FormFieldId,
    /// Its title, for the journal.
    pub(crate) title: String,
    /// What the ticket has; empty for nothing.
    pub(crate) before: String,
    /// What it is to have.
    pub(crate) now: String,
}

/// What a ticket has in these fields, by field; those without a value are left out.
pub(super) fn of_ticket(tx: &mut Tx<'_>, ticket: TicketId, fields: &[i64]) -> Result<BTreeMap<i64, String>> {
    let mut statement = Statement::new(sql::VALUES);
    statement.bind(ticket.0).push(" AND ").within("field_id", fields);
    let rows = tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.str(1)?.to_owned())))?;
    Ok(rows.into_iter().collect())
}

/// Takes everything that a ticket has in fields, also in those of other forms.
pub(crate) fn forget(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    tx.exec(sql::FORGET_VALUES, &[ticket.0.into()])?;
    Ok(())
}

/// What values that are sent for fields of a ticket's form change. What a ticket has already is always taken, also if it is
/// no option any more.
///
/// Errors, each for its field `field[ID]`: `unknown_reference` for a field that the form does not have; `invalid_parameter`
/// for a value that the field does not take.
pub(crate) fn changes(
    tx: &mut Tx<'_>,
    field: &str,
    (ticket, form): (TicketId, FormId),
    sent: &[(FormFieldId, String)],
) -> Result<Vec<Change>> {
    let fields: BTreeMap<i64, FormField> =
        form_field::of_form(tx, form)?.into_iter().map(|field| (field.id.0, field)).collect();
    let ids: Vec<i64> = fields.keys().copied().collect();
    let mut there = of_ticket(tx, ticket, &ids)?;
    let (mut unknown, mut wrong, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for (id, value) in sent {
        let name = format!("{field}[{id}]");
        let Some(known) = fields.get(&id.0) else {
            let message = format!("Form field {id} is none of form {form}, which the ticket has.");
            unknown.push(detail(&name, Code::UnknownReference, message));
            continue;
        };
        let before = there.remove(&id.0).unwrap_or_default();
        match taken(known, &name, value) {
            _ if *value == before => {}
            Ok(now) if now == before => {}
            Ok(now) => changes.push(Change { field: *id, title: known.title.clone(), before, now }),
            Err(problem) => wrong.push(problem),
        }
    }
    item::refuse(if unknown.is_empty() { wrong } else { unknown })?;
    Ok(changes)
}

/// A value as a field keeps it: one line where it takes one, and nothing where there are only blanks.
fn taken(field: &FormField, name: &str, value: &str) -> std::result::Result<String, Detail> {
    if value.trim().is_empty() {
        return Ok(String::new());
    }
    let invalid = |message: String| Err(detail(name, Code::InvalidParameter, message));
    let (value, most) = match field.input_type {
        InputType::Textarea => (value.to_owned(), TEXT),
        _ => (one_line(value), LINE),
    };
    if field.input_type.is_select() && !field.options.contains(&value) {
        let options = deskbell_core::text::join_csv(&field.options);
        return invalid(format!("{name} must be one of the options of {}: {options}.", field.title));
    }
    let length = value.chars().count();
    if length > most {
        return invalid(format!("{name} must be at most {most} characters; it has {length}."));
    }
    Ok(value)
}

/// Writes a value, or takes it out if it is empty.
pub(crate) fn put(tx: &mut Tx<'_>, ticket: TicketId, change: &Change) -> Result<()> {
    let (ticket, field) = (ticket.0.into(), change.field.0.into());
    if change.now.is_empty() {
        tx.exec(sql::TAKE, &[ticket, field])?;
    } else {
        tx.exec(sql::PUT, &[ticket, field, change.now.as_str().into()])?;
    }
    Ok(())
}

/// Refuses to give back values of fields that are not there any more.
///
/// Errors: `conflict`.
pub(crate) fn require_there(tx: &mut Tx<'_>, field: &str, changes: &[Change]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = changes.iter().map(|change| change.field.0).collect();
    let found = item::existing(tx, Statement::new(sql::FIELDS_THERE), &ids)?;
    match changes.iter().find(|change| !found.contains(&change.field.0)) {
        None => Ok(()),
        Some(gone) => {
            let message = format!(
                "The form field {}, in which the ticket had another value, does not exist any more.",
                gone.title
            );
            Err(Fault::of(field, Code::Conflict, message).into())
        }
    }
}
