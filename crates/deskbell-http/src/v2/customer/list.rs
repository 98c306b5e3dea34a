//! GET /api/v2/customer: a list of customers. Rules live in `deskbell_app::customer::list`.

use deskbell_app::customer::list::{self, Filter};
use deskbell_app::{Desk, Lane};
use deskbell_core::Permission;

use super::view::CustomerView;
use crate::reply::Page;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("customerList", "/customer")
        .tag("Customer")
        .summary("Returns all customers, with a query and pages.")
        .description(
            "In order of id. query finds parts of names, addresses and external primary ids, without regard to case and \
             accents; all of its words (at most ten) must be found. A telephone number in international form finds its \
             line, however it is written; with one brandID also one in that brand's national form. itemTotal is exact up \
             to 10,000.",
        )
        .needs(Permission::CustomerRead)
        .fields([
            Field::line("query", list::QUERY).doc("Parts of names, addresses and external primary ids."),
            Field::number("itemStart", 0..=deskbell_core::id::MAX_ID).default(0).doc("How many rows to leave out."),
            Field::number("itemLimit", 0..=9_999).default(15).doc("How many rows at the most; 0 asks for the total alone."),
            Field::several_ids("brandID").doc("Of these brands."),
        ])
        .list("Customer")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let query = call.params.text("query").unwrap_or_default().to_owned();
    let filter = Filter { query, brands: call.params.ids("brandID").to_vec() };
    let (start, limit) = (call.params.need("itemStart"), call.params.need("itemLimit"));
    let lane = if filter.query.is_empty() { Lane::List } else { Lane::Slow };
    let read =
        call.state.read(lane, &call.actor, move |tx, actor| list::list(tx, actor, &filter, start, limit));
    let page = read.await?;
    let rows: Vec<CustomerView<'_>> = page.customers.iter().map(CustomerView::of).collect();
    let (start, limit) = (start.unsigned_abs(), limit.unsigned_abs());
    Ok(Reply::list(Page { start, limit, total: page.total.unsigned_abs(), exact: page.exact }, &rows, None))
}
