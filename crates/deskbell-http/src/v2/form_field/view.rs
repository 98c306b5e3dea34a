//! A form field as answers show it.

use deskbell_app::form_field::FormField;
use deskbell_core::{InputType, Status};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

/// A form field as JSON.
#[derive(Serialize)]
pub(in crate::v2) struct FormFieldView<'a> {
    id: i64,
    form_id: i64,
    title: &'a str,
    input_type: &'static str,
    field_order: Option<i64>,
    required_statuses: Vec<&'static str>,
    external_code: &'a str,
    options: &'a [String],
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> FormFieldView<'a> {
    pub(in crate::v2) fn of(field: &'a FormField) -> Self {
        Self {
            id: field.id.0,
            form_id: field.form.0,
            title: &field.title,
            input_type: field.input_type.as_str(),
            field_order: field.field_order,
            required_statuses: field.required.iter().copied().map(Status::as_str).collect(),
            external_code: &field.external_code,
            options: &field.options,
            created_at: Time(field.created_at),
            last_update: Time(field.last_update),
            version: field.version.0,
        }
    }
}

/// The keys of a field and what they hold.
pub(in crate::v2) fn field_keys() -> Value {
    let number = || json!({"type": "integer", "minimum": 1});
    let text = |doc: &str| json!({"type": "string", "description": doc});
    json!({
        "id": number(), "form_id": number(), "title": text("Its title."),
        "input_type": {"enum": InputType::WORDS},
        "field_order": {"type": ["integer", "null"], "description": "Its place in the form; null ones come last."},
        "required_statuses": {"type": "array", "items": {"enum": Status::WORDS}},
        "external_code": text("What another program calls it; empty if nothing."),
        "options": {"type": "array", "items": {"type": "string"}, "description": "What a select takes."},
        "created_at": text("YYYY-MM-DD HH:MM:SS, UTC"),
        "last_update": text("YYYY-MM-DD HH:MM:SS, UTC"),
        "version": number(),
    })
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    vec![("FormField", object(field_keys()))]
}
