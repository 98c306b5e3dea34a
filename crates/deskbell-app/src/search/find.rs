//! Which tickets have the words of a query, newest first, in batches: whoever asks stops when it has enough.

use std::ops::ControlFlow;

use deskbell_core::search::Clause;
use deskbell_db::{Engine, Tx};

use super::{PLACES, sql};
use crate::error::Result;
use crate::statement::Statement;

/// How many tickets' ids a first window spans on SQLite, and how many hits make a window large enough.
const WINDOW: i64 = 4_096;
const ENOUGH: usize = 1_000;

/// How many hits one statement brings on PostgreSQL, whose index is read whole each time.
const BATCH: i64 = 20_000;

/// Calls `each` with ids of tickets that match every clause, in descending order, none twice, beginning at `newest`
/// (or the newest ticket of all). What the caller may see is the asker's matter.
pub(crate) fn hits(
    tx: &mut Tx<'_>,
    words: &[Clause],
    newest: Option<i64>,
    each: impl FnMut(&mut Tx<'_>, &[i64]) -> Result<ControlFlow<()>>,
) -> Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    let last = tx.first(sql::NEWEST, &[], |row| row.opt_int(0))?.flatten().unwrap_or(0);
    let newest = newest.unwrap_or(last).min(last);
    match tx.engine() {
        Engine::Sqlite => sqlite(tx, words, newest, each),
        Engine::Postgres => postgres(tx, words, newest, each),
    }
}

/// The same ticket by ticket, for as long as the index is read on: nothing else can be asked meanwhile. `None` where hits
/// come in batches alone.
pub(crate) fn one_by_one(
    tx: &mut Tx<'_>,
    words: &[Clause],
    newest: Option<i64>,
    mut each: impl FnMut(i64) -> ControlFlow<()>,
) -> Result<Option<()>> {
    let (Engine::Sqlite, [clause]) = (tx.engine(), words) else { return Ok(None) };
    let mut last = i64::MAX;
    let highest = newest.map_or(i64::MAX, |newest| newest.saturating_mul(PLACES).saturating_add(PLACES - 1));
    let params = [clause.fts5().into(), 0.into(), highest.into()];
    tx.each::<crate::Error>(sql::SQLITE_FIND, &params, |row| {
        let ticket = row.int(0)? / PLACES;
        if ticket == last {
            return Ok(ControlFlow::Continue(()));
        }
        last = ticket;
        Ok(each(ticket))
    })?;
    Ok(Some(()))
}

fn sqlite(
    tx: &mut Tx<'_>,
    words: &[Clause],
    newest: i64,
    mut each: impl FnMut(&mut Tx<'_>, &[i64]) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let clauses: Vec<String> = words.iter().map(|c| c.fts5()).collect();
    let (mut high, mut width) = (newest, WINDOW);
    while high > 0 {
        let low = (high - width + 1).max(1);
        let mut found: Option<Vec<i64>> = None;
        for clause in &clauses {
            let tickets = window(tx, clause, low, high)?;
            let both = match found {
                None => tickets,
                Some(before) => intersection(&before, &tickets),
            };
            let done = both.is_empty();
            found = Some(both);
            if done {
                break;
            }
        }
        let found = found.unwrap_or_default();
        if found.len() < ENOUGH {
            width = width.saturating_mul(4);
        }
        if !found.is_empty() && each(tx, &found)?.is_break() {
            return Ok(());
        }
        high = low - 1;
    }
    Ok(())
}

/// The tickets of one window that match one clause, descending.
fn window(tx: &mut Tx<'_>, clause: &str, low: i64, high: i64) -> Result<Vec<i64>> {
    let mut tickets: Vec<i64> = Vec::new();
    let (from, to) = (low * PLACES, high * PLACES + (PLACES - 1));
    tx.each::<crate::Error>(sql::SQLITE_FIND, &[clause.into(), from.into(), to.into()], |row| {
        let ticket = row.int(0)? / PLACES;
        if tickets.last() != Some(&ticket) {
            tickets.push(ticket);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(tickets)
}

/// What two descending lists share.
fn intersection(a: &[i64], b: &[i64]) -> Vec<i64> {
    let mut both = Vec::new();
    let mut b = b.iter().peekable();
    for id in a {
        while b.next_if(|other| *other > id).is_some() {}
        if b.next_if(|other| *other == id).is_some() {
            both.push(*id);
        }
    }
    both
}

fn postgres(
    tx: &mut Tx<'_>,
    words: &[Clause],
    newest: i64,
    mut each: impl FnMut(&mut Tx<'_>, &[i64]) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut high = newest;
    while high > 0 {
        let mut statement = Statement::new(sql::POSTGRES_FIND);
        statement.bind(high);
        for (n, clause) in words.iter().enumerate() {
            statement.push(if n == 0 { sql::POSTGRES_MATCH } else { sql::POSTGRES_ALSO });
            statement.bind(clause.tsquery()).push(sql::POSTGRES_QUERY).push(if n == 0 { "" } else { ")" });
        }
        statement.push(" ORDER BY ticket_id DESC").limit(BATCH);
        let found = tx.all(&statement.text, &statement.params, |row| row.int(0))?;
        let Some(lowest) = found.last() else { return Ok(()) };
        let full = found.len() as i64 == BATCH;
        if each(tx, &found)?.is_break() || !full {
            return Ok(());
        }
        high = lowest - 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::intersection;

    #[test]
    fn two_descending_lists_share_what_stands_in_both() {
        assert_eq!(intersection(&[9, 7, 5, 1], &[8, 7, 6, 5, 4]), [7, 5]);
        assert_eq!(intersection(&[3], &[]), [0; 0]);
        assert_eq!(intersection(&[2, 1], &[3, 1]), [1]);
    }
}
