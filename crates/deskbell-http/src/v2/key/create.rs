//! POST /api/v2/key: makes a key. Rules live in `deskbell_app::key::create`.

use deskbell_app::{Desk, key};
use deskbell_core::{Code, Permission, Version};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("keyCreate", "/key")
        .tag("Key")
        .summary("Creates a key.")
        .description(
            "The answer holds the key itself, which is not kept and not shown again, also not where the request is sent again \
             under its Idempotency-Key. Nobody grants what it does not have: a permission that the caller lacks, or limits \
             that are wider than its own, are refused (403). Without a word of brands or groups the key has the caller's limits.",
        )
        .needs(Permission::SettingsCrud)
        .fields(fields::to_create())
        .relations(&fields::RELATIONS)
        .check(fields::check)
        .result(&["keyID", "key"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let rights = fields::of(&call.params).rights(&call.actor);
    let write = call.write("keyCreate", move |work| key::create(work, &rights));
    write
        .answer(|(id, secret)| {
            Reply::result("Key created.")
                .named("keyID", id.0)
                .with_once("key", secret)
                .in_version(Version::FIRST)
                .at(&format!("/api/v2/key/{id}"))
        })
        .await
}
