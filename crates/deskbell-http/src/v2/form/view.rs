//! A form as answers show it: in lists alone, else with its fields and, of a ticket, what that has in them.

use deskbell_app::form::{Form, Whole};
use deskbell_app::form_field::FormField;
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::form_field::{FormFieldView, field_keys};
use crate::v2::object;
use crate::v2::time::Time;

/// A form as JSON.
#[derive(Serialize)]
pub(super) struct FormView<'a> {
    id: i64,
    title: &'a str,
    all_brands: bool,
    brand_ids: Vec<i64>,
    created_at: Time,
    last_update: Time,
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FilledView<'a>>>,
}

/// A field, and what a ticket has in it.
#[derive(Serialize)]
struct FilledView<'a> {
    #[serde(flatten)]
    field: FormFieldView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

impl<'a> FormView<'a> {
    pub(super) fn of(form: &'a Form) -> Self {
        Self {
            id: form.id.0,
            title: &form.title,
            all_brands: form.all_brands,
            brand_ids: form.brands.iter().map(|b| b.0).collect(),
            created_at: Time(form.created_at),
            last_update: Time(form.last_update),
            version: form.version.0,
            fields: None,
        }
    }

    pub(super) fn whole(whole: &'a Whole) -> Self {
        let value = |field: &FormField| {
            whole.values.as_ref().map(|values| values.get(&field.id.0).map_or("", String::as_str))
        };
        let filled = |field| FilledView { field: FormFieldView::of(field), value: value(field) };
        Self { fields: Some(whole.fields.iter().map(filled).collect()), ..Self::of(&whole.form) }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let number = || json!({"type": "integer", "minimum": 1});
    let text = |doc: &str| json!({"type": "string", "description": doc});
    let keys = || {
        json!({
            "id": number(), "title": text("Its title."),
            "all_brands": {"type": "boolean", "description": "Whether tickets of every brand may have it."},
            "brand_ids": {"type": "array", "items": number()},
            "created_at": text("YYYY-MM-DD HH:MM:SS, UTC"),
            "last_update": text("YYYY-MM-DD HH:MM:SS, UTC. Its fields do not move it."),
            "version": number(),
        })
    };
    let with = |fields: Value| {
        let mut keys = keys();
        keys["fields"] =
            json!({"type": "array", "items": fields, "description": "Its fields, in their order."});
        object(keys)
    };
    let mut filled = object(field_keys());
    filled["properties"]["value"] = text("What the ticket has in it; only where one is asked for.");
    vec![("Form", object(keys())), ("FormWithFields", with(filled))]
}
