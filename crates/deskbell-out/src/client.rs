//! The client: one request, one answer or one failure, within one time limit.
//!
//! Each request has a connection of its own: a server that answers one request twice cannot answer the next one with it.
//! It follows no redirect, asks no proxy, keeps no cookie, decompresses nothing and tries nothing again: what an answer
//! means, and whether to try later, is the caller's matter.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue, USER_AGENT};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use crate::connect::{Dialler, Secured};
use crate::failure::Failure;
use crate::guard::Guard;
use crate::message::{Answer, Request, header};
use crate::net::{Net, System};
use crate::tls;

/// Bytes that the head of an answer may have.
const HEAD: usize = 32 << 10;
/// Who we say we are.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("deskbell/", env!("CARGO_PKG_VERSION")));

/// How a client is set up. The default is for production: public addresses by https.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// Lets plain `http` and the networks through that somebody may run services of their own in: loopback, private,
    /// carrier NAT, unique local. Link-local addresses and the metadata services of clouds stay refused.
    pub allow_private: bool,
    /// Certificate authorities beside those of the system: a PEM text with any number of certificates.
    pub authorities: String,
}

/// Sends requests to targets that administrators chose. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: legacy::Client<Secured, Full<Bytes>>,
    allow_private: bool,
}

impl Client {
    /// A client over the network of the machine. Reads the system's certificate authorities.
    ///
    /// # Errors
    ///
    /// [`Failure::Tls`] if an authority in the options cannot be read.
    pub fn new(options: &Options) -> Result<Self, Failure> {
        Self::over(options, Arc::new(System))
    }

    pub(crate) fn over(options: &Options, net: Arc<dyn Net>) -> Result<Self, Failure> {
        let allow_private = options.allow_private;
        let (config, authorities) = tls::config(&options.authorities)?;
        let dialler = Dialler { guard: Guard { allow_private }, net };
        let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1();
        let connector = Secured { inner: builder.wrap_connector(dialler), authorities };
        let inner = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_max_idle_per_host(0)
            .http1_max_buf_size(HEAD)
            .build(connector);
        Ok(Self { inner, allow_private })
    }

    /// Sends the request and waits for the answer, at most as long as the request says.
    ///
    /// A status is an answer, whatever it is. Once the head of an answer is there, a body that does not end, breaks off
    /// or is longer than wanted does not undo it: [`Answer::cut`] tells.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let began = Instant::now();
        let (limit, keep, place) = (request.limit, request.keep, request.target.place());
        let request = self.prepared(request)?;
        let answer = match timeout(limit, self.inner.request(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(Failure::from_client(&place, &error)),
            Err(_) => return Err(Failure::Silent(limit)),
        };
        let (head, incoming) = answer.into_parts();
        let mut body = Vec::new();
        let left = limit.saturating_sub(began.elapsed());
        let whole = timeout(left, read(incoming, keep, &mut body)).await.unwrap_or(false);
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body,
            cut: !whole,
            took: began.elapsed(),
        })
    }

    fn prepared(&self, request: Request) -> Result<http::Request<Full<Bytes>>, Failure> {
        if !request.target.is_secure() && !self.allow_private {
            return Err(Failure::Refused("not sent, since http:// is in the clear; use https://".to_owned()));
        }
        let mut prepared = http::Request::new(Full::from(request.body));
        *prepared.method_mut() = request.method.into();
        *prepared.uri_mut() = request.target.uri().clone();
        for (name, value) in &request.headers {
            let (name, value) = header(name, value).map_err(Failure::Refused)?;
            prepared.headers_mut().append(name, value);
        }
        prepared.headers_mut().insert(USER_AGENT, AGENT);
        prepared.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        Ok(prepared)
    }
}

/// Reads as much of a body as is kept, and says whether that was all. What is there stays there if the reading is given
/// up; a body that is dropped before its end has come closes its connection.
async fn read(mut incoming: Incoming, keep: usize, body: &mut Vec<u8>) -> bool {
    while let Some(frame) = incoming.frame().await {
        // Broken off.
        let Ok(frame) = frame else { return false };
        let Ok(data) = frame.into_data() else { continue };
        let room = keep - body.len();
        body.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return false;
        }
    }
    true
}
