//! GET /api/v2/view: a list of views. Rules live in `deskbell_app::view::list`.

use deskbell_app::{Desk, Lane, view};
use deskbell_core::Permission;

use super::shown::ViewView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("viewList", "/view")
        .tag("View")
        .summary("Returns the views, by category, place and id.")
        .description("Views are the same for everybody; what they show is what the caller may see. The total is exact.")
        .needs(Permission::ViewRead)
        .fields(page::fields("Part of the title, without case."))
        .list("View")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let paging = page::paging(&call.params);
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| view::list(tx, actor, &paging)).await?;
    let rows: Vec<ViewView<'_>> = found.items.iter().map(ViewView::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
