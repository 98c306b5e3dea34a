//! The OpenAPI 3.1 document, made from the tables of the calls.
//!
//! It says what decoding takes, no more and no less, so that a tool that reads it can be believed.

mod pattern;
mod responses;
mod schema;

use http::Method;
use serde_json::{Map, Value, json};

use crate::condition::IF_MATCH_PATTERN;
use crate::field::{Field, Kind};
use crate::once;
use crate::openapi::schema::Place;
use crate::operation::{Access, Conditions, Operation, Relation};
use crate::router::BASE;

/// The document of all operations. `schemas` are those of items, by the names that the operations' answers use.
///
/// # Panics
/// If an operation answers a schema that is not there, or one has the name of an envelope: faults of the program.
pub fn document<S>(operations: &[Operation<S>], schemas: Vec<(&'static str, Value)>) -> Value {
    let mut components: Map<String, Value> =
        schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    for operation in operations {
        if let Some(name) = responses::schema_name(operation.answer) {
            assert!(components.contains_key(name), "{} answers {name}, which has no schema", operation.id);
        }
    }
    for (name, schema) in responses::envelopes().into_iter().chain(schema::components()) {
        assert!(components.insert(name.clone(), schema).is_none(), "two schemas have the name {name}");
    }
    let mut paths = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for operation in operations {
        if !tags.contains(&operation.tag) {
            tags.push(operation.tag);
        }
        let mut described = describe(operation);
        if operation.method != http::Method::GET && operation.fields.iter().any(|f| !f.later) {
            let name = |suffix: &str| format!("{}{suffix}", capital(operation.id));
            described["requestBody"] = request_body(operation, name);
            for (field, place, suffix) in operation
                .fields
                .iter()
                .flat_map(|f| [(f, Place::Json, "Action"), (f, Place::Form, "ActionForm")])
            {
                if let Kind::Actions { .. } = field.kind {
                    components.insert(name(suffix), schema::of_field(field, place, true)["items"].clone());
                }
            }
            components.extend(WAYS.map(|(suffix, way)| (name(suffix), body(operation, way))));
        }
        let method = operation.method.as_str().to_ascii_lowercase();
        let path = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        path[method] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "deskbell",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
        },
        "servers": [{ "url": BASE }],
        "security": [{ "apiKey": [] }, { "bearer": [] }, { "authorization": [] }, { "apiKeyInQuery": [] }],
        "tags": tags.iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": responses::headers(),
            "securitySchemes": {
                "apiKey": { "type": "apiKey", "in": "header", "name": "apiKey" },
                "bearer": { "type": "http", "scheme": "bearer" },
                "authorization": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "The word apikey, a blank and the key: `Authorization: apikey KEY`.",
                },
                "apiKeyInQuery": {
                    "type": "apiKey", "in": "query", "name": "apiKey",
                    "description": "The server's configuration can switch this form off.",
                },
            },
        },
    })
}

const DESCRIPTION: &str = "\
Every call takes its parameters from the query string and from a body of JSON, of a form or of multipart, with one \
meaning; a parameter stands in one of them. Lists may be written `ids[]=1&ids[]=2`, `ids[0]=1`, `ids=1&ids=2` or as a \
JSON array. Names that a call does not know are refused. Times are UTC, `YYYY-MM-DD HH:MM:SS`. Every answer carries \
`X-Request-Id`; every failure has a `code`, a `message`, `errors` and the `requestID`. `x-permission` names the \
permission that a call, a field or an action asks for.";

fn describe<S>(operation: &Operation<S>) -> Value {
    let permission = match operation.access {
        Access::Open => "none",
        Access::AnyKey("") => "any key",
        Access::AnyKey(rule) => rule,
        Access::Needs(permission) => permission.as_str(),
    };
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": description(operation, permission),
        "x-permission": permission,
    });
    if operation.access == Access::Open {
        described["security"] = json!([]);
    }
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    described["responses"] = responses::of(operation);
    described
}

fn description<S>(operation: &Operation<S>, permission: &str) -> String {
    let needs = match operation.access {
        Access::Open => "Needs no key.".to_owned(),
        Access::AnyKey(_) => format!("Needs a key ({permission})."),
        Access::Needs(_) => format!("Needs the permission {permission}."),
    };
    let mut parts = vec![operation.description, &needs];
    let or_filters = if operation.fields.iter().any(|f| f.selects) { ", or at least one filter" } else { "" };
    let one_of = operation
        .one_of
        .map(|names| format!("Exactly one of {} is needed{or_filters}.", names.join(" and ")));
    parts.extend(one_of.as_deref());
    if operation.bare_array.is_some() {
        parts.push("A bare JSON array of ids is taken as the body too.");
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn parameters<S>(operation: &Operation<S>) -> Vec<Value> {
    let mut found = Vec::new();
    for name in operation.path_names() {
        let schema = schema::of_field(&Field::id(name), Place::Form, true);
        found.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    if operation.method == http::Method::GET {
        for field in operation.fields.iter().filter(|f| !f.later) {
            let mut schema = schema::of_field(field, Place::Form, field.required);
            let description = schema.as_object_mut().and_then(|s| s.remove("description"));
            let mut parameter = json!({ "name": field.name, "in": "query", "required": field.required });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            parameter["schema"] = schema;
            found.push(parameter);
        }
    }
    let header = match operation.conditions {
        Conditions::None => None,
        Conditions::IfMatch => Some((
            "If-Match",
            "The version that the item must have, in quotation marks (412 otherwise); `*` for any.",
            json!({ "type": "string", "pattern": IF_MATCH_PATTERN, "examples": ["\"7\""] }),
        )),
        Conditions::IfNoneMatch => Some((
            "If-None-Match",
            "The ETag of an earlier answer: 304 while nothing that the answer shows has changed.",
            json!({ "type": "string" }),
        )),
    };
    let once = (operation.method != Method::GET).then(|| {
        let description = "Sent again under the same key, the write is not done again but answered as before. A name of your \
                           choice, new for each write; it belongs to your API key and is kept for 24 hours unless \
                           configured otherwise.";
        (once::NAME, description, json!({ "type": "string", "pattern": "^[ -~]{1,255}$" }))
    });
    for (name, description, schema) in header.into_iter().chain(once) {
        found.push(json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema }));
    }
    found
}

/// The ways of writing a body, by the suffix of their schemas' names.
const WAYS: [(&str, Way); 3] = [("Body", Way::Json), ("Form", Way::Form), ("Parts", Way::Parts)];

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// JSON.
    Json,
    /// A form, in which structures are written with brackets.
    Form,
    /// Multipart, in which a structure is a part of JSON.
    Parts,
}

/// The schema of a body. Where one of several names is needed, there is an alternative for each, and one for filters that
/// select.
fn body<S>(operation: &Operation<S>, way: Way) -> Value {
    let Some(names) = operation.one_of else { return object(operation, way, None) };
    // A file comes in a form of parts alone.
    let comes =
        |name: &&&str| way == Way::Parts || operation.fields.iter().any(|f| f.name == **name && !f.is_file());
    let chosen = names.iter().filter(comes);
    let mut found: Vec<Value> = chosen.map(|name| object(operation, way, Some(name))).collect();
    let selecting: Vec<Value> =
        operation.fields.iter().filter(|f| f.selects && !f.later).map(|f| spoken(f.name)).collect();
    if !selecting.is_empty() {
        let mut selection = object(operation, way, None);
        selection["allOf"] = json!([{ "anyOf": selecting }]);
        found.push(selection);
    }
    json!({ "oneOf": found })
}

/// An object in which a filter says something; what it may say stands among the properties.
fn spoken(name: &str) -> Value {
    let something = json!({ "type": ["string", "number", "array"], "minItems": 1 });
    json!({ "required": [name], "properties": { (name): something } })
}

/// A list of actions, whose schema is one of its own; in a form an object by index.
fn actions(mut schema: Value, id: &str, way: Way, most: usize) -> Value {
    let suffix = if way == Way::Json { "Action" } else { "ActionForm" };
    let item = json!({ "$ref": format!("#/components/schemas/{}{suffix}", capital(id)) });
    schema["items"] = item.clone();
    if way != Way::Form {
        return schema;
    }
    let properties: Map<String, Value> = (0..most).map(|n| (n.to_string(), item.clone())).collect();
    let mut indexed = json!({ "type": "object", "minProperties": 1, "properties": properties, "additionalProperties": false });
    if let Some(description) = schema.get("description") {
        indexed["description"] = description.clone();
    }
    indexed
}

/// The schema of a body in which `chosen` is the one of several names that is sent.
fn object<S>(operation: &Operation<S>, way: Way, chosen: Option<&str>) -> Value {
    let place = if way == Way::Json { Place::Json } else { Place::Form };
    let ids_chosen = operation.fields.iter().any(|f| chosen == Some(f.name) && f.kind.is_list_of_ids());
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in operation.fields.iter().filter(|f| !f.later) {
        let alternative = operation.one_of.is_some_and(|names| names.contains(&field.name));
        let needed = field.required || chosen == Some(field.name);
        let filters = field.selects || field.beside_filters;
        // An empty list of ids is refused beside anything but ids, see `report_empty` of the decoder.
        let empty_ids = alternative && !needed && !ids_chosen && field.kind.is_list_of_ids();
        if (filters && chosen.is_some()) || empty_ids {
            if way == Way::Json {
                properties.insert(field.name.to_owned(), json!({ "type": "null" }));
            }
            continue;
        }
        if field.is_file() && way != Way::Parts {
            continue;
        }
        if needed {
            required.push(field.name);
        }
        let schema = match (alternative && !needed, way) {
            (true, Way::Json) if matches!(field.kind, Kind::Ids { .. }) => json!({ "enum": ["", null, []] }),
            (true, Way::Json) => json!({ "enum": ["", null] }),
            (true, _) => json!({ "enum": [""] }),
            (false, Way::Parts) if matches!(field.kind, Kind::Files { .. }) => files(field),
            (false, _) => schema::of_field(field, place, needed),
        };
        let schema = match field.kind {
            Kind::Actions { most, .. } => actions(schema, operation.id, way, most),
            _ => schema,
        };
        properties.insert(field.name.to_owned(), schema);
    }
    let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    if !operation.relations.is_empty() {
        object["allOf"] =
            operation.relations.iter().map(|relation| related(operation, relation, place)).collect();
    }
    object
}

/// The schema of files in a form of parts.
fn files(field: &Field) -> Value {
    let mut file = json!({ "type": "string", "format": "binary" });
    let mut schema = match field.kind {
        Kind::Files { most, ids: true } => json!({ "type": "array", "items": file, "maxItems": most }),
        _ => {
            // A part without filename and bytes is none.
            file["minLength"] = 1.into();
            file
        }
    };
    schema["description"] = field.doc.into();
    schema
}

/// What holds between fields, as a schema.
fn related<S>(operation: &Operation<S>, relation: &Relation, place: Place) -> Value {
    let nothing = |name: &str| {
        let field = operation.fields.iter().find(|f| f.name == name);
        field.map(|f| schema::nothing(f, place)).unwrap_or_default()
    };
    let silent = |name: &str| json!({ "properties": { (name): nothing(name) } });
    let speaks =
        |name: &str| json!({ "required": [name], "properties": { (name): { "not": nothing(name) } } });
    let any: Vec<Value> = match relation {
        Relation::Apart(first, second) => vec![silent(first), silent(second)],
        Relation::Some(names) => names.iter().map(|name| speaks(name)).collect(),
        Relation::Needs(first, second) => vec![silent(first), speaks(second)],
    };
    json!({ "anyOf": any })
}

/// The request body: three ways with one meaning. `name` gives the name of a way's schema.
fn request_body<S>(operation: &Operation<S>, name: impl Fn(&str) -> String) -> Value {
    let reference = |suffix: &str| json!({ "$ref": format!("#/components/schemas/{}", name(suffix)) });
    let mut json_schema = reference("Body");
    if let Some(name) = operation.bare_array
        && let Some(field) = operation.fields.iter().find(|f| f.name == name)
    {
        let array = schema::of_field(field, Place::Json, field.required)["anyOf"][0].clone();
        json_schema = json!({ "anyOf": [json_schema, array] });
    }
    let structured = |f: &&Field| {
        matches!(f.kind, Kind::Versions | Kind::Map { .. } | Kind::Tree { .. } | Kind::Actions { .. })
    };
    let encoding: Map<String, Value> = operation
        .fields
        .iter()
        .filter(structured)
        .map(|f| (f.name.to_owned(), json!({ "style": "deepObject", "explode": true })))
        .collect();
    let mut form = json!({ "schema": reference("Form") });
    if !encoding.is_empty() {
        form["encoding"] = encoding.into();
    }
    json!({
        "required": operation.one_of.is_some() || operation.fields.iter().any(|f| f.required),
        "content": {
            "application/json": { "schema": json_schema },
            "application/x-www-form-urlencoded": form,
            "multipart/form-data": { "schema": reference("Parts") },
        },
    })
}

fn capital(id: &str) -> String {
    let mut chars = id.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}
