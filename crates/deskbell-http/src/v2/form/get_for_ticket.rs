//! GET /api/v2/form/getFormForTicket: the form of a ticket. Rules live in `deskbell_app::form::of_ticket`.

use deskbell_app::{Desk, Lane, form};
use deskbell_core::{Code, Permission, TicketId};

use super::view::FormView;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("formGetForTicket", "/form/getFormForTicket")
        .tag("Form")
        .summary("Returns the form that a ticket has, with its fields and the ticket's values.")
        .description(
            "A ticket without a form is a 404 that says so. Whoever may see the ticket sees its form.",
        )
        .needs(Permission::FormRead)
        .field(Field::id("ticketID").required().doc("The ticket."))
        .if_none_match()
        .item("FormWithFields")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let ticket = TicketId(call.params.need("ticketID"));
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| form::of_ticket(tx, actor, ticket));
    let found = read.await?;
    Ok(Reply::item(&FormView::whole(&found)).tagged(found.form.version))
}
