//! GET /api/v2/channel: a list of channels. Rules live in `deskbell_app::channel::list`.

use deskbell_app::{Desk, Lane, channel};
use deskbell_core::Permission;

use super::view::ChannelView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("channelList", "/channel")
        .tag("Channel")
        .summary("Returns the channels, by id.")
        .description("Limits of a key hide no channel. The total is exact.")
        .needs(Permission::ChannelRead)
        .fields(page::fields("Part of the name, without case."))
        .list("Channel")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let paging = page::paging(&call.params);
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| channel::list(tx, actor, &paging)).await?;
    let rows: Vec<ChannelView<'_>> = found.items.iter().map(ChannelView::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
