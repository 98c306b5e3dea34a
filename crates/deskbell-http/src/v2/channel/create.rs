//! POST /api/v2/channel: makes a channel. Rules live in `deskbell_app::channel::create`.

use deskbell_app::{Desk, channel};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("channelCreate", "/channel")
        .tag("Channel")
        .summary("Creates a channel.")
        .description("Names differ by more than case. The number of a channel that was made is 100 or above.")
        .needs(Permission::ChannelCud)
        .fields(fields::to_create())
        .check(fields::check)
        .result(&["channelID"])
        .fails(&[Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let write = call.write("channelCreate", move |work| channel::create(work, &fields));
    write
        .answer(|&(id, version)| {
            Reply::result("Channel created.")
                .named("channelID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/channel/{id}"))
        })
        .await
}
