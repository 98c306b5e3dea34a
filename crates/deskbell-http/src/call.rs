//! A call that has passed every check of the edge, as its handler gets it.

use std::sync::Arc;

use deskbell_core::Actor;

use crate::condition::Expected;
use crate::params::Params;

/// A checked call.
pub struct Call<S> {
    /// The backend.
    pub state: S,
    /// Who calls. An operation that is open to all gets an actor without rights.
    pub actor: Arc<Actor>,
    /// The parameters of query and body.
    pub params: Params,
    /// The id of the request, for logs.
    pub request_id: Arc<str>,
    /// Only the head of the answer is wanted (HEAD): nobody sees what stands in it.
    pub(crate) head: bool,
    /// Bytes that one file may have.
    pub(crate) file_limit: u64,
    pub(crate) path: Vec<(&'static str, i64)>,
    pub(crate) expected: Option<Expected>,
    /// `Last-Event-ID`, where a listener goes on.
    pub(crate) last_event: Option<String>,
    /// The Idempotency-Key, and a hash of what the request means.
    pub(crate) key: Option<(String, [u8; 32])>,
}

impl<S> Call<S> {
    /// An id of the path, by its name there.
    ///
    /// # Panics
    /// If the path has no such name, which is a fault of the program.
    pub fn id(&self, name: &str) -> i64 {
        match self.path.iter().find(|(known, _)| *known == name) {
            Some((_, id)) => *id,
            None => panic!("the path has no {name}"),
        }
    }

    /// What `If-Match` asks for; `None` if it was not sent.
    pub fn expected(&self) -> Option<&Expected> {
        self.expected.as_ref()
    }
}
