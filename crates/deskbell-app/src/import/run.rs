//! An import from beginning to end: what the reading thread hands over is written in short transactions with pauses
//! between them, counted, and what is refused goes aside in the order of the file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use deskbell_core::Actor;
use deskbell_db::Urgency;
use serde::Serialize;

use super::map::Map;
use super::places::Made;
use super::read::{self, Step};
use super::record::Incoming;
use super::rejects::{self, Rejects};
use super::rows::{Refused, Rows};
use super::totals::{self, Totals};
use super::write::{self, Fate, Order, Written};
use crate::desk::Desk;
use crate::error::Error;

/// How long a transaction may take, its commit included.
const TRANSACTION: Duration = Duration::from_millis(28);
/// The least time for the records of a transaction, however long commits take.
const LEAST: Duration = Duration::from_millis(4);
/// The pause after a transaction. Another process that waits for its turn looks every millisecond.
const PAUSE: Duration = Duration::from_millis(3);
/// How many rows lie ready for the writer.
const AHEAD: usize = 1024;
/// How many of them one transaction is offered.
const OFFERED: usize = 1024;

/// How an import is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Say what would happen, and change nothing.
    pub dry_run: bool,
    /// Where rejected records go; `None`: beside the file.
    pub rejects: Option<PathBuf>,
}

/// What an import did, or with `dry_run` would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// The data set.
    pub source: String,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Rows in the file, blank ones and rejected ones included, a header not.
    pub rows: u64,
    /// Records that became tickets.
    pub imported: u64,
    /// Records that were in before.
    pub already: u64,
    /// Rows without content.
    pub blank: u64,
    /// Records that the map's `when` leaves out.
    pub left_out: u64,
    /// Records that could not go in.
    pub rejected: u64,
    /// Customers made; unknown in a dry run, which forgets one transaction's customers before the next.
    pub customers: Option<u64>,
    /// Brands made.
    pub brands: u64,
    /// Groups made.
    pub groups: u64,
    /// Where the rejected records are.
    pub rejects: Option<PathBuf>,
    /// How long it took.
    pub seconds: f64,
    /// Records that became tickets, a second.
    pub per_second: f64,
}

impl Summary {
    fn totals(&self) -> Totals {
        let Self { imported, already, rejected, blank, left_out, .. } = *self;
        Totals { imported, already, rejected, blank, left_out }
    }
}

/// What is told while an import runs.
#[derive(Debug)]
pub enum Notice<'n> {
    /// How far it is.
    Progress {
        /// Bytes of the file behind.
        bytes: u64,
        /// Bytes of the file.
        total: u64,
        /// What was done so far.
        summary: &'n Summary,
    },
    /// A record that cannot go in.
    Rejected {
        /// The line on which it begins.
        line: u64,
        /// Why.
        reason: &'n str,
    },
}

/// Why an import ended before its end, or did not begin. What is in by then stays; running it again goes on.
#[derive(Debug)]
pub enum Failure {
    /// File and map do not fit; nothing was changed.
    Refused(String),
    /// A file could not be read or written.
    Io(io::Error),
    /// The store failed.
    Store(Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Io(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::File(why) => Self::Refused(why),
            Refused::Io(error) => Self::Io(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Imports a file by a map. Blocks; call it from a plain thread.
///
/// Errors: see `Failure`. Rejected records are no failure; the summary counts them.
pub fn run(
    desk: &Desk,
    map: Map,
    file: &Path,
    options: &Options,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Result<Summary, Failure> {
    let began = Instant::now();
    let rows = Rows::open(&map, file)?;
    let path = options.rejects.clone().unwrap_or_else(|| rejects::path_beside(file));
    if path == file {
        return Err(Failure::Refused("rejected records cannot go into the file that is imported".into()));
    }
    let keep = Rejects::new(path, rows.head.clone(), map.names_line);
    let total = fs::metadata(file)?.len();
    let summary = Summary {
        source: map.source.clone(),
        dry_run: options.dry_run,
        customers: (!options.dry_run).then_some(0),
        ..Summary::default()
    };
    let source: Arc<str> = map.source.as_str().into();
    let mut run = Run {
        desk,
        source,
        tell,
        total,
        bytes: 0,
        keep,
        summary,
        made: Made::default(),
        time: TRANSACTION / 2,
        counted: Totals::default(),
    };
    let (map, engine) = (Arc::new(map), desk.engine());
    let (send, receive) = sync_channel(AHEAD);
    let reader = thread::Builder::new().name("import-read".into());
    let reader = reader.spawn(move || read::read(&map, engine, rows, &send))?;
    run.all(receive)?;
    if reader.join().is_err() {
        return Err(Failure::Io(io::Error::other("the reading thread ended early")));
    }
    run.count_the_rest()?;
    let Run { keep, mut summary, made, .. } = run;
    summary.rejects = if options.dry_run { None } else { keep.finish()? };
    (summary.brands, summary.groups) = (made.brands.len() as u64, made.groups.len() as u64);
    summary.seconds = began.elapsed().as_secs_f64();
    summary.per_second = summary.imported as f64 / summary.seconds.max(0.001);
    Ok(summary)
}

struct Run<'r> {
    desk: &'r Desk,
    source: Arc<str>,
    tell: &'r mut dyn FnMut(Notice<'_>),
    total: u64,
    bytes: u64,
    keep: Rejects,
    summary: Summary,
    made: Made,
    /// How long the records of the next transaction may take.
    time: Duration,
    /// What of the summary is in the stored totals.
    counted: Totals,
}

/// What stands between two records that are written, in the order of the file.
enum Waiting {
    Record(Vec<u8>),
    Refused(u64, String, Vec<u8>),
}

impl Run<'_> {
    fn all(&mut self, steps: Receiver<Step>) -> Result<(), Failure> {
        loop {
            let (mut records, mut waiting) = (Vec::new(), Vec::new());
            // The first is waited for; the others are those that lie ready.
            let Ok(first) = steps.recv() else { return Ok(()) };
            let more = std::iter::from_fn(|| steps.try_recv().ok());
            for step in std::iter::once(first).chain(more.take(OFFERED)) {
                self.take(step, &mut records, &mut waiting)?;
            }
            self.write(records, waiting)?;
            let (bytes, total, summary) = (self.bytes, self.total, &self.summary);
            (self.tell)(Notice::Progress { bytes, total, summary });
        }
    }

    fn take(
        &mut self,
        step: Step,
        records: &mut Vec<Incoming>,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), Failure> {
        match step {
            Step::At(bytes) => {
                self.bytes = bytes;
                return Ok(());
            }
            Step::Broken(error) => return Err(Failure::Io(error)),
            Step::Blank => self.summary.blank += 1,
            Step::LeftOut => self.summary.left_out += 1,
            Step::Refused(line, why, raw) => waiting.push(Waiting::Refused(line, why, raw)),
            Step::Record(record, raw) => {
                records.push(*record);
                waiting.push(Waiting::Record(raw));
            }
        }
        self.summary.rows += 1;
        Ok(())
    }

    /// Writes the records in as many transactions as it takes.
    fn write(&mut self, records: Vec<Incoming>, waiting: Vec<Waiting>) -> Result<(), Failure> {
        let records: Arc<[Incoming]> = records.into();
        let mut waiting = waiting.into_iter();
        let mut from = 0;
        while from < records.len() {
            let written = self.transaction(&records, from)?;
            for fate in written.fates {
                self.refusals(&mut waiting, Some((records[from].line, fate)))?;
                from += 1;
            }
        }
        self.refusals(&mut waiting, None)
    }

    fn transaction(&mut self, records: &Arc<[Incoming]>, from: usize) -> Result<Written, Failure> {
        let order = Order {
            source: Arc::clone(&self.source),
            records: Arc::clone(records),
            from,
            time: self.time,
            dry: self.summary.dry_run,
            beside: self.summary.totals() - self.counted,
        };
        let system = Arc::new(Actor::system());
        let job = move |work: &mut crate::Work<'_, '_>| write::write(work, &order);
        let written = self.desk.write_blocking(Urgency::Bulk, &system, "import", job)?;
        if let Some((began, records)) = written.timing {
            // What ends a transaction (events, counters, commit) takes its share of the time.
            let end = began.elapsed().saturating_sub(records);
            let next = TRANSACTION.saturating_sub(end).max(LEAST);
            self.time = (self.time + next) / 2;
        }
        thread::sleep(PAUSE);
        self.counted += written.counted;
        self.made.brands.extend(written.made.brands.iter().cloned());
        self.made.groups.extend(written.made.groups.iter().cloned());
        self.summary.customers = self.summary.customers.map(|count| count + written.customers);
        Ok(written)
    }

    /// Rows after the last record that was written.
    fn count_the_rest(&mut self) -> Result<(), Failure> {
        let rest = self.summary.totals() - self.counted;
        if rest != Totals::default() && !self.summary.dry_run {
            let system = Arc::new(Actor::system());
            let job = move |work: &mut crate::Work<'_, '_>| totals::add(work.tx, rest);
            self.desk.write_blocking(Urgency::Bulk, &system, "import", job)?;
        }
        Ok(())
    }

    /// Settles what waits up to the next record, whose fate is given, or to the end.
    fn refusals(
        &mut self,
        waiting: &mut impl Iterator<Item = Waiting>,
        fate: Option<(u64, Fate)>,
    ) -> Result<(), Failure> {
        for next in waiting.by_ref() {
            match (next, &fate) {
                (Waiting::Refused(line, why, raw), _) => self.reject(line, &why, &raw)?,
                (Waiting::Record(raw), Some((line, fate))) => {
                    match fate {
                        Fate::Imported => self.summary.imported += 1,
                        Fate::Already => self.summary.already += 1,
                        Fate::Refused(why) => self.reject(*line, why, &raw)?,
                    }
                    return Ok(());
                }
                (Waiting::Record(_), None) => {}
            }
        }
        Ok(())
    }

    fn reject(&mut self, line: u64, reason: &str, raw: &[u8]) -> Result<(), Failure> {
        self.summary.rejected += 1;
        (self.tell)(Notice::Rejected { line, reason });
        if !self.summary.dry_run {
            self.keep.add(line, raw)?;
        }
        Ok(())
    }
}
