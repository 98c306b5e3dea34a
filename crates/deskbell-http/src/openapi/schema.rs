//! The JSON schema of a field: exactly what decoding takes, in JSON or in a form.
//!
//! Numbers are also taken as digits, so patterns say the same bounds as `minimum` and `maximum`.

use deskbell_core::id::MAX_ID;
use serde_json::{Value, json};

use crate::action::{ActionType, ValueKind};
use crate::field::{Field, Kind, Preset};
use crate::openapi::pattern;

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a body of JSON, where null is "not sent".
    Json,
    /// In a form or a query string, where everything is text.
    Form,
}

/// The schema of a field, with its description and default. A field that is `needed` is not empty.
pub(crate) fn of_field(field: &Field, place: Place, needed: bool) -> Value {
    let empty = !needed && !field.refuse_empty;
    let mut schema = if field.only_true { yes(place, empty) } else { of_kind(&field.kind, place, empty) };
    match (field.shape, &field.kind) {
        (Some(shape), Kind::Lines { .. }) => schema = shaped_lines(shape, place, empty),
        (Some(shape), _) => schema["pattern"] = or_nothing(shape, empty).into(),
        (None, _) => {}
    }
    if field.refuse_empty && !needed && place == Place::Form {
        // An empty list cannot be written in a form: it is not sent.
        schema.pointer_mut("/anyOf/0").and_then(Value::as_object_mut).map(|list| list.remove("minItems"));
    }
    if field.refuse_empty && place == Place::Json {
        // Null is "not sent" all the same.
        schema = json!({ "anyOf": [schema, { "type": "null" }] });
    }
    let mut doc = field.doc.to_owned();
    if let Some(permission) = field.needs {
        doc.push_str(&format!(" Needs the permission {permission} as well."));
        schema["x-permission"] = permission.as_str().into();
    }
    if !doc.is_empty() {
        schema["description"] = doc.trim().into();
    }
    match field.default {
        Some(Preset::Number(number)) => schema["default"] = number.into(),
        Some(Preset::Flag(flag)) => schema["default"] = flag.into(),
        Some(Preset::Word(word)) => schema["default"] = word.into(),
        None => {}
    }
    schema
}

/// The schema of the values with which a field says nothing; a flag says something if it is true.
pub(crate) fn nothing(field: &Field, place: Place) -> Value {
    let empty = if place == Place::Json { json!({ "enum": ["", null] }) } else { json!({ "enum": [""] }) };
    match field.kind {
        Kind::Flag => json!({ "not": yes(place, false) }),
        Kind::Ids { .. } | Kind::Words { .. } | Kind::Lines { .. } | Kind::Files { .. } => {
            json!({ "anyOf": [empty, { "type": "array", "items": { "enum": [""] } }] })
        }
        _ => empty,
    }
}

fn of_kind(kind: &Kind, place: Place, empty: bool) -> Value {
    match kind {
        Kind::Number { min, max } => number(*min, *max, place, empty),
        Kind::Flag => shared("Flag", place, empty),
        Kind::Word(words) => word(words, place, empty),
        Kind::Line { max } | Kind::Text { max } | Kind::Base64 { max } => text(*max, place, empty),
        Kind::Span | Kind::Moment => shared("Time", place, empty),
        Kind::Files { .. } => of_kind(&Kind::Ids { most: 0, zero: false, filter: false }, place, empty),
        Kind::Ids { zero, filter, .. } => {
            let (item, list_of) = if *zero { ("IdOrZero", "IdOrZeroList") } else { ("Id", "IdList") };
            let one = shared(if *filter { list_of } else { item }, place, empty);
            list(shared(item, Place::Form, empty), one, empty)
        }
        Kind::Words { words, .. } => {
            let one =
                text_matching(pattern::separated(&words.join("|").replace('.', r"\."), empty), place, empty);
            list(word(words, Place::Form, empty), one, empty)
        }
        Kind::Lines { max, .. } => lines(*max, place, empty),
        Kind::IdText { .. } => shared("IdText", place, empty),
        Kind::Versions => json!({
            "type": nullable("object", place),
            "propertyNames": { "pattern": format!("^{}$", pattern::digits(1, MAX_ID)) },
            "additionalProperties": number(1, MAX_ID, place, true),
        }),
        // Null and empty text say nothing, also in a part of JSON.
        Kind::Tree { schema } => json!({ "anyOf": [schema(), { "enum": ["", null] }] }),
        Kind::Map { pattern, max, .. } => {
            let mut schema = json!({
                "type": nullable("object", place),
                "propertyNames": { "pattern": pattern },
                "additionalProperties": text(*max, place, true),
            });
            if !empty {
                schema["type"] = "object".into();
                schema["minProperties"] = 1.into();
            }
            schema
        }
        Kind::Actions { types, most } => json!({
            "type": "array",
            "minItems": 1,
            "maxItems": most,
            "items": { "anyOf": types.iter().map(|t| of_action(t, place)).collect::<Vec<_>>() },
        }),
    }
}

fn of_action(action: &ActionType, place: Place) -> Value {
    let value = match action.value {
        ValueKind::None => {
            json!({ "enum": if place == Place::Json { json!(["", null]) } else { json!([""]) } })
        }
        ValueKind::Word(words) => word(words, Place::Form, false),
        ValueKind::Id => number(1, MAX_ID, Place::Form, false),
        ValueKind::IdOrNone => number(0, MAX_ID, Place::Form, false),
        ValueKind::Line { max, empty } | ValueKind::Text { max, empty } => {
            let mut schema = text(max, Place::Form, empty);
            schema["type"] = json!(literals(place));
            schema
        }
        ValueKind::Moment => shared("Time", Place::Form, true),
        // Null is no value of an action, so only texts may be empty.
        ValueKind::Tags { max, empty } => {
            let mut schema = lines(max, place, empty);
            schema["anyOf"][1]["type"] = json!(literals(place));
            if place == Place::Form {
                // An empty list cannot be written in a form; empty text is.
                schema["anyOf"][0]["minItems"] = 1.into();
            }
            schema
        }
    };
    let mut schema = json!({
        "type": "object",
        "required": ["actionType"],
        "properties": { "actionType": { "type": "string", "const": action.name } },
        "additionalProperties": false,
        "x-permission": action.permission.as_str(),
    });
    schema["properties"]["value"] = value;
    if action.value != ValueKind::None {
        schema["required"] = json!(["actionType", "value"]);
    }
    schema
}

fn nullable(name: &str, place: Place) -> Value {
    match place {
        Place::Json => json!([name, "null"]),
        Place::Form => json!(name),
    }
}

/// `type` of a value that may be left out as null (in JSON) when `empty` is fine.
fn types(names: &[&str], place: Place, empty: bool) -> Value {
    let mut names = names.to_vec();
    if empty && place == Place::Json {
        names.push("null");
    }
    match names[..] {
        [one] => json!(one),
        _ => json!(names),
    }
}

/// A whole number; an id is a schema of its own, since its expression is long.
fn number(min: i64, max: i64, place: Place, empty: bool) -> Value {
    match (min, max) {
        (1, MAX_ID) => shared("Id", place, empty),
        (0, MAX_ID) => shared("IdOrZero", place, empty),
        _ => bare_number(min, max, place, empty),
    }
}

fn bare_number(min: i64, max: i64, place: Place, empty: bool) -> Value {
    json!({
        "type": types(&["integer", "string"], place, empty),
        "minimum": min,
        "maximum": max,
        "pattern": or_nothing(&format!("^{}$", pattern::digits(min, max)), empty),
    })
}

/// An expression that matches the empty text too, if that is fine.
fn or_nothing(expression: &str, empty: bool) -> String {
    if empty { format!("^$|{expression}") } else { expression.to_owned() }
}

/// A reference to one of `components`.
fn shared(name: &str, place: Place, empty: bool) -> Value {
    let suffix = match (empty, place) {
        (false, _) => "",
        (true, Place::Form) => "OrEmpty",
        (true, Place::Json) => "OrNothing",
    };
    json!({ "$ref": format!("#/components/schemas/{name}{suffix}") })
}

/// The schemas that many fields share, by name. `OrEmpty` may be the empty text, `OrNothing` also null.
pub(crate) fn components() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (suffix, place, empty) in
        [("", Place::Form, false), ("OrEmpty", Place::Form, true), ("OrNothing", Place::Json, true)]
    {
        let mut add = |name: &str, schema: Value| found.push((format!("{name}{suffix}"), schema));
        add("Id", bare_number(1, MAX_ID, place, empty));
        add("IdOrZero", bare_number(0, MAX_ID, place, empty));
        for (name, min) in [("IdList", 1), ("IdOrZeroList", 0)] {
            let mut schema = bare_number(min, MAX_ID, place, empty);
            schema["pattern"] = pattern::separated(&pattern::digits(min, MAX_ID), empty).into();
            add(name, schema);
        }
        let id_text = or_nothing(&pattern::id_text(&pattern::digits(1, MAX_ID)), empty);
        let mut schema = bare_number(1, MAX_ID, place, empty);
        schema["pattern"] = id_text.into();
        add("IdText", schema);
        add("Time", text_matching(or_nothing(&pattern::time(), empty), place, empty));
        add("Flag", flag(place, empty));
    }
    found
}

fn flag(place: Place, empty: bool) -> Value {
    let words = "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|1|0|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]";
    json!({
        "type": types(&["boolean", "string", "integer"], place, empty),
        "minimum": 0,
        "maximum": 1,
        "pattern": or_nothing(&format!("^(?:{words})$"), empty),
    })
}

/// A boolean that is not false.
fn yes(place: Place, empty: bool) -> Value {
    let words = "[Tt][Rr][Uu][Ee]|1|[Yy][Ee][Ss]|[Oo][Nn]";
    let pattern = or_nothing(&format!("^(?:{words})$"), empty);
    json!({ "anyOf": [{ "enum": [true, 1] }, text_matching(pattern, place, empty)] })
}

fn word(words: &[&str], place: Place, empty: bool) -> Value {
    let mut values: Vec<Value> = words.iter().map(|w| json!(w)).collect();
    if empty {
        values.push(json!(""));
        if place == Place::Json {
            values.push(Value::Null);
        }
    }
    json!({ "type": types(&["string"], place, empty), "enum": values })
}

fn text(max: usize, place: Place, empty: bool) -> Value {
    let mut schema = json!({
        "type": types(literals(place), place, empty),
        "maxLength": max,
        "pattern": pattern::TEXT,
    });
    if !empty {
        schema["minLength"] = 1.into();
    }
    schema
}

/// Text, which in JSON may be a number.
fn literals(place: Place) -> &'static [&'static str] {
    match place {
        Place::Json => &["string", "number"],
        Place::Form => &["string"],
    }
}

fn text_matching(pattern: String, place: Place, empty: bool) -> Value {
    json!({ "type": types(&["string"], place, empty), "pattern": pattern })
}

/// A list of `item`s, or `one` value that is not in a list.
fn list(item: Value, one: Value, empty: bool) -> Value {
    let mut array = json!({ "type": "array", "items": item });
    if !empty {
        array["minItems"] = 1.into();
    }
    json!({ "anyOf": [array, one] })
}

/// Lines: in a list each is one value, alone they are comma separated.
fn lines(max: usize, place: Place, empty: bool) -> Value {
    let mut item = match place {
        Place::Json => text(max, Place::Form, empty),
        Place::Form => text_matching(pattern::line_in_form(max, empty), place, empty),
    };
    item["type"] = json!(literals(place));
    let mut one = text_matching(pattern::csv(max, empty), place, empty);
    one["type"] = types(literals(place), place, empty);
    list(item, one, empty)
}

/// Lines that look alike, and hold no comma: in a list each is one, alone they are comma separated.
fn shaped_lines(shape: &str, place: Place, empty: bool) -> Value {
    let item = text_matching(or_nothing(&format!("^(?:{shape})$"), empty), Place::Form, empty);
    list(item, text_matching(pattern::separated(shape, empty), place, empty), empty)
}
