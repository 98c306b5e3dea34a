//! A notification as answers show it.

use deskbell_app::notification::{Kind, Notification};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::{Time, time};

/// A notification as JSON.
#[derive(Serialize)]
pub(super) struct NotificationView<'a> {
    id: i64,
    user_id: i64,
    r#type: &'static str,
    ticket_id: i64,
    title: &'a str,
    message_id: i64,
    initiated_by: &'a str,
    is_read: bool,
    read_at: Option<Time>,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> NotificationView<'a> {
    pub(super) fn of(notification: &'a Notification) -> Self {
        Self {
            id: notification.id.0,
            user_id: notification.user.0,
            r#type: notification.kind.as_str(),
            ticket_id: notification.ticket.0,
            title: &notification.title,
            message_id: notification.message.0,
            initiated_by: &notification.initiated_by,
            is_read: notification.read_at.is_some(),
            read_at: time(notification.read_at),
            created_at: Time(notification.created_at),
            last_update: Time(notification.read_at.unwrap_or(notification.created_at)),
            version: notification.version().0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let number = || json!({"type": "integer", "minimum": 1});
    let text = |doc: &str| json!({"type": "string", "description": doc});
    let notification = object(json!({
        "id": number(), "user_id": number(), "type": {"enum": Kind::WORDS}, "ticket_id": number(),
        "title": text("The ticket's title, as it is now"),
        "message_id": {"type": "integer", "minimum": 0, "description": "What the customer wrote; 0 = nothing"},
        "initiated_by": text("api: NAME, user: NAME or system"), "is_read": {"type": "boolean"},
        "read_at": {"type": ["string", "null"], "description": "null or YYYY-MM-DD HH:MM:SS, UTC"},
        "created_at": text("YYYY-MM-DD HH:MM:SS, UTC"), "last_update": text("YYYY-MM-DD HH:MM:SS, UTC"),
        "version": {"enum": [1, 2], "description": "2 once it was read"},
    }));
    vec![("Notification", notification)]
}
