//! POST /api/v2/ticket/unlinkCustomerFromTicket: takes the customer off a ticket.

use deskbell_app::Desk;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::ticket::update;
use deskbell_core::{Code, Permission, TicketId};

use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketUnlinkCustomer", "/ticket/unlinkCustomerFromTicket")
        .tag("Ticket")
        .summary("Unlinks the customer from a ticket.")
        .description("A ticket without a customer stays as it is.")
        .needs(Permission::TicketUpdate)
        .field(Field::id("ticketID").required().doc("The ticket."))
        .result(&["ticketID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = TicketId(call.params.need("ticketID"));
    let edits = [Edit::new("ticketID", Change::UnlinkCustomer)];
    let write = call.write("ticketUnlinkCustomer", move |work| {
        update::update(work, Permission::TicketUpdate, id, &edits, |_| true)
    });
    write
        .answer(move |outcome| {
            Reply::result("Customer unlinked from ticket.")
                .named("ticketID", id.0)
                .in_version(outcome.version())
        })
        .await
}
