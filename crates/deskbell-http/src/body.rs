//! The body of a request: its size, its encoding, its bytes.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use deskbell_core::{Code, Fault};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt;

use crate::decode::Encoding;
use crate::media::MediaType;

/// Whether the body says that it is a form of parts.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    value.is_some_and(|value| MediaType::parse(&value).essence == "multipart/form-data")
}

/// Refuses a body that says itself that it is too large.
pub(crate) fn declared_size(headers: &HeaderMap, limit: u64) -> Result<(), Fault> {
    let length = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > limit => Err(too_large(limit)),
        _ => Ok(()),
    }
}

fn too_large(limit: u64) -> Fault {
    let mebibytes = limit >> 20;
    Fault::new(
        Code::PayloadTooLarge,
        format!("The body is larger than {mebibytes} MiB, the most that this call takes."),
    )
}

/// How the body is encoded, if it says so. Errors: `unsupported_media_type`.
pub(crate) fn encoding(headers: &HeaderMap) -> Result<Option<Encoding>, Fault> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(unsupported("A body with Content-Encoding is not taken; send it as it is."));
    }
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let media = MediaType::parse(&String::from_utf8_lossy(value.as_bytes()));
    if values.next().is_some() {
        return Err(unsupported("The request has more than one Content-Type."));
    }
    let encoding = match media.essence.as_str() {
        "application/json" => Encoding::Json,
        "application/x-www-form-urlencoded" => Encoding::Form,
        "multipart/form-data" => Encoding::Multipart(media.good_boundary().map(str::to_owned)),
        _ => return Err(unsupported(TAKEN)),
    };
    if !media.is_utf8() {
        return Err(unsupported("Text is taken in UTF-8 only; Content-Type names another charset."));
    }
    Ok(Some(encoding))
}

const TAKEN: &str =
    "The Content-Type must be application/json, application/x-www-form-urlencoded or multipart/form-data.";

/// A body that does not say what it is, is not guessed at.
pub(crate) fn needs_encoding(body: &[u8], encoding: Option<&Encoding>) -> Result<(), Fault> {
    if encoding.is_none() && !body.is_empty() { Err(unsupported(TAKEN)) } else { Ok(()) }
}

fn unsupported(message: &str) -> Fault {
    Fault::new(Code::UnsupportedMediaType, message)
}

/// Reads the whole body. Errors: too large, too slow, or broken off.
pub(crate) async fn read(body: Body, limit: usize, time: Duration) -> Result<Bytes, Fault> {
    if http_body::Body::is_end_stream(&body) {
        return Ok(Bytes::new());
    }
    let late = || {
        Fault::new(Code::MalformedBody, format!("The body did not arrive within {} seconds.", time.as_secs()))
    };
    tokio::time::timeout(time, collect(body, limit)).await.unwrap_or_else(|_| Err(late()))
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Fault> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| Fault::new(Code::MalformedBody, "The body broke off before its end."))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + whole.len() + data.len() > limit {
            return Err(too_large(limit as u64));
        }
        // Most bodies are one piece, which need not be copied.
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}
