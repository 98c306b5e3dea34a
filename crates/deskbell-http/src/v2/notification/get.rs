//! GET /api/v2/notification/{notificationID}: one notification. Rules live in `deskbell_app::notification::get`.

use deskbell_app::{Desk, Lane, notification};
use deskbell_core::{Code, NotificationId, Permission};

use super::view::NotificationView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("notificationGet", "/notification/{notificationID}")
        .tag("Notification")
        .summary("Returns a notification; it stays read or unread.")
        .needs(Permission::SettingsCrud)
        .if_none_match()
        .item("Notification")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = NotificationId(call.id("notificationID"));
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| notification::get(tx, actor, id));
    let found = read.await?;
    Ok(Reply::item(&NotificationView::of(&found)).tagged(found.version()))
}
