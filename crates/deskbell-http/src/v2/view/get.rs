//! GET /api/v2/view/{viewID}: one view. Rules live in `deskbell_app::view::get`.

use deskbell_app::{Desk, Lane, view};
use deskbell_core::{Code, Permission, ViewId};

use super::shown::ViewView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("viewGet", "/view/{viewID}")
        .tag("View")
        .summary("Returns a view.")
        .description("`missing` names the conditions on something that does not exist (any more) for the caller; they meet no ticket.")
        .needs(Permission::ViewRead)
        .if_none_match()
        .item("View")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = ViewId(call.id("viewID"));
    let found = call.state.read(Lane::Point, &call.actor, move |tx, actor| view::get(tx, actor, id)).await?;
    // What is missing, and the name of the category, changes without a version step.
    Ok(Reply::item(&ViewView::of(&found)).tagged(found.0.version))
}
