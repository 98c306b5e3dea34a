//! PUT /api/v2/ticket/{ticketID}: changes the fields of a ticket. Rules live in `deskbell_app::ticket::edit`.

use deskbell_app::Desk;
use deskbell_app::ticket::update;
use deskbell_core::text::limit;
use deskbell_core::{Code, Permission, TicketId};

use super::edits;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("ticketUpdate", "/ticket/{ticketID}")
        .tag("Ticket")
        .summary("Updates the fields of a ticket.")
        .description(
            "What is not sent stays. One call is one version step, however many fields; a call that changes nothing \
             leaves the version as it is. A status that the ticket's form asks more for is refused (409). Changing the brand unlinks the customer, unless the call names one of the new \
             brand.",
        )
        .needs(Permission::TicketUpdate)
        .fields([
            Field::line("title", limit::TITLE).doc("The title."),
            edits::status(),
            Field::id("assignedGroupID").or_zero().doc("The group; 0 = none. It must serve the brand."),
            edits::form(),
            Field::id("brandID").doc("The brand."),
            Field::id("channelID").doc("The channel."),
        ])
        .fields(edits::further())
        .if_match()
        .result(&["ticketID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict, Code::RequiredFieldsMissing])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, edits) = (TicketId(call.id("ticketID")), edits::of(&call.params));
    let expected = call.expected().cloned();
    let write = call.write("ticketUpdate", move |work| {
        update::update(work, Permission::TicketUpdate, id, &edits, |v| {
            expected.as_ref().is_none_or(|e| e.admits(v))
        })
    });
    write
        .answer(move |outcome| {
            Reply::result("Ticket updated.").named("ticketID", id.0).in_version(outcome.version())
        })
        .await
}
