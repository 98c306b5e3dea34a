//! `Idempotency-Key`: what a request means by it, and answers that are kept and given again.

use std::sync::Arc;

use deskbell_app::idempotency::{Answer, Once};
use deskbell_app::{BatchId, Desk, Keep, Told, Work};
use deskbell_core::Code;
use deskbell_core::fault::Detail;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::call::Call;
use crate::error::{Failure, detail};
use crate::reply::{Content, Reply};

/// The header of a request.
pub(crate) const NAME: &str = "Idempotency-Key";
/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters that a key may have.
pub(crate) const LENGTH: usize = 255;

/// The key of a request. One that is none goes to the wrong values.
pub(crate) fn key(headers: &HeaderMap, wrong: &mut Vec<Detail>) -> Option<String> {
    let mut values = headers.get_all(NAME).iter();
    let first = values.next()?;
    let text = first.to_str().ok().filter(|text| (1..=LENGTH).contains(&text.len()));
    let key = text.filter(|text| values.next().is_none() && text.bytes().all(|b| (0x20..0x7F).contains(&b)));
    if key.is_none() {
        let message = format!("{NAME} must be sent once, with 1 to {LENGTH} printable characters.");
        wrong.push(detail(NAME, Code::InvalidParameter, message));
    }
    key.map(str::to_owned)
}

/// A write that is about to run.
pub(crate) struct Write<'c, F> {
    call: &'c Call<Desk>,
    name: &'static str,
    job: F,
}

impl Call<Desk> {
    /// The caller's Idempotency-Key, and what this request means.
    fn once(&self) -> Option<Once> {
        let (key, fingerprint) = self.key.clone()?;
        Some(Once { key, fingerprint, seconds: self.state.settings().idempotency_hours * 3_600 })
    }

    /// How the answer of this call is kept, if it has an Idempotency-Key.
    pub(crate) fn keep<T>(&self, reply: impl Fn(&T) -> Reply + Send + Sync + 'static) -> Option<Keep<T>> {
        let once = self.once()?;
        Some(Keep { once, tell: Arc::new(move |done| reply(done).kept()) })
    }

    /// A write, as the journal names it; `answer` runs it.
    pub(crate) fn write<T, F>(&self, name: &'static str, job: F) -> Write<'_, F>
    where
        F: FnMut(&mut Work<'_, '_>) -> deskbell_app::Result<T> + Send + 'static,
    {
        Write { call: self, name, job }
    }
}

impl<F> Write<'_, F> {
    /// Runs the write, and answers what `reply` says of it, with the batch. Under an Idempotency-Key that answer is kept with
    /// the write; or the one that is kept already is given again.
    pub(crate) async fn answer<T, R>(self, reply: R) -> Result<Reply, Failure>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> deskbell_app::Result<T> + Send + 'static,
        R: Fn(&T) -> Reply + Send + Sync + 'static,
    {
        let reply = Arc::new(move |done: &(T, BatchId)| reply(&done.0).in_batch(done.1.as_str()));
        let keep = self.call.keep({
            let reply = Arc::clone(&reply);
            move |done| reply(done)
        });
        let told = self.call.state.write_once(&self.call.actor, self.name, keep, self.job).await?;
        Ok(answer(told, |done| reply(&done)))
    }
}

impl<F> Write<'_, F> {
    /// The same for a write that something outside has to be asked for first. It is not asked for a request that has its
    /// answer.
    pub(crate) async fn answer_after<T, R>(
        self,
        ready: impl Future<Output = deskbell_app::Result<()>>,
        reply: R,
    ) -> Result<Reply, Failure>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> deskbell_app::Result<T> + Send + 'static,
        R: Fn(&T) -> Reply + Send + Sync + 'static,
    {
        if let Some(once) = self.call.once()
            && let Some(before) = self.call.state.answered(&self.call.actor, once).await?
        {
            return Ok(answer(Told::Before(before), |()| Reply::result("")));
        }
        ready.await?;
        self.answer(reply).await
    }
}

/// The reply to what was told: made now, or kept.
pub(crate) fn answer<T>(told: Told<T>, reply: impl FnOnce(T) -> Reply) -> Reply {
    match told {
        Told::Done(done) => reply(done),
        Told::Kept(answer) => Reply::again(answer),
        Told::Before(answer) => {
            let mut reply = Reply::again(answer);
            reply.header(REPLAYED, "true");
            reply
        }
    }
}

impl Reply {
    /// As it is kept.
    fn kept(self) -> Answer {
        let headers = self
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let body = match self.body {
            Content::Bytes(ref bytes) => bytes.clone(),
            Content::Shared(ref bytes) => bytes.to_vec(),
            Content::Stream(_) => Vec::new(),
        };
        Answer { status: self.status.as_u16(), headers: headers.collect(), body, once: self.once }
    }

    /// As it was kept.
    fn again(answer: Answer) -> Self {
        let mut reply = Self::of_json(answer.body);
        reply.once = answer.once;
        for (name, value) in answer.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                reply.headers.insert(name, value);
            }
        }
        reply.status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK))
    }
}
