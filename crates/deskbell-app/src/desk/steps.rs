//! Writes of several transactions under one batch, for work over many tickets that belongs to one call.

use std::sync::Arc;

use deskbell_core::Actor;
use deskbell_db::{Kind, Urgency};

use super::{Desk, Keep, Told};
use crate::error::{Error, Result};
use crate::work::{BatchId, Work};

impl Desk {
    /// Runs `step` in one transaction after the other, until it answers something. The first one shares its COMMIT with others
    /// that wait; most such work is done by then. It is finished even if the caller has gone; `ended` says what holds if it
    /// ends early.
    ///
    /// Errors: those of a step, after which the steps before stand; `idempotency_mismatch`, `idempotency_in_progress`.
    pub(crate) async fn in_steps<T, F>(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        keep: Option<Keep<(T, BatchId)>>,
        ended: &'static str,
        step: F,
    ) -> Result<Told<(T, BatchId)>>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<Option<T>> + Clone + Send + 'static,
    {
        let batch = BatchId::new(&**self.context());
        let guard = self.begin(actor, keep.as_ref())?;
        let (desk, actor) = (self.clone(), Arc::clone(actor));
        let running = tokio::spawn(async move {
            let _guard = guard;
            let mut urgency = Urgency::Interactive;
            loop {
                let (step, keep) = (step.clone(), keep.clone());
                let next = move |work: &mut Work<'_, '_>| {
                    if let Some(before) = Keep::before(keep.as_ref(), work)? {
                        return Ok(Some(before));
                    }
                    let Some(done) = step(work)? else { return Ok(None) };
                    let done = (done, work.batch.clone());
                    Keep::store(keep.as_ref(), work, done).map(Some)
                };
                if let Some(told) = desk.write_in(&batch, urgency, &actor, call, next).await? {
                    return Ok(told);
                }
                urgency = Urgency::Bulk;
            }
        });
        running.await.unwrap_or_else(|_| Err(Error::Store(deskbell_db::Error::new(Kind::Engine, ended))))
    }
}
