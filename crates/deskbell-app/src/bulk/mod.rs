//! Bulk work: the same edits on many tickets, with an outcome for each.
//!
//! A best-effort call of up to one chunk is one transaction. A larger one is a row in `bulk` first, then chunks that
//! commit their tickets and the progress together (`run.rs`): a restart or another node goes on where it stopped, and
//! no other writer waits long. An atomic call is tried on a reader first and then runs in a transaction of its own.

mod pack;
mod run;
mod sql;

use std::collections::HashMap;

use deskbell_core::{Actor, Code, Fault, Permission, TicketId, Version};
use deskbell_db::Tx;
use serde::{Deserialize, Serialize};

use crate::desk::{BulkAnswer, Keep};
use crate::error::{Error, Result};
use crate::form::asked::Asked;
use crate::ticket::edit::Edit;
use crate::ticket::list::Wish;
use crate::ticket::merge::{Carry, Others, TakenBack};
use crate::ticket::settle::{Outcome, Settled, settle_one, stale};
use crate::ticket::{Ticket, load, merge, solve, undo};
use crate::work::{BatchId, Work};

pub use run::{Progress, State, cancel};
pub(crate) use run::{
    Step, TOGETHER, add, begin, claim, forget, free, is_under_way, list, may_see, owner, prepare, progress,
    result, rows, run_chunk,
};

/// How many tickets an atomic call may name.
pub const MOST_ATOMIC: usize = 1_000;

/// How many rows an answer holds at the most, where a call does not say fewer.
const ROWS: usize = 10_000;

/// How many tickets one transaction changes at the most.
pub const CHUNK: usize = 250;

/// What to do, and to which tickets.
#[derive(Clone, Debug)]
pub struct Command {
    /// The operation, as the journal names it.
    pub call: &'static str,
    /// Which tickets.
    pub tickets: Tickets,
    /// The permission of the call; each edit asks for its own besides. `None` where a batch that is taken back decides.
    pub permission: Option<Permission>,
    /// What to do to each, in order.
    pub edits: Vec<Edit>,
    /// All or nothing.
    pub atomic: bool,
    /// Tell, and write nothing.
    pub dry_run: bool,
    /// The version that a ticket must have.
    pub versions: HashMap<i64, i64>,
    /// How many rows the answer holds at the most.
    pub rows: usize,
    /// For a request with an Idempotency-Key: how its answer is kept.
    pub keep: Option<Keep<BulkAnswer>>,
}

/// Which tickets a command is about. What has to be looked for is fixed when the work begins.
#[derive(Clone, Debug)]
pub enum Tickets {
    /// These, distinct, in the order sent.
    Named(Vec<i64>),
    /// Those that are not finished.
    Unfinished(solve::Which),
    /// All that pass filters and a view; if a number is named, only if they are that many.
    Filtered(Box<Wish>, Option<i64>),
    /// Those of a batch, which is taken back.
    OfBatch(String),
}

impl Command {
    /// A command that does nothing to the tickets yet, best effort and for real.
    pub fn over(call: &'static str, tickets: Tickets) -> Self {
        Self {
            call,
            tickets,
            permission: None,
            edits: Vec::new(),
            atomic: false,
            dry_run: false,
            versions: HashMap::new(),
            rows: ROWS,
            keep: None,
        }
    }
}

/// What happened to one ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The ticket.
    pub ticket: TicketId,
    /// What happened.
    pub outcome: RowOutcome,
}

/// What happened to a ticket of a bulk call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowOutcome {
    /// It has this new version.
    Changed(Version),
    /// It was so already.
    Unchanged(Version),
    /// Nothing was done to it.
    Failed {
        /// Why.
        code: Code,
        /// In words.
        message: String,
        /// The field at fault, such as `actions[0][value]`.
        field: Option<String>,
        /// With `precondition_failed`, the version it has.
        current_version: Option<i64>,
    },
}

/// What a bulk call came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bulk {
    /// The batch; none after a dry run.
    pub batch: Option<BatchId>,
    /// How many tickets changed.
    pub changed: i64,
    /// How many were so already.
    pub unchanged: i64,
    /// How many failed.
    pub failed: i64,
    /// One row for each ticket, in the order sent, up to the command's limit of rows.
    pub rows: Vec<Row>,
}

impl Bulk {
    /// The result of these rows.
    pub(crate) fn of(batch: Option<BatchId>, rows: Vec<Row>) -> Self {
        let count = |test: fn(&RowOutcome) -> bool| rows.iter().filter(|r| test(&r.outcome)).count() as i64;
        Self {
            batch,
            changed: count(|o| matches!(o, RowOutcome::Changed(_))),
            unchanged: count(|o| matches!(o, RowOutcome::Unchanged(_))),
            failed: count(|o| matches!(o, RowOutcome::Failed { .. })),
            rows,
        }
    }
}

/// The part of a command that a chunk needs, as it is stored with durable work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) edits: Vec<Edit>,
    pub(crate) versions: HashMap<i64, i64>,
    /// The batch that is taken back, instead of edits.
    pub(crate) takes_back: Option<String>,
}

/// Refuses an actor that lacks the permission of the call or of one of its edits.
pub(crate) fn check_permissions(actor: &Actor, command: &Command) -> Result<()> {
    if let Some(permission) = command.permission {
        actor.require(permission)?;
    }
    for edit in &command.edits {
        actor.require(edit.change.permission())?;
    }
    Ok(())
}

/// Does the edits to some tickets in this transaction, each on its own.
pub(crate) fn apply(work: &mut Work<'_, '_>, ids: &[i64], task: &Task) -> Result<Vec<Row>> {
    let Loaded { mut tickets, mut others } = task.load(work.tx, work.actor, ids, true)?;
    let mut asked = asked(&tickets);
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let ticket = tickets.remove(id);
        let by = Some(work.batch.as_str());
        let settled = checked((work.tx, work.actor), (*id, ticket), task, (&mut asked, &mut others), by);
        let outcome = match settled {
            Ok((settled, None)) => Ok(settled.write(work)?),
            Ok((settled, Some(carry))) => Ok(others.write(work, settled, &carry)?),
            Err(Error::Fault(fault)) => Err(fault),
            Err(error) => return Err(error),
        };
        rows.push(row(*id, outcome));
    }
    others.finish(work)?;
    Ok(rows)
}

/// What `apply` would do, without writing: the same loader and the same rules.
pub(crate) fn try_out(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64], task: &Task) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        let Loaded { mut tickets, mut others } = task.load(tx, actor, some, false)?;
        let mut asked = asked(&tickets);
        for id in some {
            let ticket = tickets.remove(id);
            let settled = checked((tx, actor), (*id, ticket), task, (&mut asked, &mut others), None);
            let outcome = match settled {
                Ok((settled, _)) => Ok(settled.outcome()),
                Err(Error::Fault(fault)) => Err(fault),
                Err(error) => return Err(error),
            };
            rows.push(row(*id, outcome));
        }
    }
    Ok(rows)
}

/// What the forms of these tickets ask for is read for all of them at once.
fn asked(tickets: &HashMap<i64, (Ticket, bool)>) -> Asked {
    Asked::of(tickets.values().map(|(ticket, _)| ticket))
}

/// One ticket under the rules, if it has the version that the call names for it; with the way in which it is merged, if it is.
/// `by`: the batch, if this is to be written.
fn checked(
    (tx, actor): (&mut Tx<'_>, &Actor),
    (id, ticket): (i64, Option<(Ticket, bool)>),
    task: &Task,
    (asked, others): (&mut Asked, &mut Others),
    by: Option<&str>,
) -> Result<(Settled, Option<Carry>)> {
    let (ticket, in_trash) = ticket.ok_or_else(|| task.missing(TicketId(id)))?;
    let writes = by.is_some();
    if task.versions.get(&ticket.id.0).is_some_and(|v| *v != ticket.version.0) {
        return Err(stale(ticket.id, ticket.version).into());
    }
    let settled = match &task.takes_back {
        Some(batch) => undo::settle(tx, actor, (ticket, in_trash), batch, asked, writes)?,
        None => settle_one(tx, actor, ticket, &task.edits, asked, writes)?,
    };
    let Some(joins) = settled.joins() else { return Ok((settled, None)) };
    let taken_back = task.takes_back.as_deref().map(|batch| TakenBack { batch, by });
    let carry = others.join(tx, &settled, joins, taken_back, writes)?;
    Ok((settled, Some(carry)))
}

/// The tickets of a chunk, by id, and whether they are in the trash; and those with which they are merged.
struct Loaded {
    tickets: HashMap<i64, (Ticket, bool)>,
    others: Others,
}

impl Task {
    /// The tickets of a chunk; for a write they are locked, all of them in the order of their ids.
    fn load(&self, tx: &mut Tx<'_>, actor: &Actor, ids: &[i64], writes: bool) -> Result<Loaded> {
        let mut targets = match &self.takes_back {
            Some(batch) => merge::targets_of(tx, batch, ids)?,
            None => merge::targets(&self.edits),
        };
        targets.sort_unstable();
        targets.dedup();
        let all = [ids, &targets].concat();
        let ids = &all[..];
        let found = match (&self.takes_back, writes) {
            (Some(_), writes) => load::with_trash(tx, actor, ids, writes)?,
            (None, true) => load::many_for_update(tx, actor, ids)?.into_iter().map(|t| (t, false)).collect(),
            (None, false) => load::many(tx, actor, ids)?.into_iter().map(|t| (t, false)).collect(),
        };
        let mut others = Others::default();
        for (ticket, in_trash) in &found {
            if targets.binary_search(&ticket.id.0).is_ok() {
                others.add(ticket.clone(), *in_trash);
            }
        }
        Ok(Loaded { tickets: found.into_iter().map(|found| (found.0.id.0, found)).collect(), others })
    }

    /// What is said of a ticket that is not there. Those of a batch were within the actor's limits when it was looked at.
    fn missing(&self, id: TicketId) -> Error {
        if self.takes_back.is_some() { undo::erased(id) } else { load::missing(id) }
    }
}

fn row(id: i64, outcome: std::result::Result<Outcome, Box<Fault>>) -> Row {
    let outcome = match outcome {
        Ok(Outcome::Changed(version)) => RowOutcome::Changed(version),
        Ok(Outcome::Unchanged(version)) => RowOutcome::Unchanged(version),
        Err(fault) => RowOutcome::Failed {
            code: fault.first.code,
            message: fault.first.message,
            field: fault.first.field,
            current_version: fault.current_version,
        },
    };
    Row { ticket: TicketId(id), outcome }
}

/// Rows that could not be done, each saying why.
pub(crate) fn not_done(ids: &[i64], code: Code, message: &str) -> Vec<Row> {
    let outcome =
        RowOutcome::Failed { code, message: message.to_owned(), field: None, current_version: None };
    ids.iter().map(|id| Row { ticket: TicketId(*id), outcome: outcome.clone() }).collect()
}

/// Whether a row failed.
pub(crate) fn has_failed(row: &Row) -> bool {
    matches!(row.outcome, RowOutcome::Failed { .. })
}

/// The rows of an atomic call in which something failed: the innocent ones say so too.
pub(crate) fn rolled_back(rows: Vec<Row>) -> Vec<Row> {
    rows.into_iter()
        .map(|row| {
            if has_failed(&row) {
                row
            } else {
                let message = "Nothing was changed, since another ticket of the call failed.";
                not_done(&[row.ticket.0], Code::RolledBack, message).remove(0)
            }
        })
        .collect()
}
