//! SIGTERM and SIGINT: the first asks the server to stop, a second one ends it at once.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals from now on.
pub(crate) struct Signals {
    term: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes them over; called inside the runtime.
    pub(crate) fn watch() -> Result<Self> {
        let take = |kind| signal(kind).context("the signals of the system cannot be watched");
        Ok(Self { term: take(SignalKind::terminate())?, interrupt: take(SignalKind::interrupt())? })
    }

    /// Waits for one; answers its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
