//! POST /api/v2/ticket: creates a ticket. Rules live in `deskbell_app::ticket::create`.

use deskbell_app::Desk;
use deskbell_app::ticket::create::{self, NewTicket};
use deskbell_core::text::limit;
use deskbell_core::{BrandId, ChannelId, Code, Direction, GroupId, Permission};

use super::edits;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketCreate", "/ticket")
        .tag("Ticket")
        .summary("Creates a new ticket.")
        .description(
            "Every field is optional: an empty body makes a ticket in the default brand (the lowest that the key may \
             see) and the channel API. If the other side's address (from of an inbound, to of an outbound ticket) is \
             that of exactly one customer of the brand, the ticket is linked to that customer.",
        )
        .needs(Permission::TicketCreate)
        .fields([
            Field::id("brandID").doc("The brand."),
            Field::id("channelID").doc("The channel; 4, API, if none is named."),
            Field::word("direction", Direction::WORDS).default("inbound").doc("Who spoke first."),
            Field::line("from", limit::ADDRESS).doc("The sender's address."),
            Field::line("fromName", limit::NAME).doc("The sender's name; one blank counts as empty."),
            Field::line("to", limit::ADDRESS).doc("The recipient's address."),
            Field::line("title", limit::TITLE).doc("The title."),
            Field::id("assignedGroupID").or_zero().doc("The group; 0 = none. It must serve the brand."),
            edits::form(),
        ])
        .fields(edits::further())
        .result(&["ticketID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let text = |name| call.params.text(name).unwrap_or_default().to_owned();
    let new = NewTicket {
        brand: call.params.id("brandID").map(BrandId),
        channel: call.params.id("channelID").map(ChannelId),
        direction: call.params.parsed("direction", Direction::parse),
        from: text("from"),
        from_name: text("fromName"),
        to: text("to"),
        title: text("title"),
        group: call.params.id("assignedGroupID").map(GroupId),
        edits: edits::further_edits(&call.params),
    };
    let write = call.write("ticketCreate", move |work| create::create(work, &new));
    write
        .answer(|&(id, version)| {
            Reply::result("Ticket created.")
                .named("ticketID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/ticket/{id}"))
        })
        .await
}
