//! GET /api/v2/key: a list of keys. Rules live in `deskbell_app::key::page`.

use deskbell_app::{Desk, Lane, key};
use deskbell_core::Permission;

use super::view::KeyView;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("keyList", "/key")
        .tag("Key")
        .summary("Returns the keys, by id, revoked ones too.")
        .description("Only those that see nothing beyond the limits of the caller.")
        .needs(Permission::SettingsCrud)
        .fields(page::fields("Part of the name, without case."))
        .list("Key")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (paging, now) = (page::paging(&call.params), call.state.context().now());
    let read = call.state.read(Lane::List, &call.actor, move |tx, actor| key::page(tx, actor, &paging));
    let found = read.await?;
    let rows: Vec<KeyView<'_>> = found.items.iter().map(|key| KeyView::of(key, now)).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
