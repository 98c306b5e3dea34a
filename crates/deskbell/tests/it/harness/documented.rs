//! Every answer of the suite against the API document: its operation, status, code, headers and the shape of its body.
//!
//! So each scenario shows that the document leaves nothing out of what is answered.

use std::sync::LazyLock;

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(deskbell_http::v2::openapi);

/// Headers of answers that a caller acts on.
const HEADERS: [&str; 6] = ["etag", "location", "allow", "retry-after", "www-authenticate", "x-request-id"];

/// Fails if the document does not name this answer.
pub(super) fn check(method: &Method, path: &str, status: StatusCode, headers: &HeaderMap, body: &str) {
    let place = format!("{method} {path} {status}");
    let Some((template, operations)) = path.strip_prefix(deskbell_http::BASE).and_then(operations) else {
        let beside = ["/api/v2/openapi.json", "/docs"].iter().any(|known| path.starts_with(known));
        assert!(beside || status == StatusCode::NOT_FOUND, "{place}: there is no such path in the document");
        return;
    };
    let read = if method == Method::HEAD { &Method::GET } else { method };
    let Some(operation) = operations.get(read.as_str().to_ascii_lowercase()) else {
        assert_eq!(
            status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{place}: {template} has no such method in the document"
        );
        return;
    };
    let response = &operation["responses"][status.as_str()];
    assert!(response.is_object(), "{place}: the document does not name this status of {template}: {body}");
    for name in HEADERS.iter().filter(|name| headers.contains_key(**name)) {
        let named = response["headers"].as_object().into_iter().flat_map(|all| all.keys());
        assert!(
            named.into_iter().any(|known| known.eq_ignore_ascii_case(name)),
            "{place}: the document names no {name}"
        );
    }
    if !body.is_empty() {
        let json: Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{place}: {e}: {body}"));
        let codes = response["x-codes"].as_array();
        let fits = codes.is_none_or(|codes| codes.contains(&json["code"]));
        assert!(fits, "{place}: the document does not name the code {} of {template}", json["code"]);
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{place}: the document names no body");
        if let Err(wrong) = shape(schema, &json) {
            panic!("{place}: the answer is not as documented: {wrong}\n{body}");
        }
    }
}

/// The document's path, and its operations by method. A fixed segment wins over an id.
fn operations(path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object()?;
    let sent: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let known: Vec<&str> = template.split('/').collect();
        known.len() == sent.len()
            && known.iter().zip(&sent).all(|(k, s)| k == s || (k.starts_with('{') && !s.is_empty()))
    };
    let fixed = paths.iter().find(|(template, _)| *template == path);
    let (template, operations) = fixed.or_else(|| paths.iter().find(|(template, _)| fits(template)))?;
    Some((template, operations))
}

/// Whether a value is of a schema. A word of JSON Schema that this does not know is a failure, not a pass.
fn shape(schema: &Value, value: &Value) -> Result<(), String> {
    let wrong = |what: String| Err(format!("{what}, but it is {value}"));
    for (word, says) in schema.as_object().expect("a schema") {
        let fits = match word.as_str() {
            "$ref" => {
                let name = says.as_str().and_then(|s| s.strip_prefix('#')).expect("a local reference");
                shape(DOCUMENT.pointer(name).expect("what is referred to"), value)?;
                true
            }
            "type" => match says {
                Value::Array(names) => names.iter().any(|name| is(name, value)),
                name => is(name, value),
            },
            "const" => value == says,
            "enum" => says.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= says.as_f64().expect("a number")),
            "minItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 >= says.as_u64().expect("a number"))
            }
            "required" => says
                .as_array()
                .expect("a list")
                .iter()
                .all(|key| value.get(key.as_str().expect("a name")).is_some()),
            "anyOf" => says.as_array().expect("a list").iter().any(|one| shape(one, value).is_ok()),
            "oneOf" => {
                says.as_array().expect("a list").iter().filter(|one| shape(one, value).is_ok()).count() == 1
            }
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|item| shape(says, item))?;
                true
            }
            "properties" => {
                let known =
                    value.as_object().into_iter().flatten().filter_map(|(k, v)| Some((k, says.get(k)?, v)));
                for (key, schema, value) in known {
                    shape(schema, value).map_err(|wrong| format!("{key}: {wrong}"))?;
                }
                true
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                let mut more =
                    value.as_object().into_iter().flatten().filter(|(key, _)| known.get(key).is_none());
                match says {
                    Value::Bool(allowed) => *allowed || more.next().is_none(),
                    schema => more.all(|(_, value)| shape(schema, value).is_ok()),
                }
            }
            "description" | "examples" => true,
            other if other.starts_with("x-") => true,
            other => panic!("the schemas of answers have the word {other}, which this does not know"),
        };
        if !fits {
            return wrong(format!("{word} must be {says}"));
        }
    }
    Ok(())
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().expect("a type") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    }
}

#[test]
#[should_panic(expected = "does not name this status")]
fn an_answer_that_is_not_documented_fails_the_suite() {
    check(&Method::GET, "/api/v2/ticket/7", StatusCode::GONE, &HeaderMap::new(), "");
}

#[test]
#[should_panic(expected = "is not as documented")]
fn an_answer_of_another_shape_fails_the_suite() {
    check(&Method::GET, "/api/v2/ticket/7", StatusCode::OK, &HeaderMap::new(), r#"{"type":"item"}"#);
}

#[test]
#[should_panic(expected = "does not name the code")]
fn a_code_that_is_not_documented_fails_the_suite() {
    check(
        &Method::GET,
        "/api/v2/ticket/7",
        StatusCode::NOT_FOUND,
        &HeaderMap::new(),
        r#"{"code":"conflict"}"#,
    );
}
