//! GET /api/v2/form: a list of forms. Rules live in `deskbell_app::form::list`.

use deskbell_app::{Desk, Lane, form};
use deskbell_core::Permission;

use super::view::FormView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("formList", "/form")
        .tag("Form")
        .summary("Returns the forms, by id.")
        .description("Those for every brand, and those for a brand within the limits of the key. The total is exact. Without their fields.")
        .needs(Permission::FormRead)
        .fields(page::fields("Part of the title, without case."))
        .list("Form")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let paging = page::paging(&call.params);
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| form::list(tx, actor, &paging)).await?;
    let rows: Vec<FormView<'_>> = found.items.iter().map(FormView::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
