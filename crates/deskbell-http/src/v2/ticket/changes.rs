//! GET /api/v2/ticket/{ticketID}/changes: what changed in a ticket. Rules live in `deskbell_app::feed::of_ticket`.

use deskbell_app::Desk;
use deskbell_core::{Code, Permission, TicketId};

use crate::v2::changes::{TicketChangeView, check, fields, wish};
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("ticketChanges", "/ticket/{ticketID}/changes")
        .tag("Ticket")
        .summary("Returns what changed in a ticket, with before and after and who, oldest first.")
        .description(
            "The changes are those of GET /changes, with the same cursors, and the call that made each. Those that happened \
             outside of the key's limits are left out. nextCursor is always there.",
        )
        .needs(Permission::TicketRead)
        .fields(fields())
        .check(check)
        .plain_list("TicketChange")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = TicketId(call.id("ticketID"));
    let part = call.state.changes_of(&call.actor, id, wish(&call.params)).await?;
    let rows: Vec<TicketChangeView<'_>> = part.changes.iter().map(TicketChangeView::of).collect();
    Ok(Reply::plain_list(&rows, Some(&part.next.to_string())))
}
