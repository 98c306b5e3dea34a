//! GET /api/v2/group/{groupID}: one group. Rules live in `deskbell_app::group::get`.

use deskbell_app::{Desk, Lane, group};
use deskbell_core::{Code, GroupId, Permission};

use super::view::GroupView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("groupGet", "/group/{groupID}")
        .tag("Group")
        .summary("Returns a group.")
        .description("A group outside the limits of the key does not exist for it, and brands outside them are left out.")
        .needs(Permission::GroupRead)
        .if_none_match()
        .item("Group")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = GroupId(call.id("groupID"));
    let found = call.state.read(Lane::Point, &call.actor, move |tx, actor| group::get(tx, actor, id)).await?;
    Ok(Reply::item(&GroupView::of(&found)).tagged(found.version))
}
