//! GET /api/v2/ticket/{ticketID}: a ticket with its timeline. Rules live in `deskbell_app::ticket::get`.

use deskbell_app::ticket::get::{self, Wish};
use deskbell_app::{Desk, Lane};
use deskbell_core::{Code, Permission, TicketId};

use super::view::TicketView;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("ticketGet", "/ticket/{ticketID}")
        .tag("Ticket")
        .summary("Returns all the data of a ticket.")
        .description(
            "The timeline holds the newest entries, oldest first; timeline_total says how many there are in this mode. \
             An item is at most 8 MiB: beyond that the newest entries are kept. With asOf it is the ticket as it was, with its \
             version, timeline and ETag of then; 404 if it was not there yet, in the trash, or outside of the key's limits.",
        )
        .needs(Permission::TicketRead)
        .fields([
            Field::flag("getTicketHistory").default(false).doc("Adds the events to the timeline."),
            Field::number("timelineLimit", 0..=9_999)
                .default(get::DEFAULT_TIMELINE)
                .doc("How many entries the timeline holds at the most."),
            Field::time("asOf").doc("As it was at the end of that second or day; in the future, as it is."),
        ])
        .if_none_match()
        .item("TicketItem")
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = TicketId(call.id("ticketID"));
    let wish = Wish {
        history: call.params.flag("getTicketHistory"),
        limit: call.params.need("timelineLimit"),
        as_of: call.params.span("asOf").map(|span| span.last),
    };
    let lane = if wish.as_of.is_some() { Lane::List } else { Lane::Point };
    let read = call.state.read(lane, &call.actor, move |tx, actor| get::get(tx, actor, id, wish));
    let item = read.await?;
    let view = TicketView::item(&item, &call.state.settings().public_url);
    Ok(Reply::item(&view).tagged(item.ticket.version))
}
