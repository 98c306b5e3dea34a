//! GET /api/v2/form/{formID}: one form with its fields. Rules live in `deskbell_app::form::get`.

use deskbell_app::{Desk, Lane, form};
use deskbell_core::{Code, FormId, Permission, TicketId};

use super::view::FormView;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("formGet", "/form/{formID}")
        .tag("Form")
        .summary("Returns a form with its fields.")
        .description(
            "With ticketID each field has the value that the ticket has in it, also if the ticket has another form by now. \
             A form for brands outside the limits of the key does not exist for it.",
        )
        .needs(Permission::FormRead)
        .field(Field::id("ticketID").doc("A ticket, whose values are added."))
        .if_none_match()
        .item("FormWithFields")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, ticket) = (FormId(call.id("formID")), call.params.id("ticketID").map(TicketId));
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| form::get(tx, actor, id, ticket));
    let found = read.await?;
    Ok(Reply::item(&FormView::whole(&found)).tagged(found.form.version))
}
