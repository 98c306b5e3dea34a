//! POST /api/v2/webhook/{webhookID}/rotate: another secret. Rules live in `deskbell_app::webhook::rotate`.

use deskbell_app::{Desk, webhook};
use deskbell_core::{Code, Permission, WebhookId};

use crate::v2::time::Time;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("webhookRotate", "/webhook/{webhookID}/rotate")
        .tag("Webhook")
        .summary("Gives a webhook another secret, and the present one an end.")
        .description("Until then deliveries are signed with both. The new secret is not shown again; an older one ends at once.")
        .needs(Permission::SettingsCrud)
        .field(Field::number("hours", 0..=168).default(24).doc("How many hours the present secret lives on."))
        .result(&["webhookID", "secret", "oldSecretUntil"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, hours) = (WebhookId(call.id("webhookID")), call.params.need("hours"));
    let write = call.write("webhookRotate", move |work| webhook::rotate(work, id, hours, |_| true));
    write
        .answer(move |rotated| {
            Reply::result("Webhook has a new secret.")
                .named("webhookID", id.0)
                .with("secret", &rotated.secret.reveal())
                .with("oldSecretUntil", &Time(rotated.old_until))
                .in_version(rotated.version)
        })
        .await
}
