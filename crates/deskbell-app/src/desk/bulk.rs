//! Bulk calls: which way a command takes, and who waits for what.

use std::sync::Arc;

use deskbell_core::{Actor, ActorId, Code, Fault, JobId};
use deskbell_db::{Lane, Tx, Urgency};

use super::{Desk, Keep, Told};
use crate::bulk::{self, Bulk, CHUNK, Command, Progress, Row, Task, Tickets};
use crate::error::{Error, Result};
use crate::idempotency::{self, Answer, Before};
use crate::ticket::edit::Change;
use crate::ticket::{list, merge, solve, undo};
use crate::work::{BatchId, Work};

/// How often a chunk that the store refused is tried again before the work waits for its next lease.
const TRIES: u32 = 5;

/// How many seconds longer than `job_after` a request may take that waits for its work.
const MARGIN: i64 = 10;

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
    /// Does the same to many tickets.
    ///
    /// Errors: `forbidden` without the permission of the call or of an edit; those of `undo::find` and
    /// `list::selected`; `unknown_reference` for a ticket into which nothing can be merged; `payload_too_large` for
    /// more tickets than an atomic call takes. What goes wrong with a ticket stands in its row.
    pub async fn bulk(&self, actor: Arc<Actor>, mut command: Command) -> Result<Told<BulkAnswer>> {
        bulk::check_permissions(&actor, &command)?;
        if command.dry_run {
            // It does nothing that could be done twice.
            command.keep = None;
        }
        let _guard = self.begin(&actor, command.keep.as_ref())?;
        if let Some(keep) = &command.keep
            && let Some(answer) = self.answered_before(&actor, command.call, keep).await?
        {
            return Ok(Told::Before(answer));
        }
        let Command { call, tickets, edits, atomic, dry_run, versions, rows, keep, .. } = command;
        let destroys = !dry_run && edits.iter().any(|edit| matches!(edit.change, Change::Delete { .. }));
        let is_named = matches!(tickets, Tickets::Named(_));
        let (ids, takes_back) = self.found(&actor, tickets, destroys).await?;
        if edits.iter().any(|edit| matches!(edit.change, Change::Merge(_))) {
            let (edits, named) = (edits.clone(), if is_named { ids.clone() } else { Vec::new() });
            let check = move |tx: &mut Tx<'_>, actor: &Actor| merge::check_targets(tx, actor, &edits, &named);
            self.read(Lane::Point, &actor, check).await?;
        }
        if atomic && ids.len() > bulk::MOST_ATOMIC {
            let message = format!("An atomic call takes at most 1,000 tickets; these are {}.", ids.len());
            return Err(Fault::new(Code::PayloadTooLarge, message).into());
        }
        let task = Task { edits, versions, takes_back };
        if dry_run {
            let mut done = Bulk::of(None, self.try_out(&actor, ids, task, atomic).await?);
            done.rows.truncate(rows);
            return Ok(Told::Done(BulkAnswer::Done(done)));
        }
        if atomic {
            return self.atomic(&actor, call, ids, task, keep).await;
        }
        if ids.len() > CHUNK {
            return self.durable(&actor, call, ids, task, rows, keep).await;
        }
        let write = self.write(&actor, call, move |work| {
            if let Some(before) = Keep::before(keep.as_ref(), work)? {
                return Ok(before);
            }
            let rows = bulk::apply(work, &ids, &task)?;
            let done = BulkAnswer::Done(Bulk::of(Some(work.batch.clone()), rows));
            Keep::store(keep.as_ref(), work, done)
        });
        Ok(write.await?.0)
    }

    /// The ids of the tickets, and the batch that is to be taken back. Of work that `destroys` them a filter alone is too
    /// little.
    async fn found(
        &self,
        actor: &Arc<Actor>,
        tickets: Tickets,
        destroys: bool,
    ) -> Result<(Vec<i64>, Option<String>)> {
        match tickets {
            Tickets::Named(ids) => Ok((ids, None)),
            Tickets::Unfinished(which) => {
                let find =
                    self.read(Lane::Slow, actor, move |tx, actor| solve::unfinished(tx, actor, &which));
                Ok((find.await?, None))
            }
            Tickets::Filtered(wish, expected) => {
                let find = self.read(Lane::Slow, actor, move |tx, actor| {
                    list::selected(tx, actor, &wish, expected, destroys)
                });
                Ok((find.await?, None))
            }
            Tickets::OfBatch(batch) => {
                let (now, minutes) = (self.inner.context.now(), self.inner.settings.undo_minutes);
                let name = batch.clone();
                let find =
                    self.read(Lane::Slow, actor, move |tx, actor| undo::find(tx, actor, &name, now, minutes));
                Ok((find.await?, Some(batch)))
            }
        }
    }

    /// What a request with this key was answered, or what is to be answered to it now that its first one is no longer
    /// waited for: of work that went on after its process had ended.
    async fn answered_before(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        keep: &Keep<BulkAnswer>,
    ) -> Result<Option<Answer>> {
        let (once, now) = (keep.once.clone(), self.inner.context.now());
        let look = self.read(Lane::Point, actor, move |tx, actor| {
            let before = idempotency::find(tx, actor, &once, now)?;
            let Before::Working(job, _) = before else { return Ok((before, None)) };
            Ok((before, bulk::progress(tx, job)?))
        });
        let (began, progress) = match look.await? {
            (Before::Nothing | Before::Expired, _) => return Ok(None),
            (Before::Answered(answer), _) => return Ok(Some(answer)),
            (Before::Working(_, began), Some(progress)) => (began, progress),
            (Before::Working(..), None) => return Err(idempotency::in_progress()),
        };
        let job = progress.id;
        let waited = self.inner.settings.job_after.as_secs().cast_signed() + MARGIN;
        if progress.state != bulk::State::Done && now.0 <= began.0 + waited {
            return Err(idempotency::in_progress());
        }
        let answer = self.answer_of(progress).await?;
        self.keep_answer(actor, call, keep, job, (keep.tell)(&answer)).await
    }

    /// Keeps the answer of durable work. `None`: it is a refusal, which is not kept.
    async fn keep_answer(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        keep: &Keep<BulkAnswer>,
        job: JobId,
        answer: Answer,
    ) -> Result<Option<Answer>> {
        let once = keep.once.clone();
        let keeping =
            self.write(actor, call, move |work| idempotency::answered(work, &once, job, answer.clone()));
        Ok(keeping.await?.0)
    }

    /// How far a piece of bulk work is: for the key that made it.
    ///
    /// Errors: `not_found`.
    pub async fn job(&self, actor: &Arc<Actor>, id: JobId) -> Result<Progress> {
        let found = self.read(Lane::Point, actor, move |tx, actor| {
            Ok(bulk::progress(tx, id)?.filter(|p| bulk::may_see(actor, p)))
        });
        found.await?.ok_or_else(|| Fault::not_found("Job", id).into())
    }

    /// The work that a key began, newest first: how much there is, and a page of it.
    pub async fn jobs(
        &self,
        actor: &Arc<Actor>,
        states: Vec<bulk::State>,
        start: i64,
        limit: i64,
    ) -> Result<(i64, Vec<Progress>)> {
        self.read(Lane::List, actor, move |tx, actor| bulk::list(tx, actor, &states, start, limit)).await
    }

    /// What became of the tickets of a piece of bulk work so far: how many, and a page of them.
    ///
    /// Errors: `not_found`.
    pub async fn job_rows(
        &self,
        actor: &Arc<Actor>,
        id: JobId,
        start: i64,
        limit: i64,
    ) -> Result<(i64, Vec<Row>)> {
        let found = self.read(Lane::List, actor, move |tx, actor| {
            let Some(job) = bulk::progress(tx, id)?.filter(|job| bulk::may_see(actor, job)) else {
                return Ok(None);
            };
            Ok(Some((job.done, bulk::rows(tx, id, start, limit)?)))
        });
        found.await?.ok_or_else(|| Fault::not_found("Job", id).into())
    }

    /// What would become of the tickets, a stretch at a time.
    async fn try_out(&self, actor: &Arc<Actor>, ids: Vec<i64>, task: Task, atomic: bool) -> Result<Vec<Row>> {
        let (mut rows, task) = (Vec::with_capacity(ids.len()), Arc::new(task));
        for some in ids.chunks(bulk::MOST_ATOMIC) {
            let (some, task) = (some.to_vec(), Arc::clone(&task));
            let read = self.read(Lane::Slow, actor, move |tx, actor| bulk::try_out(tx, actor, &some, &task));
            rows.extend(read.await?);
        }
        Ok(if atomic && rows.iter().any(bulk::has_failed) { bulk::rolled_back(rows) } else { rows })
    }

    /// All or nothing: tried on a reader first, so that a call that must fail costs the writer nothing.
    async fn atomic(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        ids: Vec<i64>,
        task: Task,
        keep: Option<Keep<BulkAnswer>>,
    ) -> Result<Told<BulkAnswer>> {
        let batch = BatchId::new(&*self.inner.context);
        let tried = self.try_out(actor, ids.clone(), task.clone(), true).await?;
        if tried.iter().any(bulk::has_failed) {
            return Ok(Told::Done(BulkAnswer::Done(Bulk::of(Some(batch), tried))));
        }
        let (actor, context, name) = (Arc::clone(actor), Arc::clone(&self.inner.context), batch.clone());
        let write = self.inner.store.write(Urgency::Alone, move |tx| {
            let mut work = Work::new(tx, &actor, call, &name, &*context);
            if let Some(before) = Keep::before(keep.as_ref(), &mut work)? {
                return Ok(before);
            }
            let rows = bulk::apply(&mut work, &ids, &task)?;
            if rows.iter().any(bulk::has_failed) {
                return Err(Atomic::Failed(bulk::rolled_back(rows)));
            }
            let done = BulkAnswer::Done(Bulk::of(Some(name.clone()), rows));
            let told = Keep::store(keep.as_ref(), &mut work, done)?;
            work.finish()?;
            Ok(told)
        });
        let written = write.await;
        self.wrote();
        match written {
            Ok(told) => Ok(told),
            Err(Atomic::Failed(rows)) => Ok(Told::Done(BulkAnswer::Done(Bulk::of(Some(batch), rows)))),
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
        keep: Option<Keep<BulkAnswer>>,
    ) -> Result<Told<BulkAnswer>> {
        let id = match self.write_down(actor, call, ids, task, rows, keep.clone()).await? {
            Ok(id) => id,
            Err(before) => return Ok(before),
        };
        let desk = self.clone();
        let mut running = tokio::spawn(async move { desk.finish(id).await });
        tokio::select! {
            _ = &mut running => {}
            () = tokio::time::sleep(self.inner.settings.job_after) => {}
        }
        let system = Arc::new(Actor::system());
        let progress = self.read(Lane::Point, &system, move |tx, _| bulk::progress(tx, id)).await?;
        let lost = || Error::from(Fault::not_found("Job", id));
        let answer = self.answer_of(progress.ok_or_else(lost)?).await?;
        let Some(keep) = keep else { return Ok(Told::Done(answer)) };
        let kept = self.keep_answer(actor, call, &keep, id, (keep.tell)(&answer)).await?;
        Ok(kept.map_or(Told::Done(answer), Told::Kept))
    }

    /// Writes work down: some of its tickets at a time, so that no other writer waits, and with the last ones begins it. What ends
    /// before that has done nothing. `Err`: what the request was answered before.
    async fn write_down(
        &self,
        actor: &Arc<Actor>,
        call: &'static str,
        ids: Vec<i64>,
        task: Task,
        rows: usize,
        keep: Option<Keep<BulkAnswer>>,
    ) -> Result<std::result::Result<JobId, Told<BulkAnswer>>> {
        let batch = BatchId::new(&*self.inner.context);
        let (ids, task) = (Arc::new(ids), Arc::new(task));
        let mut prepared = None;
        let mut urgency = Urgency::Interactive;
        for place in (0..ids.len()).step_by(bulk::TOGETHER) {
            let (ids, task, keep) = (Arc::clone(&ids), Arc::clone(&task), keep.clone());
            let node = self.inner.node.clone();
            let some = move |work: &mut Work<'_, '_>| {
                if let Some(before) = Keep::before(keep.as_ref(), work)? {
                    return Ok(Err(before));
                }
                let id = match prepared {
                    Some(id) => id,
                    None => bulk::prepare(work, &node, &ids, &task, rows)?,
                };
                let end = ids.len().min(place + bulk::TOGETHER);
                bulk::add(work.tx, id, place, &ids[place..end])?;
                if end == ids.len() {
                    bulk::begin(work, id)?;
                    if let Some(keep) = &keep {
                        idempotency::keep_work(work, &keep.once, id)?;
                    }
                }
                Ok(Ok(id))
            };
            match self.write_in(&batch, urgency, actor, call, some).await? {
                Ok(id) => prepared = Some(id),
                Err(before) => return Ok(Err(before)),
            }
            urgency = Urgency::Bulk;
        }
        prepared.map(Ok).ok_or_else(|| Fault::new(Code::Internal, "There is no ticket to work on.").into())
    }

    /// What is to be said of work that is this far.
    async fn answer_of(&self, progress: Progress) -> Result<BulkAnswer> {
        if progress.state != bulk::State::Done {
            return Ok(BulkAnswer::Job(progress));
        }
        let (system, id) = (Arc::new(Actor::system()), progress.id);
        let done = self.read(Lane::List, &system, move |tx, _| bulk::result(tx, id)).await?;
        let lost = || Error::from(Fault::not_found("Job", id));
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
        let step = step.await;
        self.wrote();
        step
    }
}
