//! GET /api/v2/key/{keyID}: one key. Rules live in `deskbell_app::key::get`.

use deskbell_app::{Desk, Lane, key};
use deskbell_core::{Code, KeyId, Permission};

use super::view::KeyView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("keyGet", "/key/{keyID}")
        .tag("Key")
        .summary("Returns a key: what it may do, and when it was last used.")
        .description(
            "The secret is not kept: hint has its first letters. A key that sees more than the caller does not exist for it. Use \
             is written down a minute late at the most.",
        )
        .needs(Permission::SettingsCrud)
        .if_none_match()
        .item("Key")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, now) = (KeyId(call.id("keyID")), call.state.context().now());
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| key::get(tx, actor, id));
    let found = read.await?;
    Ok(Reply::item(&KeyView::of(&found, now)).tagged(found.version))
}
