//! POST /api/v2/ticket/undo: takes back a bulk call or a single write. This build refuses it, whatever is sent.

use deskbell_app::Desk;
use deskbell_core::{Code, Fault};

use crate::{Call, Failure, Field, Operation, Reply};

/// Characters that a batchID may have; those of this server have 32.
const BATCH_ID: usize = 100;

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketUndo", "/ticket/undo")
        .tag("Ticket")
        .summary("Takes back a bulk call or a single write, by its batchID.")
        .any_key("the rights of what it takes back")
        .field(Field::line("batchID", BATCH_ID).doc("The batchID that the call to take back has answered."))
        .not_yet()
        .bulk_result()
        .handler(handle)
}

async fn handle(_: Call<Desk>) -> Result<Reply, Failure> {
    let message = "The call POST /ticket/undo is not supported by this version of the server yet.";
    Err(Fault::new(Code::InvalidParameter, message).into())
}
