//! PUT /api/v2/webhook/{webhookID}: changes a webhook. Rules live in `deskbell_app::webhook::update`.

use deskbell_app::{Desk, Lane, webhook};
use deskbell_core::{Code, Permission, WebhookId};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("webhookUpdate", "/webhook/{webhookID}")
        .tag("Webhook")
        .summary("Changes a webhook.")
        .description(
            "What is not sent stays. A new endpoint is asked first whether it takes deliveries; what waits goes there. One that \
             becomes active is told of what happens from then on.",
        )
        .needs(Permission::SettingsCrud)
        .fields(fields::to_update())
        .check(fields::check)
        .if_match()
        .result(&["webhookID"])
        .fails(&[Code::UnknownReference, Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) =
        (WebhookId(call.id("webhookID")), fields::of(&call.params), page::admits(&call));
    let (desk, actor, url) = (call.state.clone(), call.actor.clone(), fields.url.clone());
    let ready = async move {
        let (before, _) =
            desk.read(Lane::Point, &actor, move |tx, actor| webhook::get(tx, actor, id)).await?;
        desk.prepare_webhook(url.filter(|url| *url != before.url).as_deref()).await
    };
    let write = call.write("webhookUpdate", move |work| webhook::update(work, id, &fields, &admits));
    write
        .answer_after(ready, move |&version| {
            Reply::result("Webhook updated.").named("webhookID", id.0).in_version(version)
        })
        .await
}
