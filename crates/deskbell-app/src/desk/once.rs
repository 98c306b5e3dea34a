//! Requests with an Idempotency-Key: which are under way on this node, and writes whose answer is kept.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use deskbell_core::{Actor, ActorId};
use deskbell_db::Lane;

use super::Desk;
use crate::error::Result;
use crate::idempotency::{self, Answer, Before, Once};
use crate::work::{BatchId, Work};

/// Callers and keys of requests that are under way.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Arc<Mutex<HashSet<(ActorId, String)>>>);

/// A request that is under way; it ends with this value.
#[derive(Debug)]
pub struct Guard {
    under_way: UnderWay,
    request: (ActorId, String),
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.request);
    }
}

impl Desk {
    /// Begins a request with an Idempotency-Key, so that a second one with it is told at once.
    ///
    /// Errors: `idempotency_in_progress`.
    fn enter(&self, actor: &Actor, once: &Once) -> Result<Guard> {
        let under_way = self.inner.under_way.clone();
        let request = (actor.id, once.key.clone());
        let new = under_way.0.lock().unwrap_or_else(PoisonError::into_inner).insert(request.clone());
        if new { Ok(Guard { under_way, request }) } else { Err(idempotency::in_progress()) }
    }

    /// As `write`, for a request that may have an Idempotency-Key: its answer is kept in the transaction of the write, or
    /// the one that is kept already is answered, with nothing done.
    ///
    /// Errors: those of the job; `idempotency_mismatch`, `idempotency_in_progress`.
    pub async fn write_once<T, F>(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        keep: Option<Keep<(T, BatchId)>>,
        mut job: F,
    ) -> Result<Told<(T, BatchId)>>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let _guard = self.begin(actor, keep.as_ref())?;
        let write = self.write(actor, call, move |work| {
            if let Some(before) = Keep::before(keep.as_ref(), work)? {
                return Ok(before);
            }
            let done = (job(work)?, work.batch.clone());
            Keep::store(keep.as_ref(), work, done)
        });
        Ok(write.await?.0)
    }

    /// What an earlier request with this Idempotency-Key was answered, if that is kept.
    ///
    /// Errors: `idempotency_mismatch`.
    pub async fn answered(&self, actor: &Arc<Actor>, once: Once) -> Result<Option<Answer>> {
        let now = self.inner.context.now();
        let find = self.read(Lane::Point, actor, move |tx, actor| idempotency::find(tx, actor, &once, now));
        match find.await? {
            Before::Answered(answer) => Ok(Some(answer)),
            Before::Nothing | Before::Expired | Before::Working(..) => Ok(None),
        }
    }

    /// Begins a request, if it has an Idempotency-Key.
    ///
    /// Errors: `idempotency_in_progress`.
    pub(crate) fn begin<T>(&self, actor: &Actor, keep: Option<&Keep<T>>) -> Result<Option<Guard>> {
        keep.map(|keep| self.enter(actor, &keep.once)).transpose()
    }
}

/// How the answer of a request is kept for its Idempotency-Key.
pub struct Keep<T> {
    /// The key.
    pub once: Once,
    /// What the caller is told of what was done.
    pub tell: Arc<dyn Fn(&T) -> Answer + Send + Sync>,
}

impl<T> Clone for Keep<T> {
    fn clone(&self) -> Self {
        Self { once: self.once.clone(), tell: Arc::clone(&self.tell) }
    }
}

impl<T> std::fmt::Debug for Keep<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.once.fmt(f)
    }
}

/// What came of a write that may have had an Idempotency-Key.
#[derive(Debug)]
pub enum Told<T> {
    /// It was done; there was no key.
    Done(T),
    /// It was done, and this is kept as its answer.
    Kept(Answer),
    /// It was done before, and this was its answer.
    Before(Answer),
}

impl<T> Told<T> {
    /// What was done; `None` where there was a key, and so an answer.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Kept(_) | Self::Before(_) => None,
        }
    }
}

impl<T> Keep<T> {
    /// What was answered before, in the transaction that would do the work.
    pub(crate) fn before(keep: Option<&Self>, work: &mut Work<'_, '_>) -> Result<Option<Told<T>>> {
        let before = keep.map(|keep| idempotency::before(work, &keep.once)).transpose()?;
        Ok(before.flatten().map(Told::Before))
    }

    /// Keeps the answer in the transaction that did the work; a refusal is not kept.
    pub(crate) fn store(keep: Option<&Self>, work: &mut Work<'_, '_>, done: T) -> Result<Told<T>> {
        let Some(keep) = keep else { return Ok(Told::Done(done)) };
        let answer = (keep.tell)(&done);
        if !answer.is_success() {
            return Ok(Told::Done(done));
        }
        idempotency::keep(work, &keep.once, &answer)?;
        Ok(Told::Kept(answer))
    }
}
