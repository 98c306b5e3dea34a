//! DELETE /api/v2/ticket/multi: deletes several tickets. Rules live in `deskbell_app::ticket::delete`.

use deskbell_app::Desk;
use deskbell_core::Permission;

use super::MOST;
use super::bulk::{self, Words};
use super::delete;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("ticketDeleteMulti", "/ticket/multi")
        .tag("Ticket")
        .summary("Deletes multiple tickets given in an array.")
        .description(
            "The ids may stand in the query as well, since some proxies drop the body of a DELETE; a JSON body may be \
             the bare array.",
        )
        .needs(Permission::TicketDelete)
        .fields([Field::ids("ticketIDs", MOST).required().doc("The tickets, at most 10,000."), delete::purge()])
        .bare_array("ticketIDs")
        .bulk()
        .check(|params, wrong| bulk::check_atomic("ticketIDs", params.ids("ticketIDs").len(), params, wrong))
        .may_become_job()
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let ids = call.params.ids("ticketIDs").to_vec();
    let edits = vec![delete::edit(&call.state, call.params.flag("purge"))];
    let words = Words { done: "Deleted", would: "Would delete" };
    bulk::run(call, "ticketDeleteMulti", Permission::TicketDelete, ids, edits, words).await
}
