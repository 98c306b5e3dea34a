//! The envelopes of answers: item, list, result, bulk result, job (api.md section 3), written straight into bytes.
//!
//! A reply does not know the request; what hangs on it (request id, 304, headers of every answer) the edge adds.

use axum::body::Body;
use bytes::Bytes;
use deskbell_core::Version;
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::condition;

/// The answer of a handler.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Content,
    /// The body is a JSON object whose last brace waits for the request id.
    pub(crate) wants_request_id: bool,
    /// What the body has besides, but not where the request is sent again.
    pub(crate) once: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Shared(Bytes),
    Stream(Body),
}

/// Totals of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where the list starts.
    pub start: u64,
    /// How many items it has at most.
    pub limit: u64,
    /// How many there are in all.
    pub total: u64,
    /// Whether `total` is exact.
    pub exact: bool,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Reply {
    fn json(body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(CONTENT_TYPE, JSON);
        Self {
            status: StatusCode::OK,
            headers,
            body: Content::Bytes(body),
            wants_request_id: false,
            once: Vec::new(),
        }
    }

    /// `{"type":"item","item":…}`.
    pub fn item(item: &impl Serialize) -> Self {
        let mut out = Vec::with_capacity(2_048);
        out.extend_from_slice(br#"{"type":"item","item":"#);
        write(&mut out, item);
        out.push(b'}');
        Self::json(out)
    }

    /// `{"type":"list","itemStart":…,"itemLimit":…,"itemTotal":…,"itemTotalExact":…,"items":[…],"nextCursor":…}`;
    /// the cursor is left out after the last row.
    pub fn list<T: Serialize>(page: Page, items: &[T], next_cursor: Option<&str>) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct List<'a, T> {
            r#type: &'static str,
            item_start: u64,
            item_limit: u64,
            item_total: u64,
            item_total_exact: bool,
            items: &'a [T],
            #[serde(skip_serializing_if = "Option::is_none")]
            next_cursor: Option<&'a str>,
        }
        let mut out = Vec::with_capacity(256 + items.len() * 1_024);
        write(
            &mut out,
            &List {
                r#type: "list",
                item_start: page.start,
                item_limit: page.limit,
                item_total: page.total,
                item_total_exact: page.exact,
                items,
                next_cursor,
            },
        );
        Self::json(out)
    }

    /// `{"type":"list","items":[…],"nextCursor":…}`: a list without totals.
    pub fn plain_list<T: Serialize>(items: &[T], next_cursor: Option<&str>) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct List<'a, T> {
            r#type: &'static str,
            items: &'a [T],
            #[serde(skip_serializing_if = "Option::is_none")]
            next_cursor: Option<&'a str>,
        }
        let mut out = Vec::with_capacity(64 + items.len() * 256);
        write(&mut out, &List { r#type: "list", items, next_cursor });
        Self::json(out)
    }

    /// `{"type":"result","message":…}`, to which `named`, `number`, `in_version` and `in_batch` add keys in the order called.
    pub fn result(message: &str) -> Self {
        let mut out = Vec::with_capacity(192);
        out.extend_from_slice(br#"{"type":"result","message":"#);
        write(&mut out, message);
        out.push(b'}');
        Self::json(out)
    }

    /// Adds a key to the object: `reply.with("created", &true)`. Does nothing to a stream.
    #[must_use]
    pub fn with(mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Self {
        if let Content::Bytes(out) = &mut self.body {
            out.pop();
            out.push(b',');
            write(out, key);
            out.push(b':');
            write(out, value);
            out.push(b'}');
        }
        self
    }

    /// Adds a key to the object that is told once: an answer that is kept for an Idempotency-Key does not have it.
    #[must_use]
    pub fn with_once(mut self, key: &str, value: &str) -> Self {
        self.once.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The answer with what is told once.
    #[must_use]
    pub(crate) fn complete(mut self) -> Self {
        let once = std::mem::take(&mut self.once);
        once.iter().fold(self, |reply, (key, value)| reply.with(key, value))
    }

    /// Names the id of a thing made or changed: `reply.named("ticketID", id.0)`.
    #[must_use]
    pub fn named(self, key: &str, id: i64) -> Self {
        self.with(key, &id)
    }

    /// Adds `version`, and an `ETag` of it.
    #[must_use]
    pub fn in_version(self, version: Version) -> Self {
        let mut reply = self.with("version", &version.0);
        reply.header(ETAG, &format!("\"{version}\""));
        reply
    }

    /// Adds `batchID`.
    #[must_use]
    pub fn in_batch(self, batch: &str) -> Self {
        self.with("batchID", batch)
    }

    /// Adds `Location`: the path of the thing made, such as `/api/v2/ticket/12`.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.header(LOCATION, path);
        self
    }

    /// Adds an `ETag` made of the version and of everything that the answer shows.
    #[must_use]
    pub fn tagged(mut self, version: Version) -> Self {
        if let Content::Bytes(out) = &self.body {
            let etag = condition::etag(version, out);
            self.header(ETAG, &etag);
        }
        self
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Bytes of another media type, such as a file.
    pub fn bytes(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self {
            status: StatusCode::OK,
            headers,
            body: Content::Shared(body.into()),
            wants_request_id: false,
            once: Vec::new(),
        }
    }

    /// A body that is made while it is sent, such as a stream of events.
    pub fn stream(media_type: &'static str, body: Body) -> Self {
        let mut reply = Self::bytes(media_type, Bytes::new());
        reply.body = Content::Stream(body);
        reply
    }

    /// Adds a header; a value that is none is left out.
    pub fn header(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.insert(name, value);
        }
    }

    /// `{"type":"job",…}` with 202 and its `Location`: work that goes on after the answer.
    pub fn job(message: &str, job_id: i64, batch: Option<&str>, total: u64, done: u64) -> Self {
        #[derive(Serialize)]
        struct Job<'a> {
            r#type: &'static str,
            message: &'a str,
            #[serde(rename = "jobID")]
            job_id: i64,
            #[serde(rename = "batchID", skip_serializing_if = "Option::is_none")]
            batch: Option<&'a str>,
            total: u64,
            done: u64,
        }
        let mut out = Vec::with_capacity(256);
        write(&mut out, &Job { r#type: "job", message, job_id, batch, total, done });
        Self::json(out).status(StatusCode::ACCEPTED).at(&format!("/api/v2/job/{job_id}"))
    }

    pub(crate) fn of_json(body: Vec<u8>) -> Self {
        Self::json(body)
    }
}

/// Views of the app serialize without fail into memory; if one did not, the answer would not be JSON and tests would see it.
pub(crate) fn write(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    if let Err(error) = serde_json::to_writer(out, value) {
        tracing::error!(%error, "an answer could not be written as JSON");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(reply: &Reply) -> &str {
        match &reply.body {
            Content::Bytes(bytes) => std::str::from_utf8(bytes).expect("text"),
            _ => panic!("no bytes"),
        }
    }

    #[test]
    fn a_result_names_what_was_made() {
        let reply = Reply::result("Ticket created.")
            .named("ticketID", 12)
            .in_version(Version(1))
            .in_batch("b-1")
            .at("/api/v2/ticket/12");
        assert_eq!(
            body(&reply),
            r#"{"type":"result","message":"Ticket created.","ticketID":12,"version":1,"batchID":"b-1"}"#
        );
        assert_eq!(reply.headers[LOCATION], "/api/v2/ticket/12");
        assert_eq!(reply.headers[ETAG], "\"1\"");
    }

    #[test]
    fn a_list_says_its_totals_and_leaves_the_last_cursor_out() {
        let page = Page { start: 0, limit: 15, total: 10_000, exact: false };
        assert_eq!(
            body(&Reply::list(page, &[1], Some("c"))),
            r#"{"type":"list","itemStart":0,"itemLimit":15,"itemTotal":10000,"itemTotalExact":false,"items":[1],"nextCursor":"c"}"#
        );
        assert!(!body(&Reply::list(page, &[1], None)).contains("nextCursor"));
        assert_eq!(body(&Reply::plain_list::<u8>(&[], None)), r#"{"type":"list","items":[]}"#);
    }

    #[test]
    fn a_job_is_a_202_with_a_relative_location() {
        let reply = Reply::job("Goes on.", 7, Some("b"), 10, 2);
        assert_eq!(reply.status, StatusCode::ACCEPTED);
        assert_eq!(reply.headers[LOCATION], "/api/v2/job/7");
        assert_eq!(
            body(&reply),
            r#"{"type":"job","message":"Goes on.","jobID":7,"batchID":"b","total":10,"done":2}"#
        );
    }
}
