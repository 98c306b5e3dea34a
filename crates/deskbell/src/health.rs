//! Whether the server can do its work: `/healthz` (the process answers) and `/readyz` (the store answers a read and
//! takes a write).
//!
//! The probe writes a row of its own. That may still fit where a ticket does not, so the last bit of the disk counts as
//! full. An outcome counts for a second, so that many who ask cost one write.

mod sql;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskbell_app::{Desk, Error};
use deskbell_core::Actor;
use deskbell_db::{Kind, Lane};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an outcome counts.
const FRESH: Duration = Duration::from_secs(1);
/// How long the store may take.
const LIMIT: Duration = Duration::from_secs(5);
/// Bytes of the disk that count as none: a write of some tickets may need as much.
const LAST_BIT: u64 = 1 << 20;
const FULL: &str = "the disk is full: reads go on, writes are refused";

/// The probe of a desk. Cheap to clone; clones share the last outcome.
#[derive(Clone)]
pub(crate) struct Health {
    desk: Desk,
    system: Arc<Actor>,
    /// The data folder, where there is one.
    folder: Option<PathBuf>,
    last: Arc<Mutex<Option<(Instant, Outcome)>>>,
}

/// Ready, or why not.
pub(crate) type Outcome = Result<(), &'static str>;

impl Health {
    pub(crate) fn new(desk: Desk, folder: Option<PathBuf>) -> Self {
        Self { desk, system: Arc::new(Actor::system()), folder, last: Arc::default() }
    }

    /// Whether the store does its work.
    pub(crate) async fn ready(&self) -> Outcome {
        let mut last = self.last.lock().await;
        if let Some((at, outcome)) = *last
            && at.elapsed() < FRESH
        {
            return outcome;
        }
        let before = last.map(|(_, outcome)| outcome);
        let outcome = match tokio::time::timeout(LIMIT, self.probe()).await {
            Ok(Ok(())) if self.is_full() => Err(FULL),
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(reason(&error)),
            Err(_) => Err("the store does not answer in time"),
        };
        match outcome {
            Err(reason) if before != Some(outcome) => tracing::warn!(reason, "not ready"),
            Ok(()) if before.is_some_and(|before| before.is_err()) => tracing::info!("ready again"),
            _ => {}
        }
        *last = Some((Instant::now(), outcome));
        outcome
    }

    async fn probe(&self) -> Result<(), Error> {
        self.desk
            .read(Lane::Point, &self.system, |tx, _| Ok(tx.first(sql::READ, &[], |row| row.int(0))?))
            .await?;
        let write = self.desk.write(&self.system, "ready", |work| {
            let now = work.now.0.to_string();
            Ok(work.tx.exec(sql::WRITE, &[now.into()])?)
        });
        write.await.map(|_| ())
    }

    fn is_full(&self) -> bool {
        let room = self.folder.as_ref().and_then(|folder| rustix::fs::statvfs(folder).ok());
        room.is_some_and(|room| room.f_bavail.saturating_mul(room.f_frsize) < LAST_BIT)
    }
}

/// The reason in fixed words: anybody may ask, so nothing of the machine is told.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::Fault(_) => "the store refuses",
        Error::Files(_) => "the store of files cannot be reached",
        Error::Store(error) => match error.kind() {
            Kind::DiskFull => FULL,
            Kind::Overloaded => "the store has too much to do",
            Kind::Timeout => "the store does not answer in time",
            Kind::Closed => "the server is stopping",
            Kind::Rights => "the store may not be written",
            _ => "the store cannot be reached",
        },
    }
}
