//! POST /api/v2/customer/searchByPrimaryExternalId: customers by your own id. Rules live in
//! `deskbell_app::customer::find`.

use deskbell_app::customer::find;
use deskbell_app::{Desk, Lane};
use deskbell_core::{BrandId, Code, Permission};

use super::fields;
use super::view::CustomerView;
use crate::reply::Page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("customerSearchByExternalID", "/customer/searchByPrimaryExternalId")
        .tag("Customer")
        .summary("Finds customers by external primary id.")
        .description("Answers a list: at most one customer of each brand, none if there is none.")
        .needs(Permission::CustomerRead)
        .fields([fields::external().required(), fields::brand()])
        .list("Customer")
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let external = call.params.text("externalPrimaryID").unwrap_or_default().to_owned();
    let brand = call.params.id("brandID").map(|id| ("brandID", BrandId(id)));
    let read = call
        .state
        .read(Lane::Point, &call.actor, move |tx, actor| find::by_external_id(tx, actor, brand, &external));
    let customers = read.await?;
    let rows: Vec<CustomerView<'_>> = customers.iter().map(CustomerView::of).collect();
    let total = rows.len() as u64;
    Ok(Reply::list(Page { start: 0, limit: total, total, exact: true }, &rows, None))
}
