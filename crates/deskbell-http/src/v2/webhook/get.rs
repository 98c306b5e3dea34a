//! GET /api/v2/webhook/{webhookID}: one webhook. Rules live in `deskbell_app::webhook::get`.

use deskbell_app::{Desk, Lane, webhook};
use deskbell_core::{Code, Permission, WebhookId};

use super::view::WebhookView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("webhookGet", "/webhook/{webhookID}")
        .tag("Webhook")
        .summary("Returns a webhook, and how it fares.")
        .description("A webhook that is told of more than the key may see does not exist for it. Secrets are never shown.")
        .needs(Permission::SettingsCrud)
        .if_none_match()
        .item("Webhook")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, now) = (WebhookId(call.id("webhookID")), call.state.context().now());
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| webhook::get(tx, actor, id));
    let (found, counts) = read.await?;
    Ok(Reply::item(&WebhookView::of(&found, counts, now)).tagged(found.version))
}
