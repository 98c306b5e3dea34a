//! From a reply or a failure to a response, with what every answer carries.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use deskbell_core::{Code, Context, Fault};
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::auth::Keys;
use crate::error::{Failure, body_of, status_of};
use crate::reply::{Content, Reply, write};

/// The name of the header that carries the request's id, both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request comes to.
pub(crate) struct Answered {
    outcome: Result<Reply, Failure>,
    allow: Option<HeaderValue>,
}

impl From<Reply> for Answered {
    fn from(reply: Reply) -> Self {
        Self { outcome: Ok(reply), allow: None }
    }
}

impl From<Failure> for Answered {
    fn from(failure: Failure) -> Self {
        Self { outcome: Err(failure), allow: None }
    }
}

impl From<Fault> for Answered {
    fn from(fault: Fault) -> Self {
        Failure::from(fault).into()
    }
}

impl Answered {
    pub(crate) fn method_not_allowed(allow: HeaderValue) -> Self {
        let list = String::from_utf8_lossy(allow.as_bytes()).into_owned();
        let message = format!("This path does not have that method; it has {list}.");
        Self { allow: Some(allow), ..Fault::new(Code::MethodNotAllowed, message).into() }
    }

    pub(crate) fn into_response(self, request_id: &str, keys: &Keys, head: bool) -> Response {
        let reply = match self.outcome {
            Ok(reply) => reply,
            Err(failure) => refusal(failure, request_id, keys),
        };
        let Reply { status, mut headers, body, wants_request_id, once: _ } = reply.complete();
        let body = match body {
            Content::Bytes(mut bytes) => {
                if wants_request_id {
                    bytes.pop();
                    bytes.extend_from_slice(br#","requestID":"#);
                    write(&mut bytes, request_id);
                    bytes.push(b'}');
                }
                sized(bytes.into(), head, &mut headers)
            }
            Content::Shared(bytes) => sized(bytes, head, &mut headers),
            Content::Stream(_) if head => Body::empty(),
            Content::Stream(body) => body,
        };
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, allow);
        }
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(REQUEST_ID, id);
        }
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

/// A body of known size; for HEAD its size alone.
fn sized(bytes: bytes::Bytes, head: bool, headers: &mut HeaderMap) -> Body {
    if !head {
        return Body::from(bytes);
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Body::empty()
}

/// The answer to a failure. Faults of the server are logged here, once, and told with a fixed text.
fn refusal(failure: Failure, request_id: &str, keys: &Keys) -> Reply {
    let fault = match failure {
        Failure::Fault(fault) => *fault,
        Failure::Overloaded(cause) => {
            tracing::warn!(request_id, %cause, "overloaded");
            Fault::new(
                Code::Overloaded,
                "The server has too much to do at the moment; nothing was changed. Try again.",
            )
        }
        Failure::Internal(cause) => {
            tracing::error!(request_id, %cause, "a call failed");
            let message = "The server failed at this call. Its log tells why, under the id of this request.";
            Fault::new(Code::Internal, message)
        }
    };
    let code = fault.code();
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if matches!(code, Code::RateLimited | Code::Overloaded | Code::IdempotencyInProgress) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if code == Code::Unauthenticated {
        headers.insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static(r#"apikey realm="deskbell", Bearer realm="deskbell""#),
        );
    }
    let body = keys.scrub(body_of(&fault, request_id));
    Reply {
        status: status_of(code),
        headers,
        body: Content::Bytes(body),
        wants_request_id: false,
        once: Vec::new(),
    }
}

/// The id of the request: the caller's, if it is one, else a new one.
pub(crate) fn request_id(headers: &HeaderMap, context: &dyn Context) -> Arc<str> {
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let good = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    if let Some(id) = sent.filter(good) {
        return id.into();
    }
    let mut random = [0; 16];
    context.random(&mut random);
    format!("{:032x}", u128::from_be_bytes(random)).into()
}

/// A method as a word for metrics: a bounded set, whatever is sent.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
