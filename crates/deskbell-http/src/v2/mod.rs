//! The calls of version 2, one folder a controller. `POST /api/v2/ticket/setStatus` is `ticket/set_status.rs`.

mod brand;
mod changes;
mod channel;
mod customer;
mod file;
mod form;
mod form_field;
mod group;
mod job;
mod key;
mod message;
mod notification;
mod page;
mod tag;
mod ticket;
mod time;
mod user;
mod view;
mod webhook;

use deskbell_app::Desk;
use serde_json::{Value, json};

use crate::Operation;

/// Every call.
pub fn operations() -> Vec<Operation<Desk>> {
    let mut all = ticket::operations();
    all.extend(message::operations());
    all.extend(file::operations());
    all.extend(customer::operations());
    all.extend(brand::operations());
    all.extend(group::operations());
    all.extend(channel::operations());
    all.extend(user::operations());
    all.extend(notification::operations());
    all.extend(view::operations());
    all.extend(tag::operations());
    all.extend(job::operations());
    all.extend(changes::operations());
    all.extend(webhook::operations());
    all.extend(key::operations());
    all.extend(form::operations());
    all.extend(form_field::operations());
    all
}

/// The schemas that their answers name.
pub fn schemas() -> Vec<(&'static str, Value)> {
    let mut all = ticket::schemas();
    all.extend(message::schemas());
    all.extend(customer::schemas());
    all.extend(brand::schemas());
    all.extend(group::schemas());
    all.extend(channel::schemas());
    all.extend(user::schemas());
    all.extend(notification::schemas());
    all.extend(view::schemas());
    all.extend(tag::schemas());
    all.extend(job::schemas());
    all.extend(changes::schemas());
    all.extend(webhook::schemas());
    all.extend(key::schemas());
    all.extend(form::schemas());
    all.extend(form_field::schemas());
    all
}

/// The API document.
pub fn openapi() -> Value {
    crate::document(&operations(), schemas())
}

/// The whole edge over a desk.
pub fn router(desk: Desk, settings: crate::Settings) -> axum::Router {
    crate::router(desk, settings, operations(), &openapi())
}

/// The schema of an object that has all of these keys.
pub(crate) fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().map(|p| p.keys().collect()).unwrap_or_default();
    json!({"type": "object", "required": required, "properties": properties})
}
