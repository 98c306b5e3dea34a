//! A page of a list with a `query`: hits come newest first from the index, and pass the gate and the filters in batches.

use std::ops::ControlFlow;

use deskbell_core::Actor;
use deskbell_core::search::Query;
use deskbell_db::Tx;

use super::{EXACT_UP_TO, Filter, Paging, Sort, conditions};
use crate::error::Result;
use crate::search;
use crate::statement::Statement;
use crate::ticket::{load, sql};

/// How many ids go into one statement.
const TOGETHER: usize = 512;

/// How many hidden tickets are few.
const FEW: i64 = 1_000;

/// The total, whether it is exact, and the ids of the page and one more.
pub(super) fn find(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    query: &Query,
    paging: &Paging,
) -> Result<(i64, bool, Vec<i64>)> {
    if paging.sort == Sort::Id && paging.descending {
        newest_first(tx, actor, filter, query, paging)
    } else {
        sorted(tx, actor, filter, query, paging)
    }
}

/// In the index's own order: stops as soon as the page is full and the total known, or known to be large.
fn newest_first(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    query: &Query,
    paging: &Paging,
) -> Result<(i64, bool, Vec<i64>)> {
    let want = if paging.limit == 0 { 0 } else { paging.limit as usize + 1 };
    let mut taken = Taken {
        total: 0,
        below: paging.after.map_or(i64::MAX, |c| c.id),
        skip: paging.start,
        want,
        page: Vec::new(),
    };
    let hidden = few_hidden(tx, actor, filter)?;
    let whole = match &hidden {
        Some(hidden) => search::one_by_one(tx, query, |id| {
            if hidden.binary_search(&id).is_ok() { ControlFlow::Continue(()) } else { taken.take(id) }
        })?,
        None => None,
    };
    if whole.is_none() {
        search::hits(tx, query, None, |tx, hits| {
            for some in hits.chunks(TOGETHER) {
                let there = match &hidden {
                    Some(hidden) => {
                        some.iter().copied().filter(|id| hidden.binary_search(id).is_err()).collect()
                    }
                    None => admitted(tx, actor, filter, some)?,
                };
                if there.into_iter().any(|id| taken.take(id).is_break()) {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let Taken { total, mut page, .. } = taken;
    if total > EXACT_UP_TO && page.len() < want {
        page = beyond(tx, actor, filter, query, paging, want)?;
    }
    let exact = total <= EXACT_UP_TO;
    Ok((total.min(EXACT_UP_TO), exact, page))
}

/// A page that fills and a total that grows, hit by hit.
struct Taken {
    total: i64,
    below: i64,
    skip: i64,
    want: usize,
    page: Vec<i64>,
}

impl Taken {
    /// Breaks as soon as no further hit can change the total that is told.
    fn take(&mut self, id: i64) -> ControlFlow<()> {
        self.total += 1;
        if id < self.below && self.page.len() < self.want {
            if self.skip > 0 {
                self.skip -= 1;
            } else {
                self.page.push(id);
            }
        }
        if self.total > EXACT_UP_TO { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// A page beyond what is counted: begins at the cursor, or walks to `start`.
fn beyond(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    query: &Query,
    paging: &Paging,
    want: usize,
) -> Result<Vec<i64>> {
    let newest = paging.after.map(|c| c.id - 1);
    let (mut skip, mut page) = (paging.start, Vec::new());
    search::hits(tx, query, newest, |tx, hits| {
        for some in hits.chunks(TOGETHER) {
            for id in admitted(tx, actor, filter, some)? {
                if skip > 0 {
                    skip -= 1;
                } else if page.len() < want {
                    page.push(id);
                }
            }
            if page.len() >= want {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

/// In another order: all hits are needed before the first row is known.
fn sorted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    query: &Query,
    paging: &Paging,
) -> Result<(i64, bool, Vec<i64>)> {
    let mut rows: Vec<(i64, i64)> = Vec::new();
    search::hits(tx, query, None, |tx, hits| {
        for some in hits.chunks(TOGETHER) {
            let statement = admit(actor, filter, paging.sort.column(), some);
            rows.extend(tx.all(&statement.text, &statement.params, |row| Ok((row.int(1)?, row.int(0)?)))?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    rows.sort_unstable();
    if paging.descending {
        rows.reverse();
    }
    let total = rows.len() as i64;
    let after = |row: &(i64, i64)| match &paging.after {
        None => true,
        Some(c) if paging.descending => *row < (c.value, c.id),
        Some(c) => *row > (c.value, c.id),
    };
    let want = if paging.limit == 0 { 0 } else { paging.limit as usize + 1 };
    let page =
        rows.into_iter().filter(after).skip(paging.start as usize).take(want).map(|(_, id)| id).collect();
    Ok((total.min(EXACT_UP_TO), total <= EXACT_UP_TO, page))
}

/// The tickets that are hidden from an actor without limits in a list without filters, if they are few: then a hit
/// need not be looked at to know that it counts. Ascending; `None` where each has to be.
fn few_hidden(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Option<Vec<i64>>> {
    let open = Filter { archived_too: filter.archived_too, query: filter.query.clone(), ..Filter::default() };
    if !actor.scope.is_everything() || *filter != open {
        return Ok(None);
    }
    let mut hidden = Vec::new();
    for text in [sql::IN_TRASH, sql::IN_ARCHIVE].into_iter().take(if filter.archived_too { 1 } else { 2 }) {
        let ids = tx.all(text, &[(FEW + 1).into()], |row| row.int(0))?;
        if ids.len() as i64 > FEW {
            return Ok(None);
        }
        hidden.extend(ids);
    }
    hidden.sort_unstable();
    Ok(Some(hidden))
}

/// Those of the hits that exist for the actor and pass the filters, descending.
fn admitted(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, hits: &[i64]) -> Result<Vec<i64>> {
    let statement = admit(actor, filter, "t.id", hits);
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?)
}

fn admit(actor: &Actor, filter: &Filter, column: &str, hits: &[i64]) -> Statement {
    let mut statement = Statement::new(&sql::select_ids_and(column));
    load::visible(&actor.scope, &mut statement);
    conditions(filter, &mut statement);
    statement.push(" AND ").within("t.id", hits).push(" ORDER BY t.id DESC");
    statement
}
