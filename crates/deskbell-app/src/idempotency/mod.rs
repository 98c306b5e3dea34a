//! Answers that are kept for requests with an `Idempotency-Key` (api.md section 7): a write that is sent again is not done
//! again, and is answered as before.
//!
//! The answer is written in the transaction of the write, so one is there exactly if the other is. What was not done (a
//! refusal, an overload) keeps nothing: such a request may be tried again under its key. Bulk work that goes on after its
//! first transaction keeps the work's id first and its answer later.

mod sql;

use deskbell_core::{Actor, Code, Fault, JobId, Timestamp};
use deskbell_db::{Engine, Tx};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::journal::actor_text;
use crate::work::Work;

/// A key as a request sent it, with what it is asked to stand for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// The key: belongs to its caller.
    pub key: String,
    /// A hash of what the request means, not of its bytes.
    pub fingerprint: [u8; 32],
    /// For how many seconds an answer is kept.
    pub seconds: i64,
}

/// An answer as it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers that the answer had of its own.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What the body has besides for the first request alone: names and texts that are not kept, such as a secret of which
    /// the store has only a hash.
    pub once: Vec<(String, String)>,
}

impl Answer {
    /// Whether something was done: a refusal is not kept.
    pub(crate) fn is_success(&self) -> bool {
        self.status < 400
    }
}

/// What is known of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Before {
    /// The request is new.
    Nothing,
    /// It was answered too long ago to count.
    Expired,
    /// It was answered.
    Answered(Answer),
    /// It began bulk work, at that time, and has not been answered yet.
    Working(JobId, Timestamp),
}

/// A hash of what a request means: of the texts in their order.
pub fn fingerprint<'t>(texts: impl IntoIterator<Item = &'t str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// The answer that the caller's earlier request with this key got.
///
/// Errors: `idempotency_mismatch` if that was another request; `idempotency_in_progress` if it is under way.
pub(crate) fn before(work: &mut Work<'_, '_>, once: &Once) -> Result<Option<Answer>> {
    if work.tx.engine() == Engine::Postgres {
        let name = format!("{} {}", actor_text(work.actor.id), once.key);
        if work.tx.first(sql::POSTGRES_TAKE, &[name.into()], |row| row.int(0))? == Some(0) {
            return Err(in_progress());
        }
    }
    match find(work.tx, work.actor, once, work.now)? {
        Before::Nothing => {}
        Before::Expired => {
            work.tx.exec(sql::FORGET, &[actor_text(work.actor.id).into(), once.key.as_str().into()])?;
        }
        Before::Answered(answer) => return Ok(Some(answer)),
        Before::Working(..) => return Err(in_progress()),
    }
    Ok(None)
}

pub(crate) fn in_progress() -> crate::error::Error {
    let message = "The first request with this Idempotency-Key is still running. Send this one again after Retry-After \
                   seconds; it is answered as the first one then.";
    Fault::of("Idempotency-Key", Code::IdempotencyInProgress, message).into()
}

/// What is known of a key.
///
/// Errors: `idempotency_mismatch`.
pub(crate) fn find(tx: &mut Tx<'_>, actor: &Actor, once: &Once, now: Timestamp) -> Result<Before> {
    let params = [actor_text(actor.id).into(), once.key.as_str().into()];
    let found = tx.first(sql::FIND, &params, |row| {
        let answer = match row.opt_int(1)? {
            Some(status) => Some(Answer {
                status: u16::try_from(status).unwrap_or(500),
                headers: serde_json::from_str(row.str(2)?).unwrap_or_default(),
                body: row.blob(3)?.to_vec(),
                once: Vec::new(),
            }),
            None => None,
        };
        let (same, job) = (row.blob(0)? == once.fingerprint, row.opt_int(4)?);
        Ok((same, answer, job, Timestamp(row.int(5)?)))
    })?;
    let Some((same, answer, job, began)) = found else { return Ok(Before::Nothing) };
    if began.0 <= now.0 - once.seconds {
        return Ok(Before::Expired);
    }
    if !same {
        let message = "This Idempotency-Key was used for another request. A new request needs a new key.";
        return Err(Fault::of("Idempotency-Key", Code::IdempotencyMismatch, message).into());
    }
    Ok(match (answer, job) {
        (Some(answer), _) => Before::Answered(answer),
        (None, job) => Before::Working(JobId(job.unwrap_or_default()), began),
    })
}

/// Keeps the answer of the write, in its transaction.
pub(crate) fn keep(work: &mut Work<'_, '_>, once: &Once, answer: &Answer) -> Result<()> {
    insert(work, once, Some(answer), None)
}

/// Keeps that bulk work has begun, in the transaction that writes it down.
pub(crate) fn keep_work(work: &mut Work<'_, '_>, once: &Once, job: JobId) -> Result<()> {
    insert(work, once, None, Some(job))
}

fn insert(work: &mut Work<'_, '_>, once: &Once, answer: Option<&Answer>, job: Option<JobId>) -> Result<()> {
    let headers = answer.map(headers_text);
    work.tx.exec(
        sql::KEEP,
        &[
            actor_text(work.actor.id).into(),
            once.key.as_str().into(),
            (&once.fingerprint).into(),
            answer.map(|answer| i64::from(answer.status)).into(),
            headers.as_deref().into(),
            answer.map(|answer| answer.body.as_slice()).into(),
            job.map(|job| job.0).into(),
            work.now.0.into(),
        ],
    )?;
    Ok(())
}

fn headers_text(answer: &Answer) -> String {
    serde_json::to_string(&answer.headers).unwrap_or_default()
}

/// Keeps the answer of bulk work, and answers what stands there then: of two that find an answer at the same time, both give
/// the first one's. A refusal is forgotten, since nothing was done: `None`.
pub(crate) fn answered(
    work: &mut Work<'_, '_>,
    once: &Once,
    job: JobId,
    answer: Answer,
) -> Result<Option<Answer>> {
    let caller = actor_text(work.actor.id);
    let (caller, name) = (caller.as_str(), once.key.as_str());
    if !answer.is_success() {
        work.tx.exec(sql::FORGET, &[caller.into(), name.into()])?;
        return Ok(None);
    }
    let headers = headers_text(&answer);
    work.tx.exec(
        sql::ANSWER,
        &[
            caller.into(),
            name.into(),
            i64::from(answer.status).into(),
            headers.as_str().into(),
            answer.body.as_slice().into(),
            job.0.into(),
        ],
    )?;
    match find(work.tx, work.actor, once, work.now)? {
        Before::Answered(first) => Ok(Some(first)),
        Before::Nothing | Before::Expired | Before::Working(..) => Ok(Some(answer)),
    }
}

/// Forgets up to `most` of the answers that are older than `until`. Answers how many.
pub(crate) fn purge(tx: &mut Tx<'_>, until: Timestamp, most: i64) -> Result<u64> {
    Ok(tx.exec(sql::PURGE, &[until.0.into(), most.into()])?)
}

/// Takes the name of a file out of the answer that its upload got at that time, if that is kept: answers have no other text of a
/// customer.
pub(crate) fn forget_name(
    tx: &mut Tx<'_>,
    caller: &str,
    at: Timestamp,
    (file, name): (i64, &str),
) -> Result<()> {
    let kept = tx.all(sql::KEPT_AT, &[at.0.into(), caller.into()], |row| {
        Ok((row.int(0)?, String::from_utf8_lossy(row.blob(1)?).into_owned()))
    })?;
    let named = format!("\"name\":{}", serde_json::to_string(name).unwrap_or_default());
    for (id, body) in kept {
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        if answer["fileID"].as_i64() == Some(file) {
            let body = body.replacen(&named, "\"name\":\"file\"", 1);
            tx.exec(sql::REWRITE, &[id.into(), body.as_bytes().into()])?;
        }
    }
    Ok(())
}
