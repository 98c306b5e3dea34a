//! DELETE /api/v2/webhook/{webhookID}: deletes a webhook. Rules live in `deskbell_app::webhook::delete`.

use deskbell_app::{BatchId, Desk, webhook};
use deskbell_core::{Code, Permission, Version, WebhookId};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply, once};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("webhookDelete", "/webhook/{webhookID}")
        .tag("Webhook")
        .summary("Deletes a webhook with its log.")
        .description("What waits for it is not delivered. A long log is removed in steps; if that is interrupted, the webhook is still there, inactive, and \
             the same call goes on.")
        .needs(Permission::SettingsCrud)
        .if_match()
        .result(&["webhookID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (WebhookId(call.id("webhookID")), page::admits(&call));
    let reply = move |(version, batch): &(Version, BatchId)| {
        let reply = Reply::result("Webhook deleted.").named("webhookID", id.0);
        reply.in_version(*version).in_batch(batch.as_str())
    };
    let keep = call.keep(reply);
    let deleted = webhook::delete(&call.state, &call.actor, "webhookDelete", id, admits, keep);
    Ok(once::answer(deleted.await?, |done| reply(&done)))
}
