//! DELETE /api/v2/ticket/{ticketID}: deletes all the data of a ticket. Rules live in `deskbell_app::ticket::delete`.

use deskbell_app::Desk;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::ticket::update;
use deskbell_core::{Code, Permission, TicketId};

use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("ticketDelete", "/ticket/{ticketID}")
        .tag("Ticket")
        .summary("Deletes all the data of a ticket.")
        .description(
            "The ticket is gone from every answer at once. It stays in the trash for a configured time (60 minutes \
             unless set), after which row, timeline and index entries are physically gone. Ids are never used again.",
        )
        .needs(Permission::TicketDelete)
        .field(purge())
        .if_match()
        .result(&["ticketID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

/// What every way of deleting takes.
pub(super) fn purge() -> Field {
    Field::flag("purge").default(false).doc("Deletes at once, without a stay in the trash.")
}

/// The edit that deletes, at once if the call or the configuration says so.
pub(super) fn edit(desk: &Desk, purge: bool) -> Edit {
    Edit::new("purge", Change::Delete { purge: purge || desk.settings().undo_minutes == 0 })
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = TicketId(call.id("ticketID"));
    let (edits, expected) = ([edit(&call.state, call.params.flag("purge"))], call.expected().cloned());
    let write = call.write("ticketDelete", move |work| {
        update::update(work, Permission::TicketDelete, id, &edits, |v| {
            expected.as_ref().is_none_or(|e| e.admits(v))
        })
    });
    write
        .answer(move |outcome| {
            Reply::result("Ticket deleted.").named("ticketID", id.0).in_version(outcome.version())
        })
        .await
}
