//! GET /api/v2/channel/{channelID}: one channel. Rules live in `deskbell_app::channel::get`.

use deskbell_app::{Desk, Lane, channel};
use deskbell_core::{ChannelId, Code, Permission};

use super::view::ChannelView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("channelGet", "/channel/{channelID}")
        .tag("Channel")
        .summary("Returns a channel.")
        .description("The secret of a channel is never answered.")
        .needs(Permission::ChannelRead)
        .if_none_match()
        .item("Channel")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = ChannelId(call.id("channelID"));
    let found =
        call.state.read(Lane::Point, &call.actor, move |tx, actor| channel::get(tx, actor, id)).await?;
    Ok(Reply::item(&ChannelView::of(&found)).tagged(found.version))
}
