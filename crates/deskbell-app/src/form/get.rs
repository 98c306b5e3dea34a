//! Reading one form with its fields, and with what a ticket has in them.

use std::collections::BTreeMap;

use deskbell_core::{Actor, Code, Fault, FormId, Permission, TicketId};
use deskbell_db::Tx;

use super::{Form, complete, load as load_form, missing, shown, sql, value};
use crate::error::Result;
use crate::form_field::{self, FormField};
use crate::statement::Statement;
use crate::ticket::load;

/// A form with its fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    /// The form. Brands outside the actor's limits are left out.
    pub form: Form,
    /// Its fields in their order.
    pub fields: Vec<FormField>,
    /// What the ticket that was asked for has in them, by field; none where nothing, or no ticket, is.
    pub values: Option<BTreeMap<i64, String>>,
}

/// The form; with `ticket`, what that ticket has in its fields, also if it has another form by now.
///
/// Errors: `forbidden` without FORM_READ; `not_found`, also for a ticket that does not exist for the actor.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: FormId, ticket: Option<TicketId>) -> Result<Whole> {
    actor.require(Permission::FormRead)?;
    let form = load_form(tx, actor, id, false)?.ok_or_else(missing)?;
    if let Some(ticket) = ticket {
        load::one(tx, actor, ticket)?;
    }
    whole(tx, actor, form, ticket)
}

/// The form that a ticket has, with what it has in its fields. Who sees a ticket sees its form, whatever brands that is for.
///
/// Errors: `forbidden` without FORM_READ; `not_found` for a ticket that does not exist for the actor, or has no form.
pub fn of_ticket(tx: &mut Tx<'_>, actor: &Actor, id: TicketId) -> Result<Whole> {
    actor.require(Permission::FormRead)?;
    let Some(form) = load::one(tx, actor, id)?.form else { return Err(none(id).into()) };
    let mut statement = Statement::new(&sql::select());
    statement.push("f.id = ").bind(form.0);
    let mut found: Vec<Form> =
        tx.first(&statement.text, &statement.params, Form::read)?.into_iter().collect();
    complete(tx, &mut found)?;
    let form = found.pop().ok_or_else(missing)?;
    whole(tx, actor, form, Some(id))
}

/// What is said of a ticket that has no form.
fn none(id: TicketId) -> Fault {
    Fault::new(Code::NotFound, format!("Ticket {id} has no form."))
}

fn whole(tx: &mut Tx<'_>, actor: &Actor, form: Form, ticket: Option<TicketId>) -> Result<Whole> {
    let fields = form_field::of_form(tx, form.id)?;
    let values = match ticket {
        None => None,
        Some(ticket) => {
            let ids: Vec<i64> = fields.iter().map(|field| field.id.0).collect();
            Some(value::of_ticket(tx, ticket, &ids)?)
        }
    };
    Ok(Whole { form: shown(actor, form), fields, values })
}
