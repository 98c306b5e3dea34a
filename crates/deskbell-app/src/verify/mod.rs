//! A check of the data's integrity: what must hold between rows is looked at for every row, whatever wrote it. It
//! reads in small stretches, each of one snapshot, so that a process that serves the same data is not held up.
//!
//! It finds and tells; it repairs nothing.

mod chain;
mod engine;
mod files;
mod index;
mod rest;
mod sql;
mod tickets;

use std::sync::Arc;
use std::time::Instant;

use deskbell_core::Actor;
use deskbell_db::{Lane, Tx};
use serde::Serialize;

use crate::desk::Desk;
use crate::error::Result;

pub use chain::Head;

/// How many problems are told one by one; beyond they are only counted.
const TOLD: usize = 1_000;

/// Something that is not as it must be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Problem {
    /// Which check found it: see `Check`.
    pub check: &'static str,
    /// The ticket, event, customer … that it is about; 0 where there is no such id.
    pub id: i64,
    /// What is wrong.
    pub what: String,
}

/// One check, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    /// Its name: `engine`, `references`, `tickets`, `journal`, `chain`, `customers`, `imports`, `counters`, `files`.
    pub name: &'static str,
    /// How many things it looked at.
    pub looked_at: u64,
    /// How many problems it found.
    pub problems: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether everything is as it must be.
    pub good: bool,
    /// The checks in the order in which they were made.
    pub checks: Vec<Check>,
    /// The problems, at most 1,000 of them.
    pub problems: Vec<Problem>,
    /// Where the journal's chain ends; nothing if no event is sealed.
    pub head: Option<Head>,
    /// How many events wait to be sealed: a server does so within seconds.
    pub unsealed: u64,
    /// How long it took.
    pub seconds: f64,
}

/// What is told while the check runs: the check's name, how far it is, and how far it goes.
pub type Tell<'t> = &'t mut dyn FnMut(&'static str, u64, u64);

/// Checks everything. Blocks; call it from a plain thread.
///
/// Errors: those of the store, for instance a time limit of statements that is too short for a large table.
pub fn run(desk: &Desk, tell: Tell<'_>) -> Result<Report> {
    against(desk, &[], tell)
}

/// The same, and whether the journal's chain still has the heads that were kept.
///
/// Errors: as above.
pub fn against(desk: &Desk, kept: &[Head], tell: Tell<'_>) -> Result<Report> {
    let began = Instant::now();
    let mut checking = Checking { desk, actor: Arc::new(Actor::system()), tell, report: Report::default() };
    engine::check(&mut checking)?;
    tickets::check(&mut checking)?;
    rest::journal(&mut checking)?;
    chain::check(&mut checking, kept)?;
    rest::customers(&mut checking)?;
    rest::imports(&mut checking)?;
    rest::counters(&mut checking)?;
    files::check(&mut checking)?;
    let mut report = checking.report;
    report.good = report.checks.iter().all(|check| check.problems == 0);
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// A check under way.
struct Checking<'c> {
    desk: &'c Desk,
    actor: Arc<Actor>,
    tell: Tell<'c>,
    report: Report,
}

/// What a stretch of a check came to.
struct Stretch {
    /// Where the next one begins; nothing if this was the last.
    next: Option<i64>,
    looked_at: u64,
    problems: Vec<(i64, String)>,
}

impl Checking<'_> {
    /// Begins a check.
    fn begin(&mut self, name: &'static str) {
        self.report.checks.push(Check { name, looked_at: 0, problems: 0 });
    }

    /// Notes what was looked at, and what was wrong.
    fn note(&mut self, looked_at: u64, problems: Vec<(i64, String)>) {
        let Some(check) = self.report.checks.last_mut() else { return };
        check.looked_at += looked_at;
        check.problems += problems.len() as u64;
        let room = TOLD.saturating_sub(self.report.problems.len());
        let name = check.name;
        self.report.problems.extend(problems.into_iter().take(room).map(|(id, what)| Problem {
            check: name,
            id,
            what,
        }));
    }

    /// Reads within one snapshot.
    fn read<T: Send + 'static>(
        &self,
        mut job: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.desk.read_blocking(Lane::Slow, &self.actor, move |tx, _| job(tx))
    }

    /// Goes through ids from 0 on, a stretch at a time, up to about `end`.
    fn stretches(
        &mut self,
        name: &'static str,
        end: i64,
        stretch: fn(&mut Tx<'_>, i64) -> Result<Stretch>,
    ) -> Result<()> {
        self.begin(name);
        let mut from = Some(0);
        while let Some(after) = from {
            (self.tell)(name, after.min(end).max(0) as u64, end.max(0) as u64);
            let done = self.read(move |tx| stretch(tx, after))?;
            self.note(done.looked_at, done.problems);
            from = done.next;
        }
        Ok(())
    }

    /// The largest id of a table.
    fn newest(&self, text: &'static str) -> Result<i64> {
        let newest = self.read(move |tx| Ok(tx.first(text, &[], |row| row.opt_int(0))?.flatten()))?;
        Ok(newest.unwrap_or(0))
    }
}
