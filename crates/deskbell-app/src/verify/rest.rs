//! The rest: the journal's payloads against their hashes, customers' addresses, what imports noted, kept counters.

use deskbell_db::Tx;

use super::{Checking, Stretch, sql};
use crate::error::Result;
use crate::journal;
use crate::ticket::counters;

/// How many rows a stretch has.
const ROWS: i64 = 2_000;

pub(super) fn journal(checking: &mut Checking<'_>) -> Result<()> {
    let end = checking.newest(sql::NEWEST_EVENT)?;
    checking.stretches("journal", end, payloads)
}

fn payloads(tx: &mut Tx<'_>, after: i64) -> Result<Stretch> {
    let mut problems = Vec::new();
    let ids = tx.all(sql::PAYLOADS, &[after.into(), ROWS.into()], |row| {
        let id = row.int(0)?;
        let (before, after) = (row.opt_str(1)?, row.opt_str(2)?);
        // A purge takes payload and salt, and leaves the hash; of what left that it did, as an empty value before.
        let right = match row.opt_blob(3)? {
            Some(salt) => journal::payload_hash(salt, before, after) == row.blob(4)?,
            None => before.is_none_or(str::is_empty) && after.is_none(),
        };
        if !right {
            problems.push((id, "the event does not have the content that it was written with".to_owned()));
        } else if row.int(5)? != 0 {
            problems.push((id, "the content of the event is gone, and its ticket was not erased".to_owned()));
        }
        Ok(id)
    })?;
    Ok(Stretch { next: next(&ids), looked_at: ids.len() as u64, problems })
}

pub(super) fn customers(checking: &mut Checking<'_>) -> Result<()> {
    checking.stretches("customers", 0, addresses)
}

fn addresses(tx: &mut Tx<'_>, after: i64) -> Result<Stretch> {
    let ids = tx.all(sql::CUSTOMERS, &[after.into(), ROWS.into()], |row| row.int(0))?;
    let last = ids.last().copied().unwrap_or(after);
    let stray = tx.all(sql::STRAY_ADDRESSES, &[after.into(), last.into()], |row| row.int(0))?;
    let problems = stray.into_iter().map(|id| (id, "an address stands under another brand".into())).collect();
    Ok(Stretch { next: next(&ids), looked_at: ids.len() as u64, problems })
}

fn next(ids: &[i64]) -> Option<i64> {
    (ids.len() as i64 == ROWS).then(|| ids.last().copied()).flatten()
}

pub(super) fn imports(checking: &mut Checking<'_>) -> Result<()> {
    checking.begin("imports");
    let mut from = (String::new(), String::new());
    loop {
        let after = from.clone();
        let (rows, problems, last) = checking.read(move |tx| imported(tx, &after))?;
        checking.note(rows, problems);
        match last {
            Some(last) => from = last,
            None => return Ok(()),
        }
    }
}

type Imported = (u64, Vec<(i64, String)>, Option<(String, String)>);

fn imported(tx: &mut Tx<'_>, after: &(String, String)) -> Result<Imported> {
    let mut problems = Vec::new();
    let params = [after.0.as_str().into(), after.1.as_str().into(), ROWS.into()];
    let keys = tx.all(sql::IMPORTED, &params, |row| {
        let key = (row.str(0)?.to_owned(), row.str(1)?.to_owned());
        let id = row.int(2)?;
        let right = match (row.opt_str(3)?, row.opt_str(4)?) {
            (Some(source), Some(record)) => (source, record) == (key.0.as_str(), key.1.as_str()),
            // A ticket that was purged has left events behind.
            _ => row.int(5)? == 1,
        };
        if !right {
            problems.push((
                id,
                format!("record {} of {} is noted as this ticket, which it is not", key.1, key.0),
            ));
        }
        Ok(key)
    })?;
    let full = keys.len() as i64 == ROWS;
    Ok((keys.len() as u64, problems, keys.into_iter().next_back().filter(|_| full)))
}

pub(super) fn counters(checking: &mut Checking<'_>) -> Result<()> {
    checking.begin("counters");
    (checking.tell)("counters", 0, 1);
    let differences = checking.read(counters::verify)?;
    let problems = differences.into_iter().map(|d| {
        let (brand, group, status) = d.cell;
        let text = format!(
            "brand {brand}, group {group}, status of rank {status}: {} tickets are counted and {} are there",
            d.kept, d.counted
        );
        (0, text)
    });
    checking.note(1, problems.collect());
    Ok(())
}
