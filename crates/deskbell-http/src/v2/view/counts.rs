//! GET /api/v2/view/counts: how many tickets each view shows. Rules live in `deskbell_app::view::counts`.

use deskbell_app::{Desk, Lane, view};
use deskbell_core::Permission;

use super::shown::CountView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("viewCounts", "/view/counts")
        .tag("View")
        .summary("Returns how many tickets each view shows, in the order of the list of views.")
        .description(
            "The same tickets as `GET /ticket?applyView=` shows to this caller. Views over status, brand, group, user, channel and \
             priority are counted exactly at any size; of others at most 2,000 tickets are looked at: where that does not do, \
             `exact` is false and there are at least `count`. Needs the permission TICKET_READ as well.",
        )
        .needs(Permission::ViewRead)
        .plain_list("ViewCount")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (now, url) = (call.state.now(), call.state.settings().public_url.clone());
    let frequent = call.state.frequent();
    let read = call
        .state
        .read(Lane::List, &call.actor, move |tx, actor| view::counts(tx, actor, now, &url, &frequent));
    let rows: Vec<CountView> = read.await?.iter().map(CountView::of).collect();
    Ok(Reply::plain_list(&rows, None))
}
