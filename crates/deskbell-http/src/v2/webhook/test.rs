//! POST /api/v2/webhook/{webhookID}/test: tells an endpoint something that only shows that the way is open. Rules live in
//! `deskbell_app::Desk::test_webhook`.

use deskbell_app::Desk;
use deskbell_core::{Code, Permission, WebhookId};

use super::view::TestView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("webhookTest", "/webhook/{webhookID}/test")
        .tag("Webhook")
        .summary("Tells the endpoint of a test, and returns what it answered.")
        .description("The event is webhook.test. It is sent once and not kept in the log; the answer shows it, with its signature masked.")
        .needs(Permission::SettingsCrud)
        .item("WebhookTest")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (letter, answered) = call.state.test_webhook(&call.actor, WebhookId(call.id("webhookID"))).await?;
    Ok(Reply::item(&TestView::of(&letter, &answered)))
}
