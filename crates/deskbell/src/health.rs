//! Whether the server can do its work: `/healthz` (the process answers) and `/readyz` (the store answers a read and
//! takes a write).
//!
//! A full disk is noticed by trying: the probe writes a row of its own. Its outcome counts for a second, so that many
//! who ask cost one write.

mod sql;

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

/// The probe of a desk. Cheap to clone; clones share the last outcome.
#[derive(Clone)]
pub(crate) struct Health {
    desk: Desk,
    system: Arc<Actor>,
    last: Arc<Mutex<Option<(Instant, Outcome)>>>,
}

/// Ready, or why not.
pub(crate) type Outcome = Result<(), &'static str>;

impl Health {
    pub(crate) fn new(desk: Desk) -> Self {
        Self { desk, system: Arc::new(Actor::system()), last: Arc::default() }
    }

    /// Whether the store does its work.
    pub(crate) async fn ready(&self) -> Outcome {
        let mut last = self.last.lock().await;
        if let Some((at, outcome)) = *last
            && at.elapsed() < FRESH
        {
            return outcome;
        }
        let outcome = match tokio::time::timeout(LIMIT, self.probe()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(reason(&error)),
            Err(_) => Err("the store does not answer in time"),
        };
        if let Err(reason) = outcome {
            tracing::warn!(reason, "not ready");
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
}

/// The reason in fixed words: anybody may ask, so nothing of the machine is told.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::Fault(_) => "the store refuses",
        Error::Store(error) => match error.kind() {
            Kind::DiskFull => "the disk is full: reads go on, writes are refused",
            Kind::Overloaded => "the store has too much to do",
            Kind::Timeout => "the store does not answer in time",
            Kind::Closed => "the server is stopping",
            Kind::Rights => "the store may not be written",
            _ => "the store cannot be reached",
        },
    }
}
