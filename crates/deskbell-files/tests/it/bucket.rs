//! A small S3 for tests: objects and uploads in parts, in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use deskbell_files::{Bucket, Files, Remote};
use http::{Method, StatusCode};

#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: HashMap<String, BTreeMap<u32, Vec<u8>>>,
    /// How many requests were not signed.
    unsigned: usize,
    /// Part number that is refused.
    refuses: Option<u32>,
}

impl Fake {
    /// Starts one, and the store of files over it.
    pub(crate) async fn start() -> (Self, Files) {
        let fake = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        let bucket = Bucket {
            name: "desk".into(),
            endpoint,
            region: "eu-west-1".into(),
            key_id: "id".into(),
            secret: "secret".into(),
            prefix: "a/b".into(),
        };
        (fake, Files::in_bucket(Remote::new(&bucket).expect("a bucket")))
    }

    pub(crate) fn objects(&self) -> Vec<String> {
        self.0.lock().expect("whole").objects.keys().cloned().collect()
    }

    pub(crate) fn uploads(&self) -> usize {
        self.0.lock().expect("whole").uploads.len()
    }

    pub(crate) fn unsigned(&self) -> usize {
        self.0.lock().expect("whole").unsigned
    }

    pub(crate) fn refuse(&self, part: u32) {
        self.0.lock().expect("whole").refuses = Some(part);
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 64 << 20).await.expect("a body");
    let path = parts.uri.path().trim_start_matches("/desk").trim_start_matches('/').to_owned();
    let query: HashMap<String, String> = parts
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut inner = fake.0.lock().expect("whole");
    let signed = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    if !signed.is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=id/")) {
        inner.unsigned += 1;
    }
    let missing = || (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response();
    match (parts.method, query.get("uploadId")) {
        (Method::POST, None) if query.contains_key("uploads") => {
            let id = format!("u{}", inner.uploads.len());
            inner.uploads.insert(id.clone(), BTreeMap::new());
            format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            )
            .into_response()
        }
        (Method::PUT, Some(id)) => {
            let number: u32 = query["partNumber"].parse().expect("a number");
            if inner.refuses == Some(number) {
                return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
            }
            inner.uploads.get_mut(id).expect("an upload").insert(number, body.to_vec());
            [("etag", format!("\"p{number}\""))].into_response()
        }
        (Method::POST, Some(id)) => {
            let parts = inner.uploads.remove(id).expect("an upload");
            inner.objects.insert(path, parts.into_values().flatten().collect());
            "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"
                .into_response()
        }
        (Method::DELETE, Some(id)) => {
            inner.uploads.remove(id);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::PUT, None) => {
            inner.objects.insert(path, body.to_vec());
            [("etag", "\"e\"")].into_response()
        }
        (Method::GET | Method::HEAD, None) => match inner.objects.get(&path) {
            Some(bytes) => {
                let headers = [("etag", "\"e\""), ("last-modified", "Wed, 25 Nov 2026 12:00:00 GMT")];
                (headers, bytes.clone()).into_response()
            }
            None => missing(),
        },
        (Method::POST, None) if query.contains_key("delete") => {
            let body = String::from_utf8_lossy(&body).into_owned();
            let mut deleted = String::new();
            for (key, _) in body.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>")) {
                // That it is not there is no error.
                inner.objects.remove(key);
                deleted.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
            }
            format!("<DeleteResult>{deleted}</DeleteResult>").into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}
