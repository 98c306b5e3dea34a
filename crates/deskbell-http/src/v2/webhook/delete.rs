//! DELETE /api/v2/webhook/{webhookID}: deletes a webhook. Rules live in `deskbell_app::webhook::delete`.

use deskbell_app::{Desk, webhook};
use deskbell_core::{Code, Permission, WebhookId};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("webhookDelete", "/webhook/{webhookID}")
        .tag("Webhook")
        .summary("Deletes a webhook with its log.")
        .description("What waits for it is not delivered.")
        .needs(Permission::SettingsCrud)
        .if_match()
        .result(&["webhookID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (WebhookId(call.id("webhookID")), page::admits(&call));
    let write = call.write("webhookDelete", move |work| webhook::delete(work, id, &admits));
    write
        .answer(move |&version| {
            Reply::result("Webhook deleted.").named("webhookID", id.0).in_version(version)
        })
        .await
}
