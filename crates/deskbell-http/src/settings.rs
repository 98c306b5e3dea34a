//! What the edge is told at its start: who watches, whose word about addresses counts, which forms are off.

use std::sync::Arc;
use std::time::Duration;

use deskbell_core::Context;

use crate::peer::Network;

/// The settings of the edge.
#[derive(Clone)]
pub struct Settings {
    /// Time and randomness (for request ids).
    pub context: Arc<dyn Context>,
    /// Whether `?apiKey=` is a way to send a key; if not, a request with it is unauthenticated.
    pub key_in_query: bool,
    /// Whether PUT and DELETE of an item must carry `If-Match` (428 without).
    pub require_if_match: bool,
    /// The proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// How long the body of a request may take to arrive; one that brings files has that for each MiB.
    pub body_time: Duration,
    /// Bytes that one file may have.
    pub file: u64,
    /// Bytes that the files of one request may have together.
    pub upload: u64,
    /// Who is told about each finished request.
    pub observer: Arc<dyn Observer>,
}

impl Settings {
    /// The shipped defaults: a key may stand in the query, no proxy is trusted, a body has 30 seconds.
    pub fn new(context: Arc<dyn Context>) -> Self {
        Self {
            context,
            key_in_query: true,
            require_if_match: false,
            trusted_proxies: Vec::new(),
            body_time: Duration::from_secs(30),
            file: 25 << 20,
            upload: 100 << 20,
            observer: Arc::new(Unwatched),
        }
    }
}

/// A request that has its answer. It holds neither query nor key nor anything that a person wrote.
#[derive(Clone, Copy, Debug)]
pub struct Finished<'a> {
    /// The whole path with its ids as names, such as `/api/v2/ticket/{ticketID}`; `unmatched` if it is none of a call.
    pub route: &'static str,
    /// The method; `other` if it is no usual one.
    pub method: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// From the head of the request to the whole answer in memory (or the beginning of a stream).
    pub duration: Duration,
    /// The id of the request.
    pub request_id: &'a str,
}

/// Who is told about each finished request: access log and metrics.
pub trait Observer: Send + Sync + 'static {
    /// Called once per request, on the thread that answers; must not block.
    fn finished(&self, request: Finished<'_>);
}

struct Unwatched;

impl Observer for Unwatched {
    fn finished(&self, _: Finished<'_>) {}
}
