//! PUT /api/v2/notification/setIsRead: marks a notification as read. Rules live in `deskbell_app::notification::set_read`.

use deskbell_app::{Desk, notification};
use deskbell_core::{Code, NotificationId, Permission};

use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("notificationSetIsRead", "/notification/setIsRead")
        .tag("Notification")
        .summary("Marks a notification as read.")
        .description("One that was read already stays as it is.")
        .needs(Permission::SettingsCrud)
        .field(Field::id("id").required().doc("The notification."))
        .result(&["notificationID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = NotificationId(call.params.need("id"));
    let write = call.write("notificationSetIsRead", move |work| notification::set_read(work, id));
    write
        .answer(move |&version| {
            Reply::result("Notification marked as read.").named("notificationID", id.0).in_version(version)
        })
        .await
}
