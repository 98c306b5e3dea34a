//! The OpenAPI document says what the edge does.

use std::collections::BTreeSet;

use deskbell_http::document;
use serde_json::{Value, json};

use crate::stub::{operations, schemas};

fn the_document() -> Value {
    document(&operations(), schemas())
}

#[test]
fn every_call_has_its_permission_its_encodings_and_its_failures() {
    let document = the_document();
    for operation in operations() {
        let method = operation.method().as_str().to_lowercase();
        let described = &document["paths"][operation.path()][&method];
        assert_eq!(described["operationId"], operation.id());
        for key in ["summary", "description", "x-permission"] {
            assert!(described[key].as_str().is_some_and(|text| !text.is_empty()), "{} {key}", operation.id());
        }
        let responses = described["responses"].as_object().expect("responses");
        for status in ["200", "400", "406", "413", "415", "500", "503"] {
            assert!(responses.contains_key(status), "{} {status}", operation.id());
        }
        assert!(responses.values().all(|r| r["description"].as_str().is_some_and(|d| !d.is_empty())));
        if method != "get" && !operation.own_fields().is_empty() {
            let media: Vec<&String> =
                described["requestBody"]["content"].as_object().expect("content").keys().collect();
            assert_eq!(
                media,
                ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|v| references(v, found));
            }
            Value::Array(items) => items.iter().for_each(|v| references(v, found)),
            _ => {}
        }
    }
    let document = the_document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 5, "{found:?}");
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn an_empty_list_of_ids_is_no_good_data_beside_anything_but_ids() {
    let document = deskbell_http::v2::openapi();
    for (path, other, ids) in [
        ("/webhook/{webhookID}/replay", "after", "deliveryIDs"),
        ("/ticket/batch", "tag", "ticketIDs"),
        ("/ticket/batch", "tag", "TicketIDs"),
    ] {
        let content = document["paths"][path]["post"]["requestBody"]["content"].as_object().expect(path);
        assert_eq!(content.len(), 3, "{path}");
        for (way, body) in content {
            let reference = body["schema"]["$ref"].as_str().expect("a reference");
            let schema = document.pointer(reference.trim_start_matches('#')).expect(reference);
            let all = schema["oneOf"].as_array().expect("alternatives");
            let says = |schema: &Value| {
                let nothing = [
                    json!({"type": "null"}),
                    json!({"enum": ["", null]}),
                    json!({"enum": [""]}),
                    Value::Null,
                ];
                !nothing.contains(&schema["properties"][other])
            };
            let beside: Vec<&Value> = all.iter().filter(|schema| says(schema)).collect();
            assert_eq!(beside.len(), 1, "{path} {way}: {other} is what selects in one alternative");
            let expected = if way == "application/json" { json!({"type": "null"}) } else { Value::Null };
            assert_eq!(beside[0]["properties"][ids], expected, "{path} {way} {ids}");
        }
    }
}

#[test]
fn fields_that_are_not_supported_yet_are_not_in_it() {
    let text = the_document().to_string();
    assert!(text.contains("createdFrom") && !text.contains("applyView"));
}

#[test]
#[should_panic(expected = "has no schema")]
fn an_item_without_a_schema_is_noticed() {
    document(&operations(), Vec::new());
}

#[test]
#[should_panic(expected = "two schemas have the name Error")]
fn an_item_with_the_name_of_an_envelope_is_noticed() {
    let mut all = schemas();
    all.push(("Error", Value::Null));
    document(&operations(), all);
}
