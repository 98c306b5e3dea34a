//! POST /api/v2/ticket/undo: takes back a bulk call or a single write. Rules live in `deskbell_app::ticket::undo`.

use deskbell_app::Desk;
use deskbell_app::bulk::Tickets;
use deskbell_core::Code;

use super::bulk::{self, Words};
use crate::{Call, Failure, Field, Operation, Reply};

/// Characters that a batchID may have; those of this server have 36.
const BATCH_ID: usize = 100;

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketUndo", "/ticket/undo")
        .tag("Ticket")
        .summary("Takes back a bulk call or a single write, by its batchID.")
        .description(
            "For the tickets that were not changed since; the others fail with precondition_failed. A ticket that was made \
             goes to the trash, one that was deleted comes out of it, a note leaves the timeline, a merge is taken apart if neither ticket was changed since. The answer has a batchID of \
             its own, by which this can be taken back in turn. Possible for undo_minutes, 60 unless configured otherwise, \
             later a 409.",
        )
        .any_key("the rights of what it takes back")
        .field(Field::line("batchID", BATCH_ID).required().doc("The batchID that the call to take back has answered."))
        .bulk()
        .fails(&[Code::Forbidden, Code::UnknownReference])
        .may_become_job()
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let batch = call.params.text("batchID").unwrap_or_default().to_owned();
    let command = bulk::options(&call, "ticketUndo", Tickets::OfBatch(batch));
    let words = Words { done: "Took back what was done to", would: "Would take back what was done to" };
    bulk::answer(call, command, words).await
}
