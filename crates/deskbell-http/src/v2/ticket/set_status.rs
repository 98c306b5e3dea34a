//! POST /api/v2/ticket/setStatus: sets the status of several tickets. Rules live in `deskbell_app::ticket::edit`.

use deskbell_app::Desk;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::{Code, Permission, Status};

use super::MOST;
use super::bulk::{self, Words};
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketSetStatus", "/ticket/setStatus")
        .tag("Ticket")
        .summary("Sets the status of the tickets given in an array.")
        .description(
            "Any status may follow any other. A ticket that has it already is unchanged; one whose form needs more for it fails \
             with required_fields_missing and the titles of the fields.",
        )
        .needs(Permission::SetStatus)
        .fields([
            Field::word("status", Status::WORDS).required().doc("The status."),
            Field::ids("ticketIDs", MOST).required().doc("The tickets, at most 10,000."),
        ])
        .bulk()
        .fails(&[Code::RequiredFieldsMissing])
        .check(|params, wrong| bulk::check_atomic("ticketIDs", params.ids("ticketIDs").len(), params, wrong))
        .may_become_job()
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let status = call.params.need_parsed("status", Status::parse);
    let ids = call.params.ids("ticketIDs").to_vec();
    let edits = vec![Edit::new("status", Change::Status(status))];
    let words = Words { done: "Status set on", would: "Status would be set on" };
    bulk::run(call, "ticketSetStatus", Permission::SetStatus, ids, edits, words).await
}
