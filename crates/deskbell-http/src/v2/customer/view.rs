//! A customer as answers show it.

use std::collections::BTreeMap;

use deskbell_app::customer::{Address, Customer};
use deskbell_core::address::Kind;
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::ticket::message_keys;
use crate::v2::time::Time;

/// A customer.
#[derive(Serialize)]
pub(super) struct CustomerView<'a> {
    id: i64,
    external_primary_id: &'a str,
    brand_name: &'a str,
    brand_id: i64,
    firstname: &'a str,
    lastname: &'a str,
    channels: Vec<ChannelView<'a>>,
    custom_fields: &'a BTreeMap<String, String>,
    created_at: Time,
    last_update: Time,
    version: i64,
}

#[derive(Serialize)]
struct ChannelView<'a> {
    channel_id: &'static str,
    address: &'a str,
}

impl<'a> CustomerView<'a> {
    pub(super) fn of(customer: &'a Customer) -> Self {
        let channel = |a: &'a Address| ChannelView { channel_id: a.kind.as_str(), address: &a.address };
        Self {
            id: customer.id.0,
            external_primary_id: &customer.external_id,
            brand_name: &customer.brand_name,
            brand_id: customer.brand.0,
            firstname: &customer.firstname,
            lastname: &customer.lastname,
            channels: customer.addresses.iter().map(channel).collect(),
            custom_fields: &customer.fields,
            created_at: Time(customer.created_at),
            last_update: Time(customer.last_update),
            version: customer.version.0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let number = || json!({"type": "integer", "minimum": 1});
    let text = |doc: &str| json!({"type": "string", "description": doc});
    let channel = object(json!({
        "channel_id": {"enum": Kind::WORDS},
        "address": text("As it was given; it is compared in canonical form."),
    }));
    let customer = object(json!({
        "id": number(),
        "external_primary_id": text("Your own id, unique in the brand; empty if none."),
        "brand_name": text("The brand's name."),
        "brand_id": number(),
        "firstname": text("First name."),
        "lastname": text("Last name."),
        "channels": {"type": "array", "items": channel},
        "custom_fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "created_at": text("YYYY-MM-DD HH:MM:SS, UTC"),
        "last_update": text("YYYY-MM-DD HH:MM:SS, UTC. Tickets do not move it."),
        "version": number(),
    }));
    vec![("Customer", customer), ("CustomerTimelineEntry", object(message_keys()))]
}
