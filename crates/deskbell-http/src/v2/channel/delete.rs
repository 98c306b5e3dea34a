//! DELETE /api/v2/channel/{channelID}: deletes a channel. Rules live in `deskbell_app::channel::delete`.

use deskbell_app::{Desk, channel};
use deskbell_core::{ChannelId, Code, Permission};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("channelDelete", "/channel/{channelID}")
        .tag("Channel")
        .summary("Deletes a channel.")
        .description(
            "A built-in channel, and one with tickets (those in the trash count) or messages, stays: 409.",
        )
        .needs(Permission::ChannelCud)
        .if_match()
        .result(&["channelID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (ChannelId(call.id("channelID")), page::admits(&call));
    let write = call.write("channelDelete", move |work| channel::delete(work, id, &admits));
    write
        .answer(move |&version| {
            Reply::result("Channel deleted.").named("channelID", id.0).in_version(version)
        })
        .await
}
