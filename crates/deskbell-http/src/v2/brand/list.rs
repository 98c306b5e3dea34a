//! GET /api/v2/brand: a list of brands. Rules live in `deskbell_app::brand::list`.

use deskbell_app::{Desk, Lane, brand};
use deskbell_core::Permission;

use super::view::BrandView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("brandList", "/brand")
        .tag("Brand")
        .summary("Returns the brands, by id.")
        .description("Only those within the limits of the key. The total is exact.")
        .needs(Permission::BrandRead)
        .fields(page::fields("Part of the name, without case."))
        .list("Brand")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let paging = page::paging(&call.params);
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| brand::list(tx, actor, &paging)).await?;
    let rows: Vec<BrandView<'_>> = found.items.iter().map(BrandView::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
