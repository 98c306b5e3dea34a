//! Webhooks and what they were told, as answers show them. Secrets are in none of it.

use deskbell_app::webhook::{Counts, Fares, Logged, Try, Webhook};
use deskbell_app::{Answered, Letter};
use deskbell_core::{Limit, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::{Time, time};

/// What stands for a signature.
const MASKED: &str = "v1,***";

#[derive(Serialize)]
pub(super) struct WebhookView<'a> {
    id: i64,
    url: &'a str,
    events: Vec<&'static str>,
    brand_ids: Option<&'a [i64]>,
    group_ids: Option<&'a [i64]>,
    active: bool,
    state: &'static str,
    problem: &'a str,
    failures: i64,
    retry_at: Option<Time>,
    waiting: i64,
    dead: i64,
    cursor: String,
    old_secret_until: Option<Time>,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> WebhookView<'a> {
    pub(super) fn of(webhook: &'a Webhook, counts: Counts, now: Timestamp) -> Self {
        let ids = |limit: &'a Limit| match limit {
            Limit::All => None,
            Limit::Only(ids) => Some(ids.as_slice()),
        };
        let rests = webhook.retry_at > now;
        Self {
            id: webhook.id.0,
            url: &webhook.url,
            events: webhook.events.iter().map(|event| event.as_str()).collect(),
            brand_ids: ids(&webhook.brands),
            group_ids: ids(&webhook.groups),
            active: webhook.active,
            state: webhook.fares(now).as_str(),
            problem: &webhook.problem,
            failures: webhook.failures,
            retry_at: rests.then_some(Time(webhook.retry_at)),
            waiting: counts.waiting,
            dead: counts.dead,
            cursor: webhook.position.to_string(),
            old_secret_until: webhook
                .old
                .as_ref()
                .filter(|(_, until)| now < *until)
                .map(|(_, until)| Time(*until)),
            created_at: Time(webhook.created_at),
            last_update: Time(webhook.last_update),
            version: webhook.version.0,
        }
    }
}

#[derive(Serialize)]
struct RequestView<'a> {
    url: &'a str,
    headers: HeadersView,
    body: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct HeadersView {
    content_type: &'static str,
    webhook_id: String,
    webhook_timestamp: Option<String>,
    webhook_signature: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_replay: Option<&'static str>,
}

impl HeadersView {
    fn of(id: String, at: Option<Timestamp>, again: bool) -> Self {
        Self {
            content_type: "application/json",
            webhook_id: id,
            webhook_timestamp: at.map(|at| at.0.to_string()),
            webhook_signature: MASKED,
            webhook_replay: again.then_some("true"),
        }
    }
}

#[derive(Serialize)]
struct TryView<'a> {
    tried_at: Time,
    took_ms: i64,
    status: Option<u16>,
    answer: &'a str,
    problem: &'a str,
}

impl<'a> TryView<'a> {
    fn of(tried: &'a Try) -> Self {
        Self {
            tried_at: Time(tried.at),
            took_ms: tried.took_ms,
            status: tried.status,
            answer: &tried.answer,
            problem: &tried.problem,
        }
    }
}

#[derive(Serialize)]
pub(super) struct DeliveryView<'a> {
    id: i64,
    event_id: String,
    event: &'static str,
    ticket_id: Option<i64>,
    customer_id: Option<i64>,
    #[serde(rename = "batchID")]
    batch: &'a str,
    cursor: String,
    state: &'static str,
    attempts: i64,
    replayed: bool,
    created_at: Time,
    next_at: Option<Time>,
    ended_at: Option<Time>,
    request: RequestView<'a>,
    tries: Vec<TryView<'a>>,
}

impl<'a> DeliveryView<'a> {
    pub(super) fn of(webhook: &'a Webhook, logged: &'a Logged) -> Self {
        let delivery = &logged.delivery;
        let last = logged.tries.last().map(|tried| tried.at);
        Self {
            id: delivery.id.0,
            event_id: delivery.event_id(),
            event: delivery.event.as_str(),
            ticket_id: delivery.ticket(),
            customer_id: delivery.customer(),
            batch: &delivery.batch,
            cursor: delivery.position.to_string(),
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            replayed: delivery.replayed,
            created_at: Time(delivery.since),
            next_at: time(delivery.next_at),
            ended_at: time(delivery.ended_at),
            request: RequestView {
                url: &webhook.url,
                headers: HeadersView::of(delivery.event_id(), last, delivery.replayed),
                body: &logged.body,
            },
            tries: logged.tries.iter().map(TryView::of).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct TestView<'a> {
    delivered: bool,
    took_ms: i64,
    status: Option<u16>,
    answer: &'a str,
    problem: &'a str,
    request: RequestView<'a>,
}

impl<'a> TestView<'a> {
    pub(super) fn of(letter: &'a Letter, answered: &'a Answered) -> Self {
        Self {
            delivered: answered.problem.is_empty(),
            took_ms: answered.took_ms,
            status: answered.status,
            answer: &answered.answer,
            problem: &answered.problem,
            request: RequestView {
                url: &letter.url,
                headers: HeadersView::of(letter.id.clone(), Some(letter.at), false),
                body: &letter.body,
            },
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = |least: i64| json!({"type": "integer", "minimum": least});
    let flag = || json!({"type": "boolean"});
    let or_null = |kind: &str| json!({"type": [kind, "null"]});
    let ids = || json!({"type": ["array", "null"], "items": {"type": "integer"}});
    let webhook = object(json!({
        "id": number(1), "url": text(), "events": {"type": "array", "items": text()}, "brand_ids": ids(), "group_ids": ids(),
        "active": flag(), "state": {"type": "string", "enum": Fares::WORDS}, "problem": text(), "failures": number(0),
        "retry_at": or_null("string"), "waiting": number(0), "dead": number(0), "cursor": text(),
        "old_secret_until": or_null("string"), "created_at": text(), "last_update": text(), "version": number(1),
    }));
    let request = || object(json!({"url": text(), "headers": {"type": "object"}, "body": text()}));
    let tried =
        || json!({"took_ms": number(0), "status": or_null("integer"), "answer": text(), "problem": text()});
    let mut try_of_it = tried();
    try_of_it["tried_at"] = text();
    let delivery = object(json!({
        "id": number(1), "event_id": text(), "event": text(), "ticket_id": or_null("integer"),
        "customer_id": or_null("integer"), "batchID": text(), "cursor": text(), "state": text(), "attempts": number(0),
        "replayed": flag(), "created_at": text(), "next_at": or_null("string"), "ended_at": or_null("string"),
        "request": request(), "tries": {"type": "array", "items": object(try_of_it)},
    }));
    let mut test = tried();
    test["delivered"] = flag();
    test["request"] = request();
    vec![("Webhook", webhook), ("Delivery", delivery), ("WebhookTest", object(test))]
}
