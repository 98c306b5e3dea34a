//! A message as an item: the keys of a timeline's entry, and what a timeline does not show.

use deskbell_app::message::Whole;
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::ticket::{MessageView, message_keys};
use crate::v2::time::{Time, time};

/// A message or note.
#[derive(Serialize)]
pub(super) struct MessageItem<'a> {
    #[serde(flatten)]
    entry: MessageView<'a>,
    cc: &'a str,
    bcc: &'a str,
    respond_message_id: i64,
    plaintext: &'a str,
    send_at: Option<Time>,
}

impl<'a> MessageItem<'a> {
    pub(super) fn of(whole: &'a Whole, public_url: &str) -> Self {
        Self {
            entry: MessageView::of(&whole.message, whole.ticket, public_url),
            cc: &whole.cc,
            bcc: &whole.bcc,
            respond_message_id: whole.responds_to.0,
            plaintext: &whole.plain,
            send_at: time(whole.send_at),
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let mut keys = message_keys();
    if let Some(keys) = keys.as_object_mut() {
        let text = || json!({"type": "string"});
        keys.insert("cc".into(), text());
        keys.insert("bcc".into(), text());
        keys.insert("respond_message_id".into(), json!({"type": "integer", "minimum": 0}));
        keys.insert("plaintext".into(), text());
        let at = "The time for which it waits: null or YYYY-MM-DD HH:MM:SS, UTC";
        keys.insert("send_at".into(), json!({"type": ["string", "null"], "description": at}));
    }
    vec![("Message", object(keys))]
}
