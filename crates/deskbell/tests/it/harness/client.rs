//! A caller with a key, and what it sees.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use deskbell_core::KeyId;
use futures_util::StreamExt;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::documented;

/// A caller.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    runtime: Arc<Runtime>,
    secret: Option<String>,
    pub(crate) id: KeyId,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body as it came.
    pub(crate) bytes: Vec<u8>,
    /// The same as text; empty of a file.
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// Server-sent events as they come.
pub(crate) struct Events {
    stream: BodyDataStream,
    text: String,
    runtime: Arc<Runtime>,
}

impl Iterator for Events {
    type Item = (String, Value);

    /// The id and the data of the next event; `None` at the end of the stream.
    ///
    /// # Panics
    /// If nothing comes for a long time.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let Some(id) = field("id: ") else { continue };
                assert_eq!(field("event: ").as_deref(), Some("change"));
                return Some((id, serde_json::from_str(&field("data: ").expect("data")).expect("JSON")));
            }
            let (runtime, limit) = (Arc::clone(&self.runtime), Duration::from_secs(30));
            let next = runtime.block_on(async { tokio::time::timeout(limit, self.stream.next()).await });
            let next = next.expect("the stream is silent");
            let bytes = next?.expect("bytes");
            self.text.push_str(std::str::from_utf8(&bytes).expect("UTF-8"));
        }
    }
}

impl Client {
    pub(crate) fn new(router: Router, runtime: Arc<Runtime>, secret: Option<String>, id: KeyId) -> Self {
        Self { router, runtime, secret, id }
    }

    /// The key itself.
    pub(crate) fn secret(&self) -> &str {
        self.secret.as_deref().expect("a caller with a key")
    }

    /// A stream of server-sent events.
    pub(crate) fn listen(&self, path: &str, last: Option<&str>) -> Events {
        let request = self.request(Method::GET, path).header("apikey", self.secret());
        let request = last.into_iter().fold(request, |request, id| request.header("last-event-id", id));
        let request = request.body(Body::empty()).expect("a request");
        let answer = self.runtime.block_on(self.router.clone().oneshot(request)).expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Events {
            stream: answer.into_body().into_data_stream(),
            text: String::new(),
            runtime: self.runtime.clone(),
        }
    }

    /// Sends any request; the key goes along unless the request has one.
    pub(crate) async fn send_async(&self, request: http::request::Builder, body: impl Into<Body>) -> Seen {
        let mut request = request.body(body.into()).expect("a request");
        let carries = |name: &str| request.headers().contains_key(name);
        if let Some(secret) = self.secret.as_ref().filter(|_| !carries("apikey") && !carries("authorization"))
        {
            request.headers_mut().insert("apikey", secret.parse().expect("a header value"));
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        // A stream has no end; tests of streams read it themselves.
        let endless = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if endless { Body::empty() } else { body };
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("a whole answer");
        let is_file = parts.headers.contains_key("content-disposition");
        let text = if is_file { String::new() } else { String::from_utf8(bytes.to_vec()).expect("UTF-8") };
        documented::check(&method, &path, parts.status, &parts.headers, &text);
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Seen { status: parts.status, headers: parts.headers, bytes: bytes.to_vec(), text, json }
    }

    pub(crate) fn send(&self, request: http::request::Builder, body: impl Into<Body>) -> Seen {
        self.runtime.clone().block_on(self.send_async(request, body))
    }

    /// The path is below `/api/v2`.
    pub(crate) fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(format!("/api/v2{path}"))
    }

    pub(crate) fn get(&self, path: &str) -> Seen {
        self.send(self.request(Method::GET, path), Body::empty())
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Seen {
        self.json(Method::POST, path, body)
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Seen {
        self.json(Method::PUT, path, body)
    }

    pub(crate) fn delete(&self, path: &str) -> Seen {
        self.send(self.request(Method::DELETE, path), Body::empty())
    }

    pub(crate) fn json(&self, method: Method, path: &str, body: Value) -> Seen {
        self.send(self.request(method, path).header("content-type", "application/json"), body.to_string())
    }

    pub(crate) fn form(&self, method: Method, path: &str, body: &str) -> Seen {
        let request = self.request(method, path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, body.to_owned())
    }

    /// A multipart body of text parts.
    pub(crate) fn multipart(&self, method: Method, path: &str, parts: &[(&str, &str)]) -> Seen {
        let mut body = String::new();
        for (name, value) in parts {
            body.push_str(&format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str("--edge--\r\n");
        let request = self.request(method, path).header("content-type", "multipart/form-data; boundary=edge");
        self.send(request, body)
    }
}

/// A part of a form that may be a file.
pub(crate) enum Part<'p> {
    /// A field.
    Text(&'p str, &'p str),
    /// A file: the field, what stands as its name in the header, and its bytes.
    File(&'p str, &'p str, &'p [u8]),
}

impl Client {
    /// A multipart body in which there may be files.
    pub(crate) fn upload(&self, path: &str, parts: &[Part<'_>]) -> Seen {
        let request =
            self.request(Method::POST, path).header("content-type", "multipart/form-data; boundary=edge");
        self.send(request, form(parts))
    }
}

/// The bytes of a form of parts with the boundary `edge`.
pub(crate) fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let (head, bytes) = match part {
            Part::Text(name, value) => (format!("name=\"{name}\""), value.as_bytes()),
            Part::File(name, file, bytes) => (format!("name=\"{name}\"; filename=\"{file}\""), *bytes),
        };
        body.extend(format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

impl Seen {
    /// The body, if the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json
    }

    /// That the answer is this refusal, of these fields (an empty name for none).
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str, fields: &[&str]) -> Value {
        let json = self.expect(status);
        assert_eq!(json["status"], "error", "{json}");
        assert_eq!(json["code"], code, "{json}");
        let seen: Vec<&str> = json["errors"]
            .as_array()
            .map_or(Vec::new(), |errors| errors.iter().map(|e| e["field"].as_str().unwrap_or("")).collect());
        assert_eq!(seen, fields, "{json}");
        json
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("text"))
    }

    /// The ids of a list's items.
    #[track_caller]
    pub(crate) fn ids(self) -> Vec<i64> {
        let json = self.expect(200);
        json["items"].as_array().expect("items").iter().map(|i| i["id"].as_i64().expect("an id")).collect()
    }
}
