//! GET /api/v2/group: a list of groups. Rules live in `deskbell_app::group::list`.

use deskbell_app::{Desk, Lane, group};
use deskbell_core::Permission;

use super::view::GroupView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("groupList", "/group")
        .tag("Group")
        .summary("Returns the groups, by id.")
        .description("Only those within the limits of the key. The total is exact.")
        .needs(Permission::GroupRead)
        .fields(page::fields("Part of the name, without case."))
        .list("Group")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let paging = page::paging(&call.params);
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| group::list(tx, actor, &paging)).await?;
    let rows: Vec<GroupView<'_>> = found.items.iter().map(GroupView::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
