//! GET /api/v2/brand/{brandID}: one brand. Rules live in `deskbell_app::brand::get`.

use deskbell_app::{Desk, Lane, brand};
use deskbell_core::{BrandId, Code, Permission};

use super::view::BrandView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("brandGet", "/brand/{brandID}")
        .tag("Brand")
        .summary("Returns a brand.")
        .description("A brand outside the limits of the key does not exist for it.")
        .needs(Permission::BrandRead)
        .if_none_match()
        .item("Brand")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = BrandId(call.id("brandID"));
    let found = call.state.read(Lane::Point, &call.actor, move |tx, actor| brand::get(tx, actor, id)).await?;
    Ok(Reply::item(&BrandView::of(&found)).tagged(found.version))
}
