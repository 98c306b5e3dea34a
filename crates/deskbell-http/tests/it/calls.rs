//! The served document and the table of real calls: every route with its permission, its bodies and its refusals.

use deskbell_http::v2::{openapi, operations};
use deskbell_http::{Access, Answer, Conditions};
use http::Method;
use serde_json::Value;

fn described<'d>(document: &'d Value, method: &Method, path: &str) -> &'d Value {
    &document["paths"][path][method.as_str().to_ascii_lowercase()]
}

#[test]
fn the_document_has_every_route_with_its_permission_and_no_other() {
    let document = openapi();
    let operations = operations();
    for operation in &operations {
        let described = described(&document, operation.method(), operation.path());
        assert_eq!(described["operationId"], operation.id());
        let permission = match operation.access() {
            Access::Open => "none",
            Access::AnyKey(rule) => rule,
            Access::Needs(permission) => permission.as_str(),
        };
        assert_eq!(described["x-permission"], permission, "{}", operation.id());
        assert!(described["description"].as_str().is_some_and(|text| text.contains(permission)));
        let name = operation.id()[..1].to_ascii_uppercase() + &operation.id()[1..];
        let schemas = &document["components"]["schemas"];
        for field in operation.own_fields().iter().filter(|f| !f.is_later()) {
            if let Some(permission) = field.permission() {
                let shown = &schemas[format!("{name}Body")]["properties"][field.name()]["x-permission"];
                assert_eq!(shown, permission.as_str(), "{name} {}", field.name());
            }
            for action in field.action_types() {
                let ways = schemas[format!("{name}Action")]["anyOf"].as_array().expect("actions");
                let way = ways.iter().find(|way| way["properties"]["actionType"]["const"] == action.name);
                assert_eq!(
                    way.expect("the action")["x-permission"],
                    action.permission.as_str(),
                    "{}",
                    action.name
                );
            }
        }
    }
    let routes = document["paths"].as_object().expect("paths").values();
    let count: usize = routes.map(|methods| methods.as_object().expect("methods").len()).sum();
    assert_eq!(count, operations.len());
}

#[test]
fn every_field_stands_in_each_way_of_sending_it() {
    let document = openapi();
    for operation in operations() {
        let described = described(&document, operation.method(), operation.path());
        let fields: Vec<&str> =
            operation.own_fields().iter().filter(|f| !f.is_later()).map(|f| f.name()).collect();
        if operation.method() == Method::GET {
            for name in fields {
                let parameters = described["parameters"].as_array().expect("parameters");
                assert!(
                    parameters.iter().any(|p| p["name"] == name && p["in"] == "query"),
                    "{} {name}",
                    operation.id()
                );
            }
            continue;
        }
        for media in ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"] {
            let schema = &described["requestBody"]["content"][media]["schema"];
            assert_eq!(schema.is_object(), !fields.is_empty(), "{} {media}", operation.id());
            for field in operation.own_fields().iter().filter(|f| !f.is_later()) {
                // A file comes in a form of parts alone.
                let stands = !field.is_file() || media == "multipart/form-data";
                let name = field.name();
                assert_eq!(
                    has_property(&document, schema, name),
                    stands,
                    "{} {media} {name}",
                    operation.id()
                );
            }
        }
    }
}

/// Whether the schema, or each of its alternatives that is an object, has the property; or else that alternative in which
/// filters select, for a filter can stand nowhere else, or that which needs it, for ids stand beside nothing but ids.
fn has_property(document: &Value, schema: &Value, name: &str) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let there = document.pointer(reference.trim_start_matches('#')).expect("what is referred to");
        return has_property(document, there, name);
    }
    match schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        Some(ways) => {
            let has = |way: &&Value| has_property(document, way, name);
            let needs =
                |way: &Value| way["required"].as_array().is_some_and(|all| all.contains(&name.into()));
            ways.iter().filter(|way| way["type"] != "array").all(|way| has(&way))
                || ways
                    .iter()
                    .filter(|way| way["allOf"][0]["anyOf"][0]["required"].is_array())
                    .any(|way| has(&way))
                || ways.iter().any(|way| needs(way) && has(&way))
        }
        None => schema["properties"].get(name).is_some(),
    }
}

#[test]
fn every_refusal_that_the_table_implies_is_named() {
    let document = openapi();
    for operation in operations() {
        let responses = &described(&document, operation.method(), operation.path())["responses"];
        let mut expected = vec!["400", "406", "413", "414", "415", "429", "431", "500", "503"];
        if operation.access() != Access::Open {
            expected.push("401");
        }
        if let Access::Needs(_) = operation.access() {
            expected.push("403");
        }
        if operation.path_names().next().is_some() {
            expected.push("404");
        }
        match operation.conditions() {
            Conditions::IfMatch => expected.extend(["412", "428"]),
            Conditions::IfNoneMatch => expected.push("304"),
            Conditions::None => {}
        }
        if operation.own_fields().iter().any(|f| f.name() == "versions") {
            expected.extend(["404", "409", "412"]);
        }
        match operation.answer() {
            Answer::Bulk => expected.extend(["200", "207"]),
            _ => expected.push("200"),
        }
        for status in expected {
            let response = &responses[status];
            let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described, "{} {status}", operation.id());
            // What is answered before a call is known has no body.
            let bare = ["304", "414", "431"].contains(&status);
            assert_eq!(response["content"].is_object(), !bare, "{} {status}", operation.id());
        }
        for (status, header) in [("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")]
        {
            assert!(responses[status]["headers"][header].is_object(), "{} {status}", operation.id());
        }
    }
}
