//! What calls answer: the envelopes, and every failure with its codes.

use std::collections::BTreeMap;

use deskbell_core::Code;
use http::Method;
use serde_json::{Map, Value, json};

use crate::error::status_of;
use crate::operation::{Access, Answer, Conditions, Operation};

/// The schema of the items of an answer.
pub(crate) fn schema_name(answer: Answer) -> Option<&'static str> {
    match answer {
        Answer::Item(name) | Answer::List(name) | Answer::PlainList(name) => Some(name),
        Answer::Result(_) | Answer::Bulk | Answer::Other(_) | Answer::File => None,
    }
}

/// Headers of answers, by name.
pub(crate) fn headers() -> Value {
    let header = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    json!({
        "RequestId": header("The id of the request: the caller's X-Request-Id, or a new one."),
        "ETag": header("Begins with the version of the item."),
        "Location": header("The path of the thing made."),
        "Allow": header("The methods that the path has."),
        "RetryAfter": header("Seconds after which to try again."),
        "Authenticate": header("How to send a key."),
    })
}

/// The schemas of the envelopes that all calls share.
pub(crate) fn envelopes() -> Vec<(String, Value)> {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let statuses: Map<String, Value> =
        Code::ALL.iter().map(|code| (code.as_str().to_owned(), status_of(*code).as_u16().into())).collect();
    let detail = json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "field": { "type": "string", "description": "The field as it was sent." },
            "code": { "$ref": "#/components/schemas/Code" },
            "message": { "type": "string" },
        },
        "additionalProperties": false,
    });
    let error = json!({
        "type": "object",
        "required": ["status", "code", "message", "errors", "requestID"],
        "properties": {
            "status": { "type": "string", "const": "error" },
            "code": { "$ref": "#/components/schemas/Code" },
            "message": { "type": "string" },
            "errors": { "type": "array", "minItems": 1, "items": detail },
            "currentVersion": { "type": "integer", "description": "With precondition_failed." },
            "oldestCursor": { "type": "string", "description": "With gone: where to start again." },
            "requestID": { "type": "string" },
        },
        "additionalProperties": false,
    });
    let row = json!({
        "type": "object",
        "required": ["ticketID", "outcome"],
        "properties": {
            "ticketID": { "type": "integer" },
            "outcome": { "type": "string", "enum": ["changed", "unchanged", "failed"] },
            "version": { "type": "integer" },
            "field": { "type": "string" },
            "code": { "$ref": "#/components/schemas/Code" },
            "message": { "type": "string" },
            "currentVersion": { "type": "integer" },
        },
        "additionalProperties": false,
    });
    let properties = json!({
        "type": { "type": "string", "const": "result" },
        "message": { "type": "string" },
        "batchID": { "type": "string" },
        "dryRun": { "type": "boolean", "const": true },
        "changed": { "type": "integer" },
        "unchanged": { "type": "integer" },
        "failed": { "type": "integer" },
        "results": { "type": "array", "items": row },
    });
    let required = ["type", "message", "changed", "unchanged", "failed", "results"];
    let bulk = json!({
        "type": "object", "required": required, "properties": properties, "additionalProperties": false,
    });
    let mut failure = bulk.clone();
    failure["description"] =
        "A bulk call in which no ticket succeeded: the bulk result, and the error of its first row beside it.".into();
    for key in ["status", "code", "errors", "requestID"] {
        failure["properties"][key] = error["properties"][key].clone();
        if let Some(required) = failure["required"].as_array_mut() {
            required.push(key.into());
        }
    }
    let job = json!({
        "type": "object",
        "required": ["type", "message", "jobID", "total", "done"],
        "properties": {
            "type": { "type": "string", "const": "job" },
            "message": { "type": "string" },
            "jobID": { "type": "integer" },
            "batchID": { "type": "string" },
            "total": { "type": "integer" },
            "done": { "type": "integer" },
        },
        "additionalProperties": false,
    });
    [
        ("Code", json!({ "type": "string", "enum": codes, "x-status": statuses })),
        ("Error", error),
        ("BulkResult", bulk),
        ("BulkFailure", failure),
        ("JobBegun", job),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into()
}

/// The responses of a call, by status.
pub(crate) fn of<S>(operation: &Operation<S>) -> Value {
    let mut found: BTreeMap<u16, Value> = BTreeMap::new();
    let is_bulk = operation.answer == Answer::Bulk;
    for (status, codes) in failures(operation) {
        found.insert(status, failure(status, &codes, is_bulk));
    }
    found.insert(200, success(operation));
    if is_bulk {
        let schema = json!({ "anyOf": [reference("BulkResult"), reference("BulkFailure")] });
        found.insert(207, response("Some tickets failed, or all for different reasons.", schema, &[]));
    }
    if operation.job {
        let location = [("Location", "Location")];
        found.insert(202, response("The work goes on as a job.", reference("JobBegun"), &location));
    }
    if operation.conditions == Conditions::IfNoneMatch {
        let headers = with_headers(&[("ETag", "ETag")]);
        found.insert(
            304,
            json!({ "description": "What the caller has is what there is.", "headers": headers }),
        );
    }
    by_status(found)
}

fn by_status(responses: BTreeMap<u16, Value>) -> Value {
    responses
        .into_iter()
        .map(|(status, response)| (status.to_string(), response))
        .collect::<Map<_, _>>()
        .into()
}

/// Every code that the call can answer, by status.
fn failures<S>(operation: &Operation<S>) -> BTreeMap<u16, Vec<Code>> {
    let mut codes = vec![
        Code::MalformedBody,
        Code::InvalidParameter,
        Code::MissingParameter,
        Code::UnknownParameter,
        Code::NotAcceptable,
        Code::PayloadTooLarge,
        Code::UnsupportedMediaType,
        Code::UriTooLong,
        Code::HeadersTooLarge,
        Code::RateLimited,
        Code::Internal,
        Code::Overloaded,
    ];
    if operation.access != Access::Open {
        codes.extend([Code::Unauthenticated, Code::Forbidden]);
    }
    if operation.conditions == Conditions::IfMatch {
        codes.extend([Code::PreconditionFailed, Code::PreconditionRequired]);
    }
    if operation.method != Method::GET {
        codes.extend([Code::IdempotencyMismatch, Code::IdempotencyInProgress]);
    }
    codes.extend(&operation.failures);
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let known = by_status.entry(status_of(code).as_u16()).or_default();
        if !known.contains(&code) {
            known.push(code);
        }
    }
    by_status
}

fn failure(status: u16, codes: &[Code], is_bulk: bool) -> Value {
    let lines: Vec<String> = codes.iter().map(|c| format!("`{}`: {}", c.as_str(), c.meaning())).collect();
    if matches!(status, 414 | 431) {
        // Before a request is read nothing is known of it, not even its id.
        return json!({ "description": format!("{} The status is the whole answer.", codes[0].meaning()) });
    }
    let headers: &[(&str, &str)] = match status {
        401 => &[("WWW-Authenticate", "Authenticate")],
        409 | 429 | 503 => &[("Retry-After", "RetryAfter")],
        _ => &[],
    };
    let schema = match is_bulk {
        true => json!({ "anyOf": [reference("Error"), reference("BulkFailure")] }),
        false => reference("Error"),
    };
    let mut response = response(&lines.join("\n\n"), schema, headers);
    response["x-codes"] = codes.iter().map(|code| code.as_str()).collect();
    response
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn with_headers(headers: &[(&str, &str)]) -> Value {
    let all = headers.iter().chain(&[("X-Request-Id", "RequestId")]);
    all.map(|(name, of)| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{of}") })))
        .collect::<Map<_, _>>()
        .into()
}

fn response(description: &str, schema: Value, headers: &[(&str, &str)]) -> Value {
    json!({
        "description": description,
        "headers": with_headers(headers),
        "content": { "application/json": { "schema": schema } },
    })
}

fn success<S>(operation: &Operation<S>) -> Value {
    let etag: &[(&str, &str)] = match operation.conditions {
        Conditions::IfNoneMatch => &[("ETag", "ETag")],
        _ => &[],
    };
    match operation.answer {
        Answer::Item(name) => {
            let properties = json!({ "type": { "const": "item" }, "item": reference(name) });
            response("The item.", closed(&["type", "item"], properties), etag)
        }
        Answer::List(name) => {
            let count = json!({ "type": "integer", "minimum": 0 });
            let properties = json!({
                "type": { "const": "list" },
                "itemStart": count,
                "itemLimit": count,
                "itemTotal": count,
                "itemTotalExact": { "type": "boolean" },
                "items": { "type": "array", "items": reference(name) },
                "nextCursor": { "type": "string", "description": "Absent after the last row." },
            });
            let required = ["type", "itemStart", "itemLimit", "itemTotal", "itemTotalExact", "items"];
            response("The list.", closed(&required, properties), etag)
        }
        Answer::PlainList(name) => {
            let properties = json!({
                "type": { "const": "list" },
                "items": { "type": "array", "items": reference(name) },
                "nextCursor": { "type": "string" },
            });
            response("The list.", closed(&["type", "items"], properties), etag)
        }
        Answer::Result(names) => {
            let mut properties = json!({ "type": { "const": "result" }, "message": { "type": "string" } });
            for name in names {
                properties[*name] = json!({ "type": ["integer", "string", "boolean"] });
            }
            properties["version"] = json!({ "type": "integer", "minimum": 1 });
            properties["batchID"] = json!({ "type": "string" });
            let mut required = vec!["type", "message"];
            required.extend(names.iter().filter(|name| name.ends_with("ID")));
            let headers: &[(&str, &str)] = match operation.method == http::Method::POST {
                true => &[("Location", "Location"), ("ETag", "ETag")],
                false => &[("ETag", "ETag")],
            };
            response("Done.", closed(&required, properties), headers)
        }
        Answer::Bulk => response("All tickets are as asked for.", reference("BulkResult"), &[]),
        Answer::File => json!({
            "description": "The bytes.",
            "headers": with_headers(etag),
            "content": { "*/*": { "schema": { "type": "string", "format": "binary" } } },
        }),
        Answer::Other(media_type) => json!({
            "description": "Done.",
            "headers": with_headers(&[]),
            "content": { (media_type): {} },
        }),
    }
}

fn closed(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}
