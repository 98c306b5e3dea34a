//! POST /api/v2/webhook: makes a webhook. Rules live in `deskbell_app::webhook::create`.

use deskbell_app::{Desk, webhook};
use deskbell_core::{Code, Permission, Version};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("webhookCreate", "/webhook")
        .tag("Webhook")
        .summary("Creates a webhook.")
        .description(
            "The endpoint is asked first whether it takes deliveries. The answer holds the secret that they are signed with; it is \
             not shown again. The endpoint is told of what happens from now on. A key with limits makes webhooks within them.",
        )
        .needs(Permission::SettingsCrud)
        .fields(fields::to_create())
        .check(fields::check)
        .result(&["webhookID", "secret"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let (desk, url) = (call.state.clone(), fields.url.clone().unwrap_or_default());
    let write = call.write("webhookCreate", move |work| webhook::create(work, &fields));
    write
        .answer_after(async move { desk.prepare_webhook(Some(&url)).await }, |(id, secret)| {
            Reply::result("Webhook created.")
                .named("webhookID", id.0)
                .with("secret", &secret.reveal())
                .in_version(Version::FIRST)
                .at(&format!("/api/v2/webhook/{id}"))
        })
        .await
}
