//! PUT /api/v2/ticket/solveUnfinishedTickets: solves what is new, open, pending or holding. Rules live in
//! `deskbell_app::ticket::solve`.

use deskbell_app::Desk;
use deskbell_app::bulk::{Command, Tickets};
use deskbell_app::ticket::solve::{self, Which};
use deskbell_core::{Code, Permission};

use super::bulk::{self, Words};
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("ticketSolveUnfinished", "/ticket/solveUnfinishedTickets")
        .tag("Ticket")
        .summary("Solves every visible ticket that is new, open, pending or holding.")
        .description(
            "The set is fixed at the start; a ticket that is finished meanwhile stays as it is. Up to 1,000 rows are \
             listed, by id; the counts are complete. No such ticket at all is a 200 with zeros. Work that takes more \
             than some seconds goes on as a job (202). A ticket whose form needs more before it is solved fails with \
             required_fields_missing. An empty filter is refused, since it would mean all tickets.",
        )
        .needs(Permission::SetStatus)
        .fields([
            Field::several_ids("brandID").refuse_empty().doc("Only of these brands."),
            Field::several_ids("channelID").refuse_empty().doc("Only of these channels."),
            Field::several_ids("assignedGroupID").or_zero().refuse_empty().doc("Only of these groups; 0 = no group."),
            Field::several_ids("assignedUserID").or_zero().refuse_empty().doc("Only of these users; 0 = nobody."),
            Field::time("updatedBefore").refuse_empty().doc("Only if last changed before this second (a day: before it begins)."),
            Field::flag("dryRun").default(false).doc("The same answer, and nothing is written."),
        ])
        .bulk_result()
        .fails(&[Code::RequiredFieldsMissing])
        .may_become_job()
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let which = Which {
        brands: call.params.ids("brandID").to_vec(),
        channels: call.params.ids("channelID").to_vec(),
        groups: call.params.ids("assignedGroupID").to_vec(),
        users: call.params.ids("assignedUserID").to_vec(),
        updated_before: call.params.span("updatedBefore").map(|s| s.first),
    };
    let command = Command {
        permission: Some(Permission::SetStatus),
        edits: solve::edits(),
        dry_run: call.params.flag("dryRun"),
        rows: solve::ROWS,
        ..Command::over("ticketSolveUnfinished", Tickets::Unfinished(which))
    };
    bulk::answer(call, command, Words { done: "Solved", would: "Would solve" }).await
}
