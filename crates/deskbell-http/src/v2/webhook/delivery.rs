//! GET /api/v2/webhook/{webhookID}/delivery: what an endpoint was told. Rules live in `deskbell_app::webhook::log`.

use deskbell_app::webhook::{self, State};
use deskbell_app::{Desk, Lane};
use deskbell_core::{Code, Permission, WebhookId};

use super::view::DeliveryView;
use crate::reply::Page;
use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Reply};

/// Up to this many are counted.
const COUNTED: u64 = 10_000;

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("webhookDeliveries", "/webhook/{webhookID}/delivery")
        .tag("Webhook")
        .summary("Returns the deliveries of a webhook with each request and answer, newest first.")
        .description(
            "What waits is kept until it is delivered or dead; of what was delivered the newest 10,000 of the last seven days, of \
             what is dead the last 30 days. Signatures are masked. Without the personal data of tickets that were erased.",
        )
        .needs(Permission::SettingsCrud)
        .fields(page::range())
        .field(Field::words("state", State::WORDS).doc("In one of these states; dead is the dead-letter list."))
        .list("Delivery")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = WebhookId(call.id("webhookID"));
    let (start, limit): (i64, i64) = (call.params.need("itemStart"), call.params.need("itemLimit"));
    let states = call.params.words_as("state", State::parse);
    let read = call
        .state
        .read(Lane::List, &call.actor, move |tx, actor| webhook::log(tx, actor, id, &states, start, limit));
    let (webhook, total, found) = read.await?;
    let rows: Vec<DeliveryView<'_>> = found.iter().map(|logged| DeliveryView::of(&webhook, logged)).collect();
    let total = total.unsigned_abs();
    let totals = Page {
        start: start.unsigned_abs(),
        limit: limit.unsigned_abs(),
        total: total.min(COUNTED),
        exact: total <= COUNTED,
    };
    Ok(Reply::list(totals, &rows, None))
}
