//! What all bulk calls share: from ids and edits to the answer.

use deskbell_app::bulk::{self, Command, Tickets};
use deskbell_app::ticket::edit::Edit;
use deskbell_app::{BulkAnswer, Desk};
use deskbell_core::fault::Detail;
use deskbell_core::{Code, Permission};

use super::MOST_ATOMIC;
use crate::bulk::{Bulk, BulkRow, RowOutcome};
use crate::{Call, Failure, Params, Reply, once};

/// The sentences of a bulk call: what was done to `{n} of {all} tickets`, and what would be.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub(crate) done: &'static str,
    pub(crate) would: &'static str,
}

/// Refuses an atomic call over more tickets than one transaction takes.
pub(super) fn check_atomic(field: &str, ids: usize, params: &Params, wrong: &mut Vec<Detail>) {
    if params.word("mode") == Some("atomic") && ids > MOST_ATOMIC {
        let message = format!("An atomic call takes at most 1,000 tickets; this one names {ids}.");
        wrong.push(Detail { field: Some(field.to_owned()), code: Code::PayloadTooLarge, message });
    }
}

/// Does the edits to the tickets that the call names, and says what became of each.
pub(super) async fn run(
    call: Call<Desk>,
    name: &'static str,
    permission: Permission,
    ids: Vec<i64>,
    edits: Vec<Edit>,
    words: Words,
) -> Result<Reply, Failure> {
    let command =
        Command { permission: Some(permission), edits, ..options(&call, name, Tickets::Named(ids)) };
    answer(call, command, words).await
}

/// A command with what the bulk options of the call ask for.
pub(super) fn options(call: &Call<Desk>, name: &'static str, tickets: Tickets) -> Command {
    Command {
        atomic: call.params.word("mode") == Some("atomic"),
        dry_run: call.params.flag("dryRun"),
        versions: call.params.versions("versions").iter().map(|(id, v)| (*id, v.0)).collect(),
        ..Command::over(name, tickets)
    }
}

/// Runs a command, and says what became of each ticket.
pub(crate) async fn answer(call: Call<Desk>, command: Command, words: Words) -> Result<Reply, Failure> {
    let dry_run = command.dry_run;
    let keep = call.keep(move |answer| reply(answer, dry_run, words));
    let told = call.state.bulk(call.actor, Command { keep, ..command }).await?;
    Ok(once::answer(told, |answer| reply(&answer, dry_run, words)))
}

/// The answer: a bulk result, or a job that goes on.
fn reply(answer: &BulkAnswer, dry_run: bool, words: Words) -> Reply {
    let done = match answer {
        BulkAnswer::Done(done) => done,
        BulkAnswer::Job(job) => {
            let message = format!("The work goes on; {} of {} tickets are done.", job.done, job.total);
            let (total, done) = (job.total.unsigned_abs(), job.done.unsigned_abs());
            return Reply::job(&message, job.id.0, Some(job.batch.as_str()), total, done);
        }
    };
    let fine = done.changed + done.unchanged;
    let total = fine + done.failed;
    let message = format!("{} {fine} of {total} tickets.", if dry_run { words.would } else { words.done });
    Bulk {
        message,
        batch: done.batch.as_ref().map(|b| b.as_str().to_owned()),
        dry_run,
        changed: done.changed.unsigned_abs(),
        unchanged: done.unchanged.unsigned_abs(),
        failed: done.failed.unsigned_abs(),
        rows: done.rows.iter().map(|row| row_of(row, dry_run)).collect(),
    }
    .into()
}

/// A row of an answer.
pub(crate) fn row_of(row: &bulk::Row, dry_run: bool) -> BulkRow {
    let outcome = match &row.outcome {
        bulk::RowOutcome::Changed(version) => RowOutcome::Changed((!dry_run).then_some(*version)),
        bulk::RowOutcome::Unchanged(version) => RowOutcome::Unchanged((!dry_run).then_some(*version)),
        bulk::RowOutcome::Failed { code, message, field, current_version } => RowOutcome::Failed {
            code: *code,
            message: message.clone(),
            field: field.clone(),
            current_version: current_version.map(deskbell_core::Version),
        },
    };
    BulkRow { id: row.ticket.0, outcome }
}
