//! POST /api/v2/webhook/{webhookID}/replay: tells an endpoint again. Rules live in `deskbell_app::webhook::replay`.

use deskbell_app::Desk;
use deskbell_app::webhook::{self, Which};
use deskbell_core::fault::Detail;
use deskbell_core::{Code, DeliveryId, Permission, WebhookId};

use crate::error::detail;
use crate::v2::changes;
use crate::{Call, Failure, Field, Operation, Params, Reply};

/// How many deliveries one call names.
const MOST: usize = 1_000;

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("webhookReplay", "/webhook/{webhookID}/replay")
        .tag("Webhook")
        .summary("Tells the endpoint again what happened after a cursor, or dead deliveries.")
        .description(
            "Under the same event ids and in the order of each ticket; the header webhook-replay: true marks what may have been \
             delivered before. What still waits is told once. A delivery that is not dead, or a second call while the first is being \
             written down, is a 409.",
        )
        .needs(Permission::SettingsCrud)
        .fields([
            Field::line("after", changes::CURSOR)
                .shape("^[0-9]+$")
                .doc("A cursor of the change feed or of a delivery: all events after it, delivered or not. 0 for all."),
            Field::ids("deliveryIDs", MOST).doc("Dead deliveries of this webhook."),
        ])
        .one_of(&["after", "deliveryIDs"])
        .check(check)
        .result(&["webhookID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    if params.text("after").is_some_and(|after| changes::position(after).is_none()) {
        let message = "after must be a cursor as it was answered, or 0.";
        wrong.push(detail("after", Code::InvalidParameter, message));
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = WebhookId(call.id("webhookID"));
    let which = match call.params.text("after").and_then(changes::position) {
        Some(position) => Which::After(position),
        None => Which::Dead(call.params.ids("deliveryIDs").iter().copied().map(DeliveryId).collect()),
    };
    let write = call.write("webhookReplay", move |work| webhook::replay(work, id, &which));
    write
        .answer(move |count| {
            let message = match count {
                Some(count) => format!("{count} deliveries are sent again."),
                None => "What happened after the cursor is sent again.".to_owned(),
            };
            Reply::result(&message).named("webhookID", id.0)
        })
        .await
}
