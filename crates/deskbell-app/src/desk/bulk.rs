//! Bulk calls: which way a command takes, and who waits for what.

use std::sync::Arc;

use deskbell_core::{Actor, ActorId, JobId, Permission};
use deskbell_db::{Lane, Urgency};

use super::Desk;
use crate::bulk::{self, Bulk, CHUNK, Command, Progress, Row, Task};
use crate::error::{Error, Result};
use crate::ticket::solve;
use crate::work::{BatchId, Work};

/// How often a chunk that the store refused is tried again before the work waits for its next lease.
const TRIES: u32 = 5;

/// What a bulk call answers.
#[derive(Debug)]
pub enum BulkAnswer {
    /// It is finished.
    Done(Bulk),
    /// It goes on as a job.
    Job(Progress),
}

/// How an atomic call ends early.
enum Atomic {
    Failed(Vec<Row>),
    Error(Error),
}

impl From<deskbell_db::Error> for Atomic {
    fn from(error: deskbell_db::Error) -> Self {
        Self::Error(error.into())
    }
}

impl From<Error> for Atomic {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Desk {
    /// Does the same edits to many tickets.
    ///
    /// Errors: `forbidden` without the permission of the call or of an edit. What goes wrong with a ticket stands in
    /// its row.
    pub async fn bulk(&self, actor: Arc<Actor>, command: Command) -> Result<BulkAnswer> {
        bulk::check_permissions(&actor, command.permission, &command.edits)?;
        let task = Task { edits: command.edits, versions: command.versions };
        if command.dry_run {
            let done = self.try_out(&actor, command.ids, task, command.atomic).await?;
            let mut done = Bulk::of(None, done);
            done.rows.truncate(command.rows);
            return Ok(BulkAnswer::Done(done));
        }
        if command.atomic {
            return self.atomic(&actor, command.call, command.ids, task).await.map(BulkAnswer::Done);
        }
        if command.ids.len() <= CHUNK {
            let ids = command.ids;
            let (rows, batch) =
                self.write(&actor, command.call, move |work| bulk::apply(work, &ids, &task)).await?;
            return Ok(BulkAnswer::Done(Bulk::of(Some(batch), rows)));
        }
        self.durable(&actor, command.call, command.ids, task, command.rows).await
    }

    /// Solves the unfinished tickets that exist for the actor.
    ///
    /// Errors: `forbidden` without SET_STATUS.
    pub async fn solve_unfinished(
        &self,
        actor: Arc<Actor>,
        call: &'static str,
        which: solve::Which,
        dry_run: bool,
    ) -> Result<BulkAnswer> {
        let ids =
            self.read(Lane::Slow, &actor, move |tx, actor| solve::unfinished(tx, actor, &which)).await?;
        let command = Command {
            call,
            permission: Permission::SetStatus,
            ids,
            edits: solve::edits(),
            atomic: false,
            dry_run,
            versions: std::collections::HashMap::new(),
            rows: solve::ROWS,
        };
        self.bulk(actor, command).await
    }

    /// How far a piece of bulk work is: for the key that made it.
    ///
    /// Errors: `not_found`.
    pub async fn job(&self, actor: &Arc<Actor>, id: JobId) -> Result<Progress> {
        let found = self.read(Lane::Point, actor, move |tx, actor| {
            Ok(bulk::progress(tx, id)?.filter(|p| bulk::may_see(actor, p)))
        });
        found.await?.ok_or_else(|| deskbell_core::Fault::not_found("Job", id).into())
    }

    async fn try_out(&self, actor: &Arc<Actor>, ids: Vec<i64>, task: Task, atomic: bool) -> Result<Vec<Row>> {
        let rows =
            self.read(Lane::Slow, actor, move |tx, actor| bulk::try_out(tx, actor, &ids, &task)).await?;
        Ok(if atomic && rows.iter().any(bulk::has_failed) { bulk::rolled_back(rows) } else { rows })
    }

    /// All or nothing: tried on a reader first, so that a call that must fail costs the writer nothing.
    async fn atomic(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        ids: Vec<i64>,
        task: Task,
    ) -> Result<Bulk> {
        let batch = BatchId::new(&*self.inner.context);
        let tried = self.try_out(actor, ids.clone(), task.clone(), true).await?;
        if tried.iter().any(bulk::has_failed) {
            return Ok(Bulk::of(Some(batch), tried));
        }
        let (actor, context, name) = (Arc::clone(actor), Arc::clone(&self.inner.context), batch.clone());
        let done = self.inner.store.write(Urgency::Alone, move |tx| {
            let mut work = Work::new(tx, &actor, call, &name, &*context);
            let rows = bulk::apply(&mut work, &ids, &task)?;
            if rows.iter().any(bulk::has_failed) {
                return Err(Atomic::Failed(bulk::rolled_back(rows)));
            }
            work.finish()?;
            Ok(rows)
        });
        match done.await {
            Ok(rows) | Err(Atomic::Failed(rows)) => Ok(Bulk::of(Some(batch), rows)),
            Err(Atomic::Error(error)) => Err(error),
        }
    }

    /// Writes the work down first; then it is finished whatever happens to this call, its client or this process.
    async fn durable(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        ids: Vec<i64>,
        task: Task,
        rows: usize,
    ) -> Result<BulkAnswer> {
        let node = self.inner.node.clone();
        let (id, _) =
            self.write(actor, call, move |work| bulk::start(work, &node, &ids, &task, rows)).await?;
        let desk = self.clone();
        let mut running = tokio::spawn(async move { desk.finish(id).await });
        tokio::select! {
            _ = &mut running => {}
            () = tokio::time::sleep(self.inner.settings.job_after) => {}
        }
        let system = Arc::new(Actor::system());
        let progress = self.read(Lane::Point, &system, move |tx, _| bulk::progress(tx, id)).await?;
        let lost = || Error::from(deskbell_core::Fault::not_found("Job", id));
        let progress = progress.ok_or_else(lost)?;
        if progress.state != bulk::State::Done {
            return Ok(BulkAnswer::Job(progress));
        }
        let done = self.read(Lane::List, &system, move |tx, _| bulk::result(tx, id)).await?;
        Ok(BulkAnswer::Done(done.ok_or_else(lost)?))
    }

    /// Does chunk after chunk until the work is finished or another node has taken it.
    pub(super) async fn finish(&self, id: JobId) {
        let mut tries = 0;
        loop {
            match self.step(id).await {
                Ok(bulk::Step::More) => tries = 0,
                Ok(bulk::Step::Over) => break,
                Err(Error::Fault(fault)) => {
                    tracing::warn!(job = id.0, code = fault.code().as_str(), "bulk work was taken over");
                    break;
                }
                Err(Error::Store(error)) if tries < TRIES => {
                    tries += 1;
                    tracing::warn!(job = id.0, tries, %error, "a chunk of bulk work is tried again");
                    tokio::time::sleep(std::time::Duration::from_millis(50 << tries)).await;
                }
                Err(error) => {
                    // The lease runs out; this or another node goes on.
                    tracing::error!(job = id.0, %error, "bulk work waits for another try");
                    return;
                }
            }
        }
    }

    async fn step(&self, id: JobId) -> Result<bulk::Step> {
        let system = Arc::new(Actor::system());
        let owner = self.read(Lane::Point, &system, move |tx, _| {
            let Some(owner) = bulk::owner(tx, id)? else { return Ok(None) };
            let key = match owner.actor {
                ActorId::Key(key) => crate::key::by_id(tx, key)?,
                ActorId::User(_) | ActorId::System => None,
            };
            Ok(Some((owner, key)))
        });
        let Some((owner, key)) = owner.await? else { return Ok(bulk::Step::Over) };
        let now = self.inner.context.now();
        let (actor, allowed) = match (owner.actor, key) {
            (ActorId::Key(_), Some(key)) => (key.actor(), key.is_good(now)),
            (ActorId::System, _) => (Actor::system(), true),
            _ => (Actor::system(), false),
        };
        let (context, node) = (Arc::clone(&self.inner.context), self.inner.node.clone());
        let step = self.inner.store.write(Urgency::Bulk, move |tx| {
            let mut work = Work::new(tx, &actor, &owner.call, &owner.batch, &*context);
            let step = bulk::run_chunk(&mut work, id, &node, allowed)?;
            work.finish()?;
            Ok::<_, Error>(step)
        });
        step.await
    }
}
