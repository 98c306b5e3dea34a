//! The one place that maps a class of fault to a status, and the envelope of errors (api.md section 3).

use deskbell_core::fault::{Class, Detail};
use deskbell_core::{Code, Fault};
use http::StatusCode;
use serde::Serialize;

/// Why a call has no answer.
#[derive(Debug)]
pub enum Failure {
    /// A refusal, told to the caller as it is.
    Fault(Box<Fault>),
    /// Too much to do, or no place to write: 503. The cause is for the log.
    Overloaded(String),
    /// A fault of the server: 500 with a fixed text. The cause is for the log.
    Internal(String),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl Failure {
    /// A fault of one field, named as it was sent.
    pub fn of(field: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Fault::of(field, code, message).into()
    }

    /// A fault of the server, with its cause for the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

/// The status of a code.
pub fn status_of(code: Code) -> StatusCode {
    match code.class() {
        Class::Invalid => StatusCode::BAD_REQUEST,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Method => StatusCode::METHOD_NOT_ALLOWED,
        Class::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Class::Conflict => StatusCode::CONFLICT,
        Class::Gone => StatusCode::GONE,
        Class::Precondition => StatusCode::PRECONDITION_FAILED,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::UriTooLong => StatusCode::URI_TOO_LONG,
        Class::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Class::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Class::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Class::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Class::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// One entry of `errors`.
#[derive(Serialize)]
pub(crate) struct ErrorRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    code: &'static str,
    message: &'a str,
}

impl<'a> ErrorRow<'a> {
    pub(crate) fn new(detail: &'a Detail) -> Self {
        Self { field: detail.field.as_deref(), code: detail.code.as_str(), message: &detail.message }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    code: &'static str,
    message: &'a str,
    errors: Vec<ErrorRow<'a>>,
    #[serde(rename = "currentVersion", skip_serializing_if = "Option::is_none")]
    current_version: Option<i64>,
    #[serde(rename = "oldestCursor", skip_serializing_if = "Option::is_none")]
    oldest_cursor: Option<&'a str>,
    #[serde(rename = "requestID")]
    request_id: &'a str,
}

/// The body of an error.
pub(crate) fn body_of(fault: &Fault, request_id: &str) -> Vec<u8> {
    let envelope = Envelope {
        status: "error",
        code: fault.code().as_str(),
        message: &fault.first.message,
        errors: fault.details().map(ErrorRow::new).collect(),
        current_version: fault.current_version,
        oldest_cursor: fault.oldest_cursor.as_deref(),
        request_id,
    };
    serde_json::to_vec(&envelope).unwrap_or_default()
}

/// A detail of a field.
pub(crate) fn detail(field: impl Into<String>, code: Code, message: impl Into<String>) -> Detail {
    Detail { field: Some(field.into()), code, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_has_the_documented_keys_in_order() {
        let mut fault = Fault::of("status", Code::InvalidParameter, "status must be one of new, open.");
        fault.others.push(Detail { field: None, code: Code::MalformedBody, message: "No.".into() });
        let body = String::from_utf8(body_of(&fault, "r-1")).expect("text");
        assert_eq!(
            body,
            r#"{"status":"error","code":"invalid_parameter","message":"status must be one of new, open.","errors":[{"field":"status","code":"invalid_parameter","message":"status must be one of new, open."},{"code":"malformed_body","message":"No."}],"requestID":"r-1"}"#
        );
    }

    #[test]
    fn every_code_has_an_error_status() {
        for code in Code::ALL {
            assert!(status_of(*code).as_u16() >= 400, "{code:?}");
        }
    }
}
