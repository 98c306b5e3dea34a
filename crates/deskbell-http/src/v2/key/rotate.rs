//! POST /api/v2/key/{keyID}/rotate: another secret. Rules live in `deskbell_app::key::rotate`.

use deskbell_app::{Desk, key};
use deskbell_core::{Code, KeyId, Permission};

use crate::v2::time::Time;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("keyRotate", "/key/{keyID}/rotate")
        .tag("Key")
        .summary("Gives a key another secret, and the present one an end.")
        .description(
            "Until then both are good; from that second on the present one is refused, and an older one is at once. The new \
             secret is not kept and not shown again, also not where the request is sent again under its Idempotency-Key. A \
             key that may do more than the caller is not rotated by it (403), and a revoked one by nobody (409).",
        )
        .needs(Permission::SettingsCrud)
        .field(Field::number("hours", 0..=168).default(24).doc("How many hours the present secret is good for."))
        .result(&["keyID", "key", "oldSecretUntil"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, hours) = (KeyId(call.id("keyID")), call.params.need("hours"));
    let write = call.write("keyRotate", move |work| key::rotate(work, id, hours, |_| true));
    write
        .answer(move |rotated| {
            Reply::result("Key has a new secret.")
                .named("keyID", id.0)
                .with_once("key", &rotated.secret)
                .with("oldSecretUntil", &Time(rotated.old_until))
                .in_version(rotated.version)
        })
        .await
}
