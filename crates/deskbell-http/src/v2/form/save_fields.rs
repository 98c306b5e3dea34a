//! PUT /api/v2/form/saveFormFields: a ticket's values in the fields of its form. Rules live in
//! `deskbell_app::ticket::edit` and `deskbell_app::form`.

use deskbell_app::form_field::MOST_FIELDS;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::ticket::update;
use deskbell_app::{Desk, form};
use deskbell_core::fault::Detail;
use deskbell_core::id::MAX_ID;
use deskbell_core::{Code, FormFieldId, Permission, TicketId};

use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Params, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("formSaveFields", "/form/saveFormFields")
        .tag("Form")
        .summary("Saves the values that a ticket has in the fields of its form.")
        .description(
            "What is not sent stays; an empty value takes it out. A value of a select is one of its options. Read-only and \
             hidden fields are taken as the others: they tell a console what people may change. A value that the ticket needs for \
             the status that it has cannot be emptied (409). One call is one version step of the ticket, with an event for each \
             value that changes.",
        )
        .needs(Permission::FormSave)
        .fields([
            Field::id("ticketID").required().doc("The ticket."),
            Field::map_of_texts("fields", is_id, "^[1-9][0-9]{0,15}$", form::TEXT)
                .required()
                .doc("The values by the id of their field: up to 1,000 characters in one line, in a textarea 10,000 in any lines."),
        ])
        .check(check)
        .if_match()
        .result(&["ticketID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict, Code::RequiredFieldsMissing])
        .handler(handle)
}

/// A form has only so many fields.
fn check(params: &Params, wrong: &mut Vec<Detail>) {
    let count = params.map("fields").len();
    if count > MOST_FIELDS {
        let message = format!("fields names {count} fields; a form has at most {MOST_FIELDS}.");
        wrong.push(Detail { field: Some("fields".into()), code: Code::InvalidParameter, message });
    }
}

/// Whether this is an id, without zeros before it: each field has one name.
fn is_id(key: &str) -> bool {
    !key.starts_with('0') && key.bytes().all(|b| b.is_ascii_digit()) && id(key).is_some()
}

fn id(key: &str) -> Option<FormFieldId> {
    key.parse().ok().filter(|id| (1..=MAX_ID).contains(id)).map(FormFieldId)
}

fn values(params: &Params) -> Vec<(FormFieldId, String)> {
    let map = params.map("fields").iter();
    let mut values: Vec<_> = map.filter_map(|(key, value)| Some((id(key)?, value.clone()))).collect();
    values.sort_unstable_by_key(|(id, _)| *id);
    values
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (TicketId(call.params.need("ticketID")), page::admits(&call));
    let edits = [Edit::new("fields", Change::Fill(values(&call.params)))];
    let write = call
        .write("formSaveFields", move |work| update::update(work, Permission::FormSave, id, &edits, &admits));
    write
        .answer(move |outcome| {
            Reply::result("Form fields saved.").named("ticketID", id.0).in_version(outcome.version())
        })
        .await
}
