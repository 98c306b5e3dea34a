//! PUT /api/v2/tag: gives a tag another name on all tickets. Rules live in `deskbell_app::tag::rename`.

use deskbell_app::bulk::Command;
use deskbell_app::{Desk, tag};
use deskbell_core::text::limit;
use deskbell_core::{Code, Permission};

use crate::v2::ticket::bulk::{self, Words};
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("tagRename", "/tag")
        .tag("Tag")
        .summary("Gives a tag another name on every ticket that the key may see and that has it.")
        .description(
            "Where a ticket has the other tag already it stays once: so two tags become one. Tickets in the archive are meant as \
             well. No such ticket at all is a 200 with zeros. Up to 10,000 rows are listed, by id; the counts are complete. Work that \
             takes more than some seconds goes on as a job (202). Needs the permission TICKET_READ as well.",
        )
        .needs(Permission::TicketUpdate)
        .fields([
            Field::line("tag", limit::TAG).required().doc("The tag, without regard to case."),
            Field::line("to", limit::TAG).required().doc("Its new name."),
            Field::flag("dryRun").default(false).doc("The same answer, and nothing is written."),
        ])
        .bulk_result()
        .fails(&[Code::RequiredFieldsMissing])
        .may_become_job()
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let text = |name| call.params.text(name).unwrap_or_default();
    let command = tag::rename("tagRename", text("tag"), text("to"), call.state.now());
    let command = Command { dry_run: call.params.flag("dryRun"), ..command };
    bulk::answer(call, command, Words { done: "Renamed on", would: "Would be renamed on" }).await
}
