//! The journal's chain: every block against its events, its hash and the block before it; where it ends, and how many events
//! wait to be sealed. That blocks are missing at the end is told by a head that was kept elsewhere alone.

use deskbell_db::{Engine, Tx};
use serde::Serialize;

use super::{Checking, sql};
use crate::error::Result;
use crate::journal::chain::{self, Block, Chained};

/// How many blocks are looked at within one snapshot.
const BLOCKS: i64 = 5;

/// Where a chain ends: kept elsewhere, it tells later whether the chain up to here is still the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Head {
    /// The position of the last event that is sealed: its cursor in the change feed.
    pub position: i64,
    /// The hash of the last block, 64 hexadecimal digits.
    pub hash: String,
}

impl Head {
    fn of(block: &Block) -> Self {
        Self { position: block.last, hash: block.hash.iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    /// Reads `POSITION:HASH`.
    pub fn parse(text: &str) -> Option<Self> {
        let (position, hash) = text.split_once(':')?;
        let hash = hash.to_ascii_lowercase();
        let whole = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        let position = position.parse().ok().filter(|position| *position > 0)?;
        whole.then_some(Self { position, hash })
    }
}

/// Checks the chain, and that it still has the heads that were kept.
pub(super) fn check(checking: &mut Checking<'_>, kept: &[Head]) -> Result<()> {
    checking.begin("chain");
    let (mut last, mut missing) = (Block::none(), kept.to_vec());
    let end = checking.newest(sql::NEWEST_BLOCK)?;
    loop {
        (checking.tell)("chain", last.id.min(end).max(0) as u64, end.max(0) as u64);
        let (from, heads) = (last.clone(), missing.clone());
        let stretch = checking.read(move |tx| stretch(tx, from.clone(), heads.clone()))?;
        checking.note(stretch.looked_at, stretch.problems);
        missing = stretch.missing;
        if stretch.last.id == last.id {
            break;
        }
        last = stretch.last;
    }
    let lost = missing.into_iter().map(|head| {
        (head.position, "the chain does not have the hash that was kept for this position".to_owned())
    });
    checking.note(0, lost.collect());
    let sealed = last.last;
    checking.report.unsealed = checking.read(move |tx| {
        let waiting = tx.first(&sql::waiting(tx.engine()), &[sealed.into()], |row| row.int(0))?;
        Ok(waiting.unwrap_or(0).unsigned_abs())
    })?;
    checking.report.head = (last.id > 0).then(|| Head::of(&last));
    order(checking)
}

/// What some blocks came to.
struct Stretch {
    last: Block,
    looked_at: u64,
    problems: Vec<(i64, String)>,
    /// Heads that were not met yet.
    missing: Vec<Head>,
}

fn stretch(tx: &mut Tx<'_>, last: Block, missing: Vec<Head>) -> Result<Stretch> {
    let mut stretch = Stretch { last, looked_at: 0, problems: Vec::new(), missing };
    for block in chain::blocks(tx, stretch.last.id, BLOCKS)? {
        let before = std::mem::replace(&mut stretch.last, block);
        let block = &stretch.last;
        if block.id == before.id + 1 {
            let (events, problems) = look(tx, &before, block)?;
            stretch.looked_at += events;
            stretch.problems.extend(problems);
        } else {
            let what = format!(
                "block {} of the chain is not there, so events {} to {} are not sealed by any",
                range(before.id + 1, block.id - 1),
                before.last.saturating_add(1),
                block.last
            );
            stretch.problems.push((before.last.saturating_add(1), what));
        }
        let head = Head::of(block);
        stretch.missing.retain(|kept| *kept != head);
    }
    Ok(stretch)
}

/// Compares a block with its events. Answers how many there are.
fn look(tx: &mut Tx<'_>, before: &Block, block: &Block) -> Result<(u64, Vec<(i64, String)>)> {
    let mut problems = Vec::new();
    // Nothing may stand before the first event either.
    let low = if before.id == 0 { i64::MIN } else { before.last };
    let mut chained = Chained::after(&before.hash, block.created_at);
    let (mut events, mut due) = (0, before.last.saturating_add(1));
    let mut gap = |low: i64, high: i64| {
        problems.push((low, format!("event {} of the journal is not there", range(low, high))));
    };
    chain::add_events(tx, &mut chained, (low, block.last), chain::EVENTS + 1, |position| {
        if position > due {
            gap(due, position - 1);
        }
        due = due.max(position.saturating_add(1));
        events += 1;
    })?;
    if due <= block.last && events <= chain::EVENTS {
        gap(due, block.last);
    }
    if problems.is_empty() && (events != block.events || chained.hash() != block.hash) {
        let what = format!(
            "of the events {} to {} one was changed or added after they were sealed, or block {} itself was changed",
            before.last.saturating_add(1),
            block.last,
            block.id
        );
        problems.push((before.last.saturating_add(1), what));
    }
    Ok((events.unsigned_abs(), problems))
}

fn range(low: i64, high: i64) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

/// PostgreSQL: events of one ticket must have their positions in the order of their ids.
fn order(checking: &mut Checking<'_>) -> Result<()> {
    if checking.desk.engine() == Engine::Sqlite {
        return Ok(());
    }
    let mut from = Some(0);
    while let Some(after) = from {
        let (next, wrong) = checking.read(move |tx| {
            let last = tx.first(sql::SOME_TICKETS, &[after.into()], |row| row.opt_int(0))?.flatten();
            let wrong = match last {
                Some(last) => tx.all(sql::DISORDER, &[after.into(), last.into()], |row| row.int(0))?,
                None => Vec::new(),
            };
            Ok((last, wrong))
        })?;
        let what = "its position is before that of an earlier event of the same ticket";
        checking.note(0, wrong.into_iter().map(|id| (id, what.to_owned())).collect());
        from = next;
    }
    Ok(())
}
