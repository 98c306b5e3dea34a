//! A ticket as answers show it: the documented keys, types and order.

use deskbell_app::file::Attachment;
use deskbell_app::journal::Recorded;
use deskbell_app::message::Message;
use deskbell_app::search::{Of, Snippet};
use deskbell_app::ticket::Ticket;
use deskbell_app::ticket::get::{Entry, Item};
use deskbell_core::search::{Excerpt, Piece};
use deskbell_core::{Status, TicketId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::{Time, time};

/// A ticket; in an item with its timeline.
#[derive(Serialize)]
pub(super) struct TicketView<'a> {
    assigned_group_id: i64,
    assigned_user_id: i64,
    channel_account_id: &'static str,
    channel_id: i64,
    closed_at: Option<Time>,
    created_at: Time,
    customer_id: i64,
    direction: &'static str,
    external_gui_url: String,
    external_id: String,
    form_id: Option<i64>,
    grade_by_customer: Option<i64>,
    from: &'a str,
    from_name: &'a str,
    icon: &'a str,
    last_update: Time,
    last_update_agent: Option<Time>,
    last_update_customer: Option<Time>,
    priority: &'static str,
    show_timeline: u8,
    sla_breach_customer_wait_time: Option<Time>,
    sla_breach_first_reply_time: Option<Time>,
    sla_breach_next_reply_time: Option<Time>,
    sla_breach_user_work_time: Option<Time>,
    sla_next_breach: Option<Time>,
    sla_next_breach_current_status: &'a str,
    sla_policy_id: i64,
    snooze_time: Option<Time>,
    snooze_time_sent: Option<Time>,
    title: &'a str,
    to: &'a str,
    to_name: &'a str,
    status: &'static str,
    id: i64,
    channel_name: &'a str,
    channel_icon: &'a str,
    brand_name: &'a str,
    brand_id: i64,
    tags: &'a [String],
    merged_into: i64,
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Vec<EntryView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline_total: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippets: Option<Vec<SnippetView<'a>>>,
}

impl<'a> TicketView<'a> {
    /// A row of a list.
    pub(super) fn row(ticket: &'a Ticket, public_url: &str) -> Self {
        Self {
            assigned_group_id: ticket.group.0,
            assigned_user_id: ticket.user.0,
            channel_account_id: "0",
            channel_id: ticket.channel.0,
            closed_at: time(ticket.closed_at),
            created_at: Time(ticket.created_at),
            customer_id: ticket.customer.0,
            direction: ticket.direction.as_str(),
            external_gui_url: format!("{public_url}/console/t/{}", ticket.id),
            external_id: ticket.external_id(),
            form_id: ticket.form.map(|f| f.0),
            grade_by_customer: ticket.grade_by_customer,
            from: &ticket.from_address,
            from_name: &ticket.from_name,
            icon: &ticket.channel_icon,
            last_update: Time(ticket.last_update),
            last_update_agent: time(ticket.last_update_agent),
            last_update_customer: time(ticket.last_update_customer),
            priority: ticket.priority.as_str(),
            show_timeline: 1,
            sla_breach_customer_wait_time: time(ticket.sla_breach_customer_wait_time),
            sla_breach_first_reply_time: time(ticket.sla_breach_first_reply_time),
            sla_breach_next_reply_time: time(ticket.sla_breach_next_reply_time),
            sla_breach_user_work_time: time(ticket.sla_breach_user_work_time),
            sla_next_breach: time(ticket.sla_next_breach),
            sla_next_breach_current_status: &ticket.sla_next_breach_current_status,
            sla_policy_id: ticket.sla_policy_id,
            snooze_time: time(ticket.snooze_time),
            snooze_time_sent: time(ticket.snooze_time_sent),
            title: &ticket.title,
            to: &ticket.to_address,
            to_name: &ticket.to_name,
            status: ticket.status.as_str(),
            id: ticket.id.0,
            channel_name: &ticket.channel_name,
            channel_icon: &ticket.channel_icon,
            brand_name: &ticket.brand_name,
            brand_id: ticket.brand.0,
            tags: &ticket.tags,
            merged_into: ticket.merged_into.0,
            version: ticket.version.0,
            timeline: None,
            timeline_total: None,
            snippets: None,
        }
    }

    /// The row with where it has what was searched for.
    pub(super) fn with_snippets(mut self, snippets: &'a [Snippet]) -> Self {
        self.snippets = Some(snippets.iter().map(SnippetView::of).collect());
        self
    }

    /// An item with its timeline.
    pub(super) fn item(item: &'a Item, public_url: &str) -> Self {
        let entry = |entry: &'a Entry| match entry {
            Entry::Message(message) => {
                EntryView::Message(MessageView::of(message, item.ticket.id, public_url))
            }
            Entry::Event(event) => EntryView::Event(EventView::of(event, item.ticket.id)),
        };
        Self {
            timeline: Some(item.timeline.iter().map(entry).collect()),
            timeline_total: Some(item.timeline_total),
            ..Self::row(&item.ticket, public_url)
        }
    }
}

/// A stretch of a text with hits in it, in pieces of plain text.
#[derive(Serialize)]
struct SnippetView<'a> {
    of: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    cut_before: bool,
    cut_after: bool,
    pieces: Vec<PieceView<'a>>,
}

#[derive(Serialize)]
struct PieceView<'a> {
    text: &'a str,
    hit: bool,
}

impl<'a> SnippetView<'a> {
    fn of(snippet: &'a Snippet) -> Self {
        let (of, id) = match snippet.of {
            Of::Title => ("title", None),
            Of::From => ("from", None),
            Of::To => ("to", None),
            Of::Entry(kind, id) => (kind.as_str(), Some(id.to_string())),
        };
        let piece = |piece: &'a Piece| PieceView { text: &piece.text, hit: piece.hit };
        let Excerpt { cut_before, cut_after, pieces } = &snippet.excerpt;
        Self {
            of,
            id,
            cut_before: *cut_before,
            cut_after: *cut_after,
            pieces: pieces.iter().map(piece).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum EntryView<'a> {
    Message(MessageView<'a>),
    Event(EventView<'a>),
}

#[derive(Serialize)]
struct EventView<'a> {
    id: i64,
    ticket_id: i64,
    item_type: &'a str,
    item_type_id: &'a str,
    item_type_old: &'a str,
    description: String,
    initiated_by: &'a str,
    created_at: Time,
    r#type: &'static str,
}

impl<'a> EventView<'a> {
    fn of(event: &'a Recorded, ticket: TicketId) -> Self {
        Self {
            id: event.id,
            ticket_id: ticket.0,
            item_type: &event.item_type,
            item_type_id: event.after.as_deref().unwrap_or(""),
            item_type_old: event.before.as_deref().unwrap_or(""),
            description: event.description(),
            initiated_by: &event.initiated_by,
            created_at: Time(event.created_at),
            r#type: "event",
        }
    }
}

/// A message or note of a timeline.
#[derive(Serialize)]
pub(crate) struct MessageView<'a> {
    to: &'a str,
    from: &'a str,
    image: &'static str,
    created_at: Time,
    pinned: u8,
    id: String,
    channel_name: &'a str,
    channel_icon: &'a str,
    r#type: &'static str,
    status_new: &'static str,
    user_id: i64,
    user_name: &'a str,
    user_avatar: &'static str,
    channel_id: i64,
    direction: &'static str,
    content: &'a str,
    ticket_id: i64,
    external_id: &'a str,
    from_name: &'a str,
    to_name: &'a str,
    meta_data: &'a str,
    in_queue: u8,
    attachments: Vec<AttachmentView<'a>>,
}

/// A file that hangs on a message.
#[derive(Serialize)]
struct AttachmentView<'a> {
    id: i64,
    name: &'a str,
    size: i64,
    r#type: &'a str,
    url: String,
}

impl<'a> AttachmentView<'a> {
    fn of(file: &'a Attachment, public_url: &str) -> Self {
        let url = format!("{public_url}/api/v2/file/{}", file.id);
        Self { id: file.id.0, name: &file.name, size: file.size, r#type: &file.media_type, url }
    }
}

impl<'a> MessageView<'a> {
    pub(crate) fn of(message: &'a Message, ticket: TicketId, public_url: &str) -> Self {
        Self {
            to: &message.to_address,
            from: &message.from_address,
            image: "",
            created_at: Time(message.created_at),
            pinned: message.pinned.into(),
            id: message.id.to_string(),
            channel_name: &message.channel_name,
            channel_icon: &message.channel_icon,
            r#type: message.kind.as_str(),
            status_new: message.status_new.and_then(Status::from_rank).map_or("", Status::as_str),
            user_id: message.user_id,
            user_name: &message.user_name,
            user_avatar: "",
            channel_id: message.channel_id,
            direction: message.direction.as_str(),
            content: &message.content,
            ticket_id: ticket.0,
            external_id: &message.external_id,
            from_name: &message.from_name,
            to_name: &message.to_name,
            meta_data: &message.meta_data,
            in_queue: message.in_queue.into(),
            attachments: message
                .attachments
                .iter()
                .map(|file| AttachmentView::of(file, public_url))
                .collect(),
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let id = || json!({"type": "integer", "minimum": 0});
    let text = || json!({"type": "string"});
    let at = || json!({"type": "string", "description": "YYYY-MM-DD HH:MM:SS, UTC"});
    let maybe = |doc: &str| json!({"type": ["string", "null"], "description": format!("{doc}: null or YYYY-MM-DD HH:MM:SS, UTC")});
    let number = |doc: &str| json!({"type": ["integer", "null"], "description": doc});
    let properties = [
        ("assigned_group_id", id()),
        ("assigned_user_id", id()),
        ("channel_account_id", text()),
        ("channel_id", id()),
        ("closed_at", maybe("When it was closed")),
        ("created_at", at()),
        ("customer_id", id()),
        ("direction", json!({"enum": deskbell_core::Direction::WORDS})),
        ("external_gui_url", text()),
        ("external_id", text()),
        ("form_id", number("Its form")),
        ("grade_by_customer", number("The customer's grade")),
        ("from", text()),
        ("from_name", text()),
        ("icon", text()),
        ("last_update", at()),
        ("last_update_agent", maybe("Last message of an agent")),
        ("last_update_customer", maybe("Last message of the customer")),
        ("priority", json!({"enum": deskbell_core::Priority::WORDS})),
        ("show_timeline", json!({"const": 1})),
        ("sla_breach_customer_wait_time", maybe("SLA")),
        ("sla_breach_first_reply_time", maybe("SLA")),
        ("sla_breach_next_reply_time", maybe("SLA")),
        ("sla_breach_user_work_time", maybe("SLA")),
        ("sla_next_breach", maybe("SLA")),
        ("sla_next_breach_current_status", text()),
        ("sla_policy_id", id()),
        ("snooze_time", maybe("Sleeps until")),
        ("snooze_time_sent", maybe("Woken at")),
        ("title", text()),
        ("to", text()),
        ("to_name", text()),
        ("status", json!({"enum": Status::WORDS})),
        ("id", id()),
        ("channel_name", text()),
        ("channel_icon", text()),
        ("brand_name", text()),
        ("brand_id", id()),
        ("tags", json!({"type": "array", "items": text()})),
        (
            "merged_into",
            json!({"type": "integer", "minimum": 0, "description": "The ticket into which it was merged; 0 = none, or none that the key may see"}),
        ),
        ("version", json!({"type": "integer", "minimum": 1})),
    ];
    let mut properties: Value = properties
        .into_iter()
        .map(|(key, schema)| (key.to_owned(), schema))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let mut row = object(properties.clone());
    row["properties"]["snippets"] = json!({
        "type": "array",
        "description": "With highlight=true: where the row has the words of query",
        "items": object(json!({
            "of": {"enum": ["title", "from", "to", "message", "note"]},
            "cut_before": {"type": "boolean", "description": "The text goes on before it"},
            "cut_after": {"type": "boolean", "description": "The text goes on after it"},
            "pieces": {
                "type": "array",
                "description": "Plain text in order; it is not HTML",
                "items": object(json!({"text": text(), "hit": {"type": "boolean", "description": "It was looked for"}})),
            },
        })),
    });
    row["properties"]["snippets"]["items"]["properties"]["id"] =
        json!({"type": "string", "description": "Of a message or note"});
    if let Some(properties) = properties.as_object_mut() {
        properties.insert(
            "timeline".into(),
            json!({"type": "array", "items": {"$ref": "#/components/schemas/TimelineEntry"}}),
        );
        properties.insert("timeline_total".into(), id());
    }
    let item = object(properties);
    let event = object(json!({
        "id": id(), "ticket_id": id(), "item_type": text(), "item_type_id": text(), "item_type_old": text(),
        "description": text(), "initiated_by": text(), "created_at": at(), "type": {"const": "event"},
    }));
    let message = object(message_keys());
    vec![("Ticket", row), ("TicketItem", item), ("TimelineEntry", json!({"oneOf": [event, message]}))]
}

/// The keys of a message or note, with what each is.
pub(crate) fn message_keys() -> Value {
    let id = || json!({"type": "integer", "minimum": 0});
    let text = || json!({"type": "string"});
    let at = || json!({"type": "string", "description": "YYYY-MM-DD HH:MM:SS, UTC"});
    json!({
        "to": text(), "from": text(), "image": text(), "created_at": at(), "pinned": {"enum": [0, 1]}, "id": text(),
        "channel_name": text(), "channel_icon": text(), "type": {"enum": ["message", "note"]}, "status_new": text(),
        "user_id": id(), "user_name": text(), "user_avatar": text(), "channel_id": id(),
        "direction": {"enum": deskbell_core::Direction::WORDS}, "content": text(), "ticket_id": id(),
        "external_id": text(), "from_name": text(), "to_name": text(), "meta_data": text(),
        "in_queue": {"enum": [0, 1]},
        "attachments": {"type": "array", "items": super::super::object(json!({
            "id": id(), "name": text(), "size": id(), "type": text(), "url": text(),
        }))},
    })
}
