//! GET /api/v2/webhook: a list of webhooks. Rules live in `deskbell_app::webhook::list`.

use deskbell_app::{Desk, Lane, webhook};
use deskbell_core::Permission;

use super::view::WebhookView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("webhookList", "/webhook")
        .tag("Webhook")
        .summary("Returns the webhooks, by id.")
        .description("Only those that are told of nothing beyond the limits of the key.")
        .needs(Permission::SettingsCrud)
        .fields(page::fields("Part of the address, without case."))
        .list("Webhook")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (paging, now) = (page::paging(&call.params), call.state.context().now());
    let read = call.state.read(Lane::List, &call.actor, move |tx, actor| webhook::list(tx, actor, &paging));
    let found = read.await?;
    let rows: Vec<WebhookView<'_>> =
        found.items.iter().map(|(webhook, counts)| WebhookView::of(webhook, *counts, now)).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
