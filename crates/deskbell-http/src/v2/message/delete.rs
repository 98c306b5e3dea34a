//! DELETE /api/v2/message/{messageID}: cancels a message that waits for its time. Rules live in `deskbell_app::message`.

use deskbell_app::{Desk, message};
use deskbell_core::{Code, MessageId, Permission};

use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("messageDelete", "/message/{messageID}")
        .tag("Message")
        .summary("Cancels a message that waits for its time (sendAt).")
        .description(
            "It leaves the timeline and is not sent. A message that has been sent, and one that was received, cannot be \
             cancelled (409). If-Match takes the version of the ticket.",
        )
        .needs(Permission::MessageCreate)
        .if_match()
        .result(&["messageID", "ticketID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = MessageId(call.id("messageID"));
    let expected = call.expected().cloned();
    let write = call.write("messageDelete", move |work| {
        message::cancel(work, id, |version| expected.as_ref().is_none_or(|e| e.admits(version)))
    });
    write
        .answer(move |&(ticket, version)| {
            Reply::result("Message cancelled.")
                .named("messageID", id.0)
                .named("ticketID", ticket.0)
                .in_version(version)
        })
        .await
}
