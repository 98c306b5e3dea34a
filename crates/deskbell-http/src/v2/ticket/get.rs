//! GET /api/v2/ticket/{ticketID}: a ticket with its timeline. Rules live in `deskbell_app::ticket::get`.

use deskbell_app::ticket::get;
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
             An item is at most 8 MiB: beyond that the newest entries are kept.",
        )
        .needs(Permission::TicketRead)
        .fields([
            Field::flag("getTicketHistory").default(false).doc("Adds the events to the timeline."),
            Field::number("timelineLimit", 0..=9_999)
                .default(get::DEFAULT_TIMELINE)
                .doc("How many entries the timeline holds at the most."),
        ])
        .if_none_match()
        .item("TicketItem")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = TicketId(call.id("ticketID"));
    let (history, limit) = (call.params.flag("getTicketHistory"), call.params.need("timelineLimit"));
    let read =
        call.state.read(Lane::Point, &call.actor, move |tx, actor| get::get(tx, actor, id, history, limit));
    let item = read.await?;
    let view = TicketView::item(&item, &call.state.settings().public_url);
    Ok(Reply::item(&view).tagged(item.ticket.version))
}
