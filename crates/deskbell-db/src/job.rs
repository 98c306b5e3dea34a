//! A job with its types erased, so that one queue holds them all: it runs (perhaps again), keeps
//! its last result, and answers once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::error::Error;
use crate::tx::Tx;

/// How one run of a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    Done,
    Failed,
    Panicked,
}

/// A job in a queue.
pub(crate) type Job = Box<dyn Work>;

pub(crate) trait Work: Send {
    /// Runs the job once; its result replaces that of an earlier run.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Replaces the result: the transaction did not hold.
    fn fail(&mut self, error: Error);
    /// Hands the last result to the caller.
    fn answer(self: Box<Self>);
    /// The caller has gone; nobody waits for the result.
    fn abandoned(&self) -> bool;
}

struct Task<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// What the caller waits for.
pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

/// Wraps a closure for a queue.
pub(crate) fn job<T, E, F>(work: F) -> (Job, Answer<T, E>)
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Task { work, result: None, reply }), answer)
}

/// Runs a closure and turns a panic into an error.
pub(crate) fn guarded<T, E: From<Error>>(run: impl FnOnce() -> Result<T, E>) -> (Result<T, E>, Ran) {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => (Ok(value), Ran::Done),
        Ok(Err(error)) => (Err(error), Ran::Failed),
        Err(_) => (Err(Error::panicked().into()), Ran::Panicked),
    }
}

impl<T, E, F> Work for Task<T, E, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        // A result of an earlier run goes first: it must never be taken for that of a lost run.
        self.result = None;
        let (result, ran) = guarded(|| (self.work)(tx));
        self.result = Some(result);
        ran
    }

    fn fail(&mut self, error: Error) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(Error::closed().into()));
        // The caller may have gone meanwhile, which is its right.
        let _ = self.reply.send(result);
    }

    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}
