//! Durable bulk work: its row, its chunks, and how a node takes it up and goes on with it.

use deskbell_core::{Actor, ActorId, Code, Fault, JobId, TicketId, Timestamp, Version};
use deskbell_db::{Engine, Tx, Value};

use super::{Bulk, CHUNK, Row, RowOutcome, Task, apply, not_done, pack, sql};
use crate::error::Result;
use crate::item;
use crate::journal::actor_text;
use crate::statement::Statement;
use crate::work::{BatchId, Work};

/// How long a node may be silent before another one takes its work, in seconds.
const LEASE: i64 = 30;

/// How many tickets are written down by one transaction: so many that no other writer notices.
pub(crate) const TOGETHER: usize = CHUNK * 20;

/// How often a chunk is taken up before it is given up, so that the rest of the work is done.
const TAKEOVERS: i64 = 3;

const GIVEN_UP: &str = "The server could not do this; the cause is in its log.";

/// Where work stands; the number is what the store keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nobody has begun.
    Queued = 1,
    /// Under way.
    Running = 2,
    /// Finished.
    Done = 3,
    /// Stopped.
    Cancelled = 4,
}

impl State {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &["queued", "running", "done", "cancelled"];

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Cancelled].into_iter().find(|s| s.as_str() == word)
    }

    /// The word that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How far a piece of bulk work is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Its id.
    pub id: JobId,
    /// The batch of all its changes.
    pub batch: BatchId,
    /// The operation that made it.
    pub call: String,
    /// Who made it, as `key:5`.
    pub actor: String,
    /// Where it stands.
    pub state: State,
    /// How many tickets.
    pub total: i64,
    /// How many are done.
    pub done: i64,
    /// How many of them changed.
    pub changed: i64,
    /// How many were so already.
    pub unchanged: i64,
    /// How many failed.
    pub failed: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
}

impl Progress {
    /// How often it has changed: with each ticket that was done, and by its end.
    pub fn version(&self) -> Version {
        Version(1 + self.done + i64::from(self.finished_at.is_some()))
    }
}

/// What one step came to.
pub(crate) enum Step {
    /// There is more to do.
    More,
    /// Finished, or taken by another node.
    Over,
}

/// Writes new work of `node` on these tickets, without them: `add` writes those down, and nothing is done before `begin`.
pub(crate) fn prepare(
    work: &mut Work<'_, '_>,
    node: &str,
    ids: &[i64],
    task: &Task,
    rows: usize,
) -> Result<JobId> {
    let text = serde_json::to_string(task).unwrap_or_default();
    let params = [
        work.batch.as_str().into(),
        actor_text(work.actor.id).into(),
        work.call.into(),
        text.into(),
        (rows as i64).into(),
        (ids.len() as i64).into(),
        (ids.len().div_ceil(CHUNK) as i64).into(),
        node.into(),
        work.now.0.into(),
    ];
    let id = work.tx.first(sql::INSERT, &params, |row| row.int(0))?;
    Ok(JobId(id.unwrap_or_default()))
}

/// Writes down some of the tickets, at most `TOGETHER`, of which the first is in this place.
pub(crate) fn add(tx: &mut Tx<'_>, id: JobId, place: usize, ids: &[i64]) -> Result<()> {
    let mut params: Vec<Value<'_>> = vec![id.0.into()];
    for (n, chunk) in ids.chunks(CHUNK).enumerate() {
        params.extend([((place / CHUNK + n) as i64).into(), pack::pack(chunk).into()]);
    }
    tx.exec(&sql::insert_chunks(ids.len().div_ceil(CHUNK)), &params)?;
    Ok(())
}

/// From here on the work is finished, whatever happens to this process.
pub(crate) fn begin(work: &mut Work<'_, '_>, id: JobId) -> Result<()> {
    work.tx.exec(sql::BEGIN, &[id.0.into(), (work.now.0 + LEASE).into()])?;
    Ok(())
}

/// Takes up work that nobody goes on with.
pub(crate) fn claim(tx: &mut Tx<'_>, node: &str, now: Timestamp) -> Result<Option<JobId>> {
    let lock = if tx.engine() == Engine::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let found = tx.first(&format!("{}{lock}", sql::UNCLAIMED), &[now.0.into()], |row| row.int(0))?;
    let Some(id) = found else { return Ok(None) };
    tx.exec(sql::CLAIM, &[id.into(), node.into(), (now.0 + LEASE).into()])?;
    Ok(Some(JobId(id)))
}

/// Whether work of that batch is not finished.
pub(crate) fn is_under_way(tx: &mut Tx<'_>, batch: &str) -> Result<bool> {
    Ok(tx.first(sql::UNFINISHED, &[batch.into()], |_| Ok(()))?.is_some())
}

/// Ends the leases of all others: for a node that knows that it is alone.
pub(crate) fn free(tx: &mut Tx<'_>, node: &str) -> Result<()> {
    tx.exec(sql::FREE, &[node.into()])?;
    Ok(())
}

/// Who made the work, its operation and its batch: what `run_chunk`'s caller needs to act for them.
pub(crate) struct Owner {
    pub(crate) actor: ActorId,
    pub(crate) call: String,
    pub(crate) batch: BatchId,
}

/// Reads the owner of a piece of work.
pub(crate) fn owner(tx: &mut Tx<'_>, id: JobId) -> Result<Option<Owner>> {
    Ok(progress(tx, id)?.map(|p| Owner { actor: parse_actor(&p.actor), call: p.call, batch: p.batch }))
}

fn parse_actor(text: &str) -> ActorId {
    match text.split_once(':') {
        Some(("key", id)) => ActorId::Key(deskbell_core::KeyId(id.parse().unwrap_or(0))),
        Some(("user", id)) => ActorId::User(deskbell_core::UserId(id.parse().unwrap_or(0))),
        _ => ActorId::System,
    }
}

/// Does the next chunk and writes the progress in the same transaction. `allowed` is false once the key that made the
/// work is revoked: what is left then fails.
pub(crate) fn run_chunk(work: &mut Work<'_, '_>, id: JobId, node: &str, allowed: bool) -> Result<Step> {
    let next = work.tx.first(sql::NEXT, &[id.0.into(), node.into()], |row| {
        let ids: Vec<i64> = pack::unpack(row.opt_blob(7)?.unwrap_or_default());
        Ok((row.str(3)?.to_owned(), row.int(5)?, row.int(6)?, ids, row.int(8)?))
    })?;
    let Some((task, chunk, done, ids, takeovers)) = next else { return Ok(Step::Over) };
    let task: Option<Task> = serde_json::from_str(&task).ok();
    let rows = match task {
        _ if takeovers >= TAKEOVERS => not_done(&ids, Code::Internal, GIVEN_UP),
        Some(task) if allowed => apply(work, &ids, &task)?,
        Some(_) => {
            not_done(&ids, Code::Forbidden, "The key that began this work was revoked before it got here.")
        }
        None => not_done(&ids, Code::Internal, "This work was written by another version of the server."),
    };
    let result = Bulk::of(None, rows);
    let advanced = work.tx.exec(
        sql::ADVANCE,
        &[
            id.0.into(),
            chunk.into(),
            (ids.len() as i64).into(),
            result.changed.into(),
            result.unchanged.into(),
            result.failed.into(),
            (work.now.0 + LEASE).into(),
            work.now.0.into(),
        ],
    )?;
    if advanced == 0 {
        // Another node did this chunk between our read and now: its result stands, ours must not be written.
        return Err(super::Error::from(Fault::new(Code::Conflict, "taken over")));
    }
    for (n, row) in result.rows.iter().enumerate() {
        insert_row(work.tx, id, done + n as i64, row)?;
    }
    Ok(Step::More)
}

fn insert_row(tx: &mut Tx<'_>, id: JobId, place: i64, row: &Row) -> Result<()> {
    let (outcome, version, code, message, field) = match &row.outcome {
        RowOutcome::Changed(version) => (1, Some(version.0), None, None, None),
        RowOutcome::Unchanged(version) => (2, Some(version.0), None, None, None),
        RowOutcome::Failed { code, message, field, current_version } => {
            (3, *current_version, Some(code.as_str()), Some(message.as_str()), field.as_deref())
        }
    };
    let params = [
        id.0.into(),
        place.into(),
        row.ticket.0.into(),
        i64::from(outcome).into(),
        version.into(),
        code.into(),
        message.into(),
        field.into(),
    ];
    tx.exec(sql::INSERT_ROW, &params)?;
    Ok(())
}

/// How far a piece of work is.
pub(crate) fn progress(tx: &mut Tx<'_>, id: JobId) -> Result<Option<Progress>> {
    let text = format!("{}{}", sql::PROGRESS, sql::BY_ID);
    Ok(tx.first(&text, &[id.0.into()], read)?)
}

fn read(row: &deskbell_db::Row<'_>) -> std::result::Result<Progress, deskbell_db::Error> {
    Ok(Progress {
        id: JobId(row.int(0)?),
        batch: BatchId::stored(row.str(1)?),
        call: row.str(2)?.to_owned(),
        actor: row.str(3)?.to_owned(),
        state: match row.int(4)? {
            1 => State::Queued,
            2 => State::Running,
            3 => State::Done,
            _ => State::Cancelled,
        },
        total: row.int(5)?,
        done: row.int(6)?,
        changed: row.int(7)?,
        unchanged: row.int(8)?,
        failed: row.int(9)?,
        created_at: Timestamp(row.int(10)?),
        finished_at: row.opt_int(11)?.map(Timestamp),
    })
}

/// The work of the actor in these states (none: in any), newest first: how much there is, and a page of it.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    actor: &Actor,
    states: &[State],
    start: i64,
    limit: i64,
) -> Result<(i64, Vec<Progress>)> {
    let mut of = Statement::new(sql::BY_ACTOR);
    of.bind(actor_text(actor.id));
    if !states.is_empty() {
        let states: Vec<i64> = states.iter().map(|state| *state as i64).collect();
        of.push(" AND ").within("state", &states);
    }
    let total = tx.first(&format!("{}{}", sql::COUNT, of.text), &of.params, |row| row.int(0))?.unwrap_or(0);
    of.text = format!("{}{}", sql::PROGRESS, of.text);
    of.push(" ORDER BY id DESC").limit(limit).offset(start);
    Ok((total, tx.all(&of.text, &of.params, read)?))
}

/// Stops work: what is done stays.
///
/// Errors: `not_found` if the actor did not begin it; `conflict` if it is finished.
pub fn cancel(work: &mut Work<'_, '_>, id: JobId, expected: impl Fn(Version) -> bool) -> Result<Version> {
    let found = progress(work.tx, id)?.filter(|found| may_see(work.actor, found));
    let found = found.ok_or_else(|| Fault::not_found("Job", id))?;
    item::check_version("Job", id, found.version(), expected)?;
    if found.state == State::Cancelled {
        return Ok(found.version());
    }
    if work.tx.exec(sql::CANCEL, &[id.0.into(), work.now.0.into()])? > 0 {
        return Ok(found.version().next());
    }
    let message = format!("Job {id} is finished; its changes can be taken back by its batchID.");
    Err(Fault::new(Code::Conflict, message).into())
}

/// Forgets some of the work that was finished at that time or before. Answers how much.
pub(crate) fn forget(tx: &mut Tx<'_>, until: Timestamp) -> Result<u64> {
    Ok(tx.exec(sql::FORGET, &[until.0.into()])?)
}

/// The result of finished work, as the call that began it answers.
pub(crate) fn result(tx: &mut Tx<'_>, id: JobId) -> Result<Option<Bulk>> {
    let Some(progress) = progress(tx, id)? else { return Ok(None) };
    let most = tx.first(sql::KEEP_ROWS, &[id.0.into()], |row| row.int(0))?.unwrap_or(0);
    let rows = rows(tx, id, 0, most)?;
    Ok(Some(Bulk {
        batch: Some(progress.batch),
        changed: progress.changed,
        unchanged: progress.unchanged,
        failed: progress.failed,
        rows,
    }))
}

/// Outcomes in the order of the tickets, those of the first `start` left out.
pub(crate) fn rows(tx: &mut Tx<'_>, id: JobId, start: i64, limit: i64) -> Result<Vec<Row>> {
    let mut statement = Statement::new(sql::ROWS);
    statement.params.extend([id.0.into(), start.into()]);
    statement.push(" ORDER BY place").limit(limit);
    let rows = tx.all(&statement.text, &statement.params, |row| {
        let version = row.opt_int(2)?;
        let outcome = match row.int(1)? {
            1 => RowOutcome::Changed(Version(version.unwrap_or(0))),
            2 => RowOutcome::Unchanged(Version(version.unwrap_or(0))),
            _ => RowOutcome::Failed {
                code: row.opt_str(3)?.and_then(Code::parse).unwrap_or(Code::Internal),
                message: row.opt_str(4)?.unwrap_or("").to_owned(),
                field: row.opt_str(5)?.map(str::to_owned),
                current_version: version,
            },
        };
        Ok(Row { ticket: TicketId(row.int(0)?), outcome })
    });
    Ok(rows?)
}

/// Whether the actor may ask after this work: it made it.
pub(crate) fn may_see(actor: &Actor, progress: &Progress) -> bool {
    actor_text(actor.id) == progress.actor
}
