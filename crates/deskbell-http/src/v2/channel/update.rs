//! PUT /api/v2/channel/{channelID}: changes a channel. Rules live in `deskbell_app::channel::update`.

use deskbell_app::{Desk, channel};
use deskbell_core::{ChannelId, Code, Permission};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("channelUpdate", "/channel/{channelID}")
        .tag("Channel")
        .summary("Changes a channel.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. Built-in channels can \
             be renamed too.",
        )
        .needs(Permission::ChannelCud)
        .fields(fields::to_update())
        .check(fields::check)
        .if_match()
        .result(&["channelID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) =
        (ChannelId(call.id("channelID")), fields::of(&call.params), page::admits(&call));
    let write = call.write("channelUpdate", move |work| channel::update(work, id, &fields, &admits));
    write
        .answer(move |&version| {
            Reply::result("Channel updated.").named("channelID", id.0).in_version(version)
        })
        .await
}
