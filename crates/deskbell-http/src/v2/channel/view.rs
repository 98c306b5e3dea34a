//! A channel as answers show it: without its secret.

use deskbell_app::channel::Channel;
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

/// A channel as JSON.
#[derive(Serialize)]
pub(super) struct ChannelView<'a> {
    id: i64,
    name: &'a str,
    icon: &'a str,
    custom_channel_endpoint: &'a str,
    include_signature: bool,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> ChannelView<'a> {
    pub(super) fn of(channel: &'a Channel) -> Self {
        Self {
            id: channel.id.0,
            name: &channel.name,
            icon: &channel.icon,
            custom_channel_endpoint: &channel.endpoint,
            include_signature: channel.include_signature,
            created_at: Time(channel.created_at),
            last_update: Time(channel.last_update),
            version: channel.version.0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 1});
    let channel = object(json!({
        "id": number(), "name": text(), "icon": text(), "custom_channel_endpoint": text(),
        "include_signature": {"type": "boolean"}, "created_at": text(), "last_update": text(), "version": number(),
    }));
    vec![("Channel", channel)]
}
