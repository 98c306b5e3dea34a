//! GET /api/v2/view/viewCategories: the categories of views. Rules live in `deskbell_app::view::categories`.

use deskbell_app::{Desk, Lane, view};
use deskbell_core::Permission;

use super::shown::CategoryView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("viewCategories", "/view/viewCategories")
        .tag("View")
        .summary("Returns the categories under which views stand, by id.")
        .description("A category is made by a view that names it: view_category.")
        .needs(Permission::ViewRead)
        .plain_list("ViewCategory")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let found = call.state.read(Lane::Point, &call.actor, view::categories).await?;
    let rows: Vec<CategoryView<'_>> = found.iter().map(CategoryView::of).collect();
    Ok(Reply::plain_list(&rows, None))
}
