//! GET /api/v2/message/{messageID}: one message or note. Rules live in `deskbell_app::message`.

use deskbell_app::{Desk, Lane, message};
use deskbell_core::{Code, MessageId, Permission};

use super::view::MessageItem;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("messageGet", "/message/{messageID}")
        .tag("Message")
        .summary("Returns one message or note.")
        .description(
            "As its ticket's timeline shows it, with copies, the message that it answers, its plain text and the time for which \
             it waits. The ETag begins with the version of the ticket.",
        )
        .needs(Permission::MessageCreate)
        .if_none_match()
        .item("Message")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = MessageId(call.id("messageID"));
    let whole =
        call.state.read(Lane::Point, &call.actor, move |tx, actor| message::get(tx, actor, id)).await?;
    Ok(Reply::item(&MessageItem::of(&whole, &call.state.settings().public_url)).tagged(whole.version))
}
