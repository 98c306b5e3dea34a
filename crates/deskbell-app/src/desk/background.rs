//! What the desk does unasked: polls for changes of keys, writes down when keys were used, empties the trash, wakes and archives tickets,
//! removes files that nothing needs, goes on with bulk work that nobody finishes, and seals the journal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskbell_core::{Actor, Timestamp};
use deskbell_db::{Engine, Lane, Tx, Urgency};
use tokio::task::JoinHandle;

use super::Desk;
use crate::error::{Error, Result};
use crate::{bulk, idempotency, key, ticket, webhook};

/// How often the trash is emptied, and uses of keys are written.
const MINUTE: Duration = Duration::from_secs(60);

/// How often unfinished bulk work is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// How often events get their place in the change feed, which whoever asks for it gives them too, and in the chain.
const SEAL: Duration = Duration::from_secs(1);

/// How often snoozed tickets are looked at.
const WAKE: Duration = Duration::from_secs(1);

/// How often contacts are looked up.
const LOOK_UP: Duration = Duration::from_secs(1);

/// How often messages are looked for whose time has come.
const SEND: Duration = Duration::from_secs(1);

/// How often what uploads left is looked for.
const HOUR: Duration = Duration::from_secs(3_600);

/// How often bytes of files are removed that nothing needs.
const SWEEP: Duration = Duration::from_secs(5);

/// How many tickets one transaction purges.
const PURGE: i64 = 20;

/// For how many days finished bulk work can be asked after.
const JOB_DAYS: i64 = 30;

/// How many kept answers one transaction forgets.
const FORGET: i64 = 200;

/// The desk's background work; it ends with this value.
#[derive(Debug)]
pub struct Background(Vec<JoinHandle<()>>);

impl Drop for Background {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Desk {
    /// Begins the background work; called once by a process that serves.
    pub async fn start_background(&self) -> Background {
        if self.engine() == Engine::Sqlite {
            // One server at a time has the file, so whoever held bulk work is gone.
            let node = self.inner.node.clone();
            let free = self.inner.store.write(Urgency::Bulk, move |tx| bulk::free(tx, &node));
            if let Err(error) = free.await {
                tracing::warn!(%error, "unfinished bulk work waits for its leases to run out");
            }
            let node = self.inner.node.clone();
            let free = self.inner.store.write(Urgency::Bulk, move |tx| webhook::free(tx, &node));
            if let Err(error) = free.await {
                tracing::warn!(%error, "webhooks wait for their leases to run out");
            }
        }
        Background(vec![
            tokio::spawn(self.clone().tell_webhooks()),
            self.every(LOOK_UP, |desk| async move { desk.look_up().await }),
            self.every(SEND, |desk| async move { desk.send_due().await.map(|_| ()) }),
            self.every(key::POLL, |desk| async move { desk.poll_keys().await }),
            self.every(MINUTE, |desk| async move { desk.record_uses().await }),
            self.every(MINUTE, |desk| async move { desk.empty_trash().await.map(|_| ()) }),
            self.every(MINUTE, |desk| async move { desk.forget_answers().await }),
            self.every(MINUTE, |desk| async move { desk.forget_deliveries().await }),
            self.every(MINUTE, |desk| async move { desk.forget_notifications().await }),
            self.every(WAKE, |desk| async move { desk.wake_snoozed().await.map(|_| ()) }),
            self.every(MINUTE, |desk| async move { desk.archive_closed().await.map(|_| ()) }),
            self.every(SWEEP, |desk| async move { desk.sweep_files().await.map(|_| ()) }),
            self.every(HOUR, |desk| async move { desk.tidy_files().await }),
            self.every(LOOK, |desk| async move { desk.resume_bulk().await }),
            self.every(SEAL, |desk| async move {
                desk.seal().await?;
                desk.chain().await
            }),
        ])
    }

    fn every<F, R>(&self, period: Duration, job: F) -> JoinHandle<()>
    where
        F: Fn(Desk) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send,
    {
        let desk = self.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(period);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if let Err(error) = job(desk.clone()).await {
                    tracing::warn!(%error, "background work failed and is tried again");
                }
            }
        })
    }

    /// Reads the generation of keys: what it changed is known here from now on.
    pub async fn poll_keys(&self) -> Result<()> {
        let began = Instant::now();
        let generation = self.inner.store.read(Lane::Point, key::generation).await?;
        self.inner.keys.polled(generation, began);
        Ok(())
    }

    /// Writes down when keys were used.
    pub async fn record_uses(&self) -> Result<()> {
        let uses = self.inner.keys.take_uses();
        if uses.is_empty() {
            return Ok(());
        }
        let write = self.inner.store.write(Urgency::Bulk, move |tx| key::record_use(tx, &uses));
        write.await
    }

    /// Purges the tickets whose time in the trash is over. Answers how many.
    pub async fn empty_trash(&self) -> Result<usize> {
        let system = Arc::new(Actor::system());
        let until = Timestamp(self.inner.context.now().0 - self.inner.settings.undo_minutes * 60);
        let mut purged = 0;
        loop {
            let due =
                self.inner.store.read(Lane::List, move |tx| ticket::delete::due(tx, until, PURGE)).await?;
            if due.is_empty() {
                if purged > 0 {
                    self.forget_tags().await?;
                }
                return Ok(purged);
            }
            purged += due.len();
            self.write_as(Urgency::Bulk, &system, "purge", move |work| {
                due.iter().try_for_each(|id| ticket::delete::purge_from_trash(work, *id))
            })
            .await?;
        }
    }

    /// Forgets the answers whose time is over, and bulk work of long ago.
    pub async fn forget_answers(&self) -> Result<()> {
        let finished = Timestamp(self.inner.context.now().0 - JOB_DAYS * 86_400);
        while self.inner.store.write(Urgency::Bulk, move |tx| bulk::forget(tx, finished)).await? > 0 {}
        let until = Timestamp(self.inner.context.now().0 - self.inner.settings.idempotency_hours * 3_600);
        loop {
            let purge = move |tx: &mut Tx<'_>| idempotency::purge(tx, until, FORGET);
            if self.inner.store.write(Urgency::Bulk, purge).await? < FORGET.unsigned_abs() {
                return Ok(());
            }
        }
    }

    /// Goes on with bulk work whose node has gone.
    pub async fn resume_bulk(&self) -> Result<()> {
        let (node, now) = (self.inner.node.clone(), self.inner.context.now());
        let claimed = self.inner.store.write(Urgency::Bulk, move |tx| bulk::claim(tx, &node, now));
        if let Some(id) = claimed.await? {
            tracing::info!(job = id.0, "going on with bulk work");
            self.finish(id).await;
        }
        Ok::<(), Error>(())
    }
}
