//! POST /api/v2/ticket/setPriority: sets the priority of several tickets. Rules live in `deskbell_app::ticket::edit`.

use deskbell_app::Desk;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::{Permission, Priority};

use super::MOST;
use super::bulk::{self, Words};
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketSetPriority", "/ticket/setPriority")
        .tag("Ticket")
        .summary("Sets the priority of the tickets given in an array.")
        .description("A ticket that has it already is unchanged.")
        .needs(Permission::TicketUpdate)
        .fields([
            Field::word("priority", Priority::WORDS).required().doc("The priority."),
            Field::ids("ticketIDs", MOST).required().doc("The tickets, at most 10,000."),
        ])
        .bulk()
        .check(|params, wrong| bulk::check_atomic("ticketIDs", params.ids("ticketIDs").len(), params, wrong))
        .may_become_job()
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let priority = call.params.need_parsed("priority", Priority::parse);
    let ids = call.params.ids("ticketIDs").to_vec();
    let edits = vec![Edit::new("priority", Change::Priority(priority))];
    let words = Words { done: "Priority set on", would: "Priority would be set on" };
    bulk::run(call, "ticketSetPriority", Permission::TicketUpdate, ids, edits, words).await
}
