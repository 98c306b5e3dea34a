//! A page of a list with a `query`: hits come newest first from the index, and pass the gate and the filters in batches.

use std::ops::ControlFlow;

use deskbell_core::Actor;
use deskbell_core::search::Clause;
use deskbell_db::{Engine, Tx};

use super::asked::Asked;
use super::{EXACT_UP_TO, Filter, Paging, Sort, conditions, page, way};
use crate::error::Result;
use crate::search::{self, Condition, Frequent, Reach};
use crate::statement::Statement;
use crate::ticket::{load, sql};

/// How many ids go into one statement; and where its words are costly to look up.
const TOGETHER: usize = 512;
const MANY_TOGETHER: usize = 8_192;

/// How many hidden tickets are few.
const FEW: i64 = 1_000;

/// How many hits more than a total counts are counted, so that a count that is remembered stays of use for a while.
const MARGIN: i64 = 2_000;

/// Up to so many tickets of a caller with limits are looked at one by one, so that it makes no difference what others have.
const OWN: i64 = 2_000;

/// How many ids lie between hits, about, up to which their words are looked up together.
const DENSE: i64 = 16;

/// How many ids a first window spans where all tickets are walked, and how many hits make a window large enough.
const WINDOW: i64 = 4_096;
const ENOUGH: usize = 1_000;

/// The total, whether it is exact, and the ids of the page and one more.
pub(super) fn find(
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: &Asked,
    paging: &Paging,
    frequent: &Frequent,
) -> Result<(i64, bool, Vec<i64>)> {
    if !asked.worded {
        return page::find(tx, actor, &asked.filter, paging);
    }
    if asked.words.is_empty() || !actor.scope.is_everything() {
        let each = asked.with_words(tx.engine());
        if !is_costly(&each) && way::counted(tx, actor, &each)? <= OWN {
            return page::find(tx, actor, &each, paging);
        }
    }
    let hits = Hits { actor, filter: &asked.filter, words: &asked.words, hidden: None };
    if paging.sort == Sort::Id && paging.descending {
        let hidden = few_hidden(tx, actor, &asked.filter)?.filter(|_| !asked.words.is_empty());
        newest_first(tx, &Hits { hidden, ..hits }, paging, frequent)
    } else {
        sorted(tx, &hits, paging)
    }
}

/// Whether words of the filter are costly to look up.
fn is_costly(filter: &Filter) -> bool {
    filter.beyond.iter().any(Condition::is_costly)
}

/// How many ids are looked at together.
fn together(filter: &Filter) -> usize {
    if is_costly(filter) { MANY_TOGETHER } else { TOGETHER }
}

/// In the index's own order: stops as soon as the page is full and the total known, or known to be large.
fn newest_first(
    tx: &mut Tx<'_>,
    hits: &Hits<'_>,
    paging: &Paging,
    frequent: &Frequent,
) -> Result<(i64, bool, Vec<i64>)> {
    let moment = match &hits.hidden {
        Some(hidden) => Some((frequent.moment(tx, hits.words)?, hidden.len() as i64)),
        None => None,
    };
    if moment.as_ref().is_some_and(|(moment, hidden)| moment.at_least() - hidden > EXACT_UP_TO) {
        return Ok((EXACT_UP_TO, false, page_of(tx, hits, paging)?));
    }
    let want = wanted(paging);
    let (below, mut skip) = (paging.after.map_or(i64::MAX, |c| c.id), paging.start);
    let (mut total, mut found) = (0, Vec::new());
    let enough = if moment.is_some() { EXACT_UP_TO + MARGIN } else { EXACT_UP_TO };
    hits.each(tx, None, |id| {
        total += 1;
        if id < below && found.len() < want {
            if skip > 0 {
                skip -= 1;
            } else {
                found.push(id);
            }
        }
        if total > enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if total <= EXACT_UP_TO {
        return Ok((total, true, found));
    }
    if let Some((moment, _)) = moment {
        moment.remember(total);
    }
    let found = if found.len() < want { page_of(tx, hits, paging)? } else { found };
    Ok((EXACT_UP_TO, false, found))
}

/// How many ids a page wants: one more tells whether there is a next one.
fn wanted(paging: &Paging) -> usize {
    if paging.limit == 0 { 0 } else { paging.limit as usize + 1 }
}

/// A page without a total: begins at the cursor, or walks to `start`.
fn page_of(tx: &mut Tx<'_>, hits: &Hits<'_>, paging: &Paging) -> Result<Vec<i64>> {
    let (want, mut skip, mut page) = (wanted(paging), paging.start, Vec::new());
    if want == 0 {
        return Ok(page);
    }
    hits.each(tx, paging.after.map(|c| c.id - 1), |id| {
        if skip > 0 {
            skip -= 1;
        } else {
            page.push(id);
        }
        if page.len() >= want { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(page)
}

/// The hits of a query that exist for an actor and pass the filters.
struct Hits<'h> {
    actor: &'h Actor,
    filter: &'h Filter,
    words: &'h [Clause],
    /// All that are not to be shown, ascending, if they are few; then no hit has to be looked at.
    hidden: Option<Vec<i64>>,
}

impl Hits<'_> {
    /// Calls `each` with one after the other, newest first, beginning at `newest` or the newest of all.
    fn each(
        &self,
        tx: &mut Tx<'_>,
        newest: Option<i64>,
        mut each: impl FnMut(i64) -> ControlFlow<()>,
    ) -> Result<()> {
        if self.words.is_empty() {
            return walk(tx, self.actor, self.filter, "t.id", newest, |id, _| each(id));
        }
        if let Some(hidden) = &self.hidden {
            let seen = |id| hidden.binary_search(&id).is_err();
            let whole = search::one_by_one(tx, self.words, newest, |id| {
                if seen(id) { each(id) } else { ControlFlow::Continue(()) }
            })?;
            if whole.is_some() {
                return Ok(());
            }
        }
        search::hits(tx, self.words, newest, |tx, hits| {
            for some in hits.chunks(together(self.filter)) {
                let there = match &self.hidden {
                    Some(hidden) => {
                        some.iter().copied().filter(|id| hidden.binary_search(id).is_err()).collect()
                    }
                    None => admitted(tx, self.actor, self.filter, some)?,
                };
                if there.into_iter().any(|id| each(id).is_break()) {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

/// Calls `each` with the id and a column of all tickets that exist for the actor and pass the filters, newest first, for words
/// that no index leads to.
fn walk(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    column: &str,
    newest: Option<i64>,
    mut each: impl FnMut(i64, i64) -> ControlFlow<()>,
) -> Result<()> {
    let last = tx.first(sql::NEWEST, &[], |row| row.opt_int(0))?.flatten().unwrap_or(0);
    let (mut high, mut width) = (newest.unwrap_or(last).min(last), WINDOW);
    while high > 0 {
        let low = (high - width + 1).max(1);
        let columns = format!("t.id, {column}");
        let mut statement = Statement::new(&sql::select_by(tx.engine(), &columns, None));
        load::visible(&actor.scope, &mut statement);
        conditions(filter, tx.engine(), Reach::Window(low, high), &mut statement);
        statement.push(" AND t.id BETWEEN ").bind(low).push(" AND ").bind(high).push(" ORDER BY t.id DESC");
        let found = tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.int(1)?)))?;
        if found.len() < ENOUGH {
            width = width.saturating_mul(4);
        }
        if found.into_iter().any(|(id, value)| each(id, value).is_break()) {
            return Ok(());
        }
        high = low - 1;
    }
    Ok(())
}

/// All hits, ascending.
pub(super) fn ids(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked) -> Result<Vec<i64>> {
    let hits = Hits { actor, filter: &asked.filter, words: &asked.words, hidden: None };
    let mut found = Vec::new();
    hits.each(tx, None, |id| {
        found.push(id);
        ControlFlow::Continue(())
    })?;
    found.reverse();
    Ok(found)
}

/// In another order: all hits are needed before the first row is known.
fn sorted(tx: &mut Tx<'_>, hits: &Hits<'_>, paging: &Paging) -> Result<(i64, bool, Vec<i64>)> {
    let mut rows: Vec<(i64, i64)> = Vec::new();
    let column = paging.sort.column();
    if hits.words.is_empty() {
        walk(tx, hits.actor, hits.filter, column, None, |id, value| {
            rows.push((value, id));
            ControlFlow::Continue(())
        })?;
    } else {
        search::hits(tx, hits.words, None, |tx, found| {
            for some in found.chunks(together(hits.filter)) {
                let statement = admit(tx.engine(), hits.actor, hits.filter, column, some);
                rows.extend(
                    tx.all(&statement.text, &statement.params, |row| Ok((row.int(1)?, row.int(0)?)))?,
                );
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
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
    let rest = Filter { query: None, ..filter.clone() };
    if !actor.scope.is_everything() || !rest.is_open() {
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
    let statement = admit(tx.engine(), actor, filter, "t.id", hits);
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?)
}

fn admit(engine: Engine, actor: &Actor, filter: &Filter, column: &str, hits: &[i64]) -> Statement {
    let reach = match hits {
        [high, .., low]
            if engine == Engine::Sqlite && (is_costly(filter) || high - low <= DENSE * hits.len() as i64) =>
        {
            Reach::Window(*low, *high)
        }
        _ => Reach::Each,
    };
    let mut statement = Statement::new(&sql::select_ids_and(column));
    load::visible(&actor.scope, &mut statement);
    conditions(filter, engine, reach, &mut statement);
    statement.push(" AND ").within("t.id", hits).push(" ORDER BY t.id DESC");
    statement
}
