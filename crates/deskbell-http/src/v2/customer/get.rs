//! GET /api/v2/customer/{customerID}: one customer. Rules live in `deskbell_app::customer::get`.

use deskbell_app::customer::get;
use deskbell_app::{Desk, Lane};
use deskbell_core::{Code, CustomerId, Permission};

use super::view::CustomerView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("customerGet", "/customer/{customerID}")
        .tag("Customer")
        .summary("Returns a customer with its addresses and custom fields.")
        .needs(Permission::CustomerRead)
        .if_none_match()
        .item("Customer")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = CustomerId(call.id("customerID"));
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| get::get(tx, actor, id));
    let customer = read.await?;
    Ok(Reply::item(&CustomerView::of(&customer)).tagged(customer.version))
}
