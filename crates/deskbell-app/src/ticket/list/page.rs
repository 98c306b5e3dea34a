//! A page of a list without words: the total from the counters or counted up to a limit, then the page's ids.

use deskbell_core::Actor;
use deskbell_db::{Engine, Tx, Value};

use super::way::{self, By, Way};
use super::{EXACT_UP_TO, Filter, Paging, Sort, conditions};
use crate::error::Result;
use crate::search::Reach;
use crate::statement::Statement;
use crate::ticket::{load, sql};

/// How many times as many rows as expected a way may have before another one is tried, and how many at the least.
const UNEVEN: i64 = 8;
const FEW: i64 = 1_000;

/// More rows than this are not walked in vain.
const MANY: i64 = 20_000;

/// The total, whether it is exact, and the ids of the page and one more.
pub(super) fn find(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    paging: &Paging,
) -> Result<(i64, bool, Vec<i64>)> {
    let (shown, exact) = total(tx, actor, filter)?;
    let total = if exact { shown } else { EXACT_UP_TO + 1 };
    if paging.limit == 0 || total == 0 || (exact && paging.start >= total) {
        return Ok((shown, exact, Vec::new()));
    }
    let ways = way::of_page(tx, actor, filter, paging, total)?;
    Ok((shown, exact, ids(tx, actor, filter, paging, &ways)?))
}

/// The total as it is shown, and whether it is exact.
pub(super) fn total(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<(i64, bool)> {
    if filter.is_never() {
        return Ok((0, true));
    }
    if way::counters_know(filter) {
        return Ok((way::counted(tx, actor, filter)?, true));
    }
    let total = count(tx, actor, filter)?;
    Ok((total.min(EXACT_UP_TO), total <= EXACT_UP_TO))
}

/// The total as `total` says it, but from at most `most` rows: where that does not do, at least so many.
pub(super) fn about(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    if filter.is_never() {
        return Ok((0, true));
    }
    if way::counters_know(filter) {
        return Ok((way::counted(tx, actor, filter)?, true));
    }
    let way = way::narrow(tx, actor, filter, most)?;
    let condition = condition(tx.engine(), actor, filter, &way);
    let mut statement = walked(tx.engine(), &way, condition, None, Some(most), Some(filter));
    statement.limit(most);
    let text = sql::count_fitting(&statement.text);
    let (rows, found) =
        tx.first(&text, &statement.params, |row| Ok((row.int(0)?, row.int(1)?)))?.unwrap_or_default();
    Ok((found.min(EXACT_UP_TO), rows < most && found <= EXACT_UP_TO))
}

/// The statement that finds all that match, in one piece, so that an order can be appended.
pub(super) fn all(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Statement> {
    let way = Way { merged: false, ..way::narrowest(tx, actor, filter)? };
    let condition = condition(tx.engine(), actor, filter, &way);
    Ok(union(tx.engine(), &way, condition, None, None))
}

/// The ids of the page and one more, on the first of the ways that has not many more rows than was expected of it: where
/// matches do not lie evenly, as after many new tickets of one kind, another way may have a page at once.
fn ids(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    paging: &Paging,
    ways: &[(Way, i64)],
) -> Result<Vec<i64>> {
    let mut whole = &ways[0].0;
    for (way, expected) in ways {
        let most = expected.saturating_mul(UNEVEN).max(FEW);
        if ways.len() == 1 || !way.merged || most > MANY {
            whole = way;
            break;
        }
        let statement = page(tx.engine(), actor, filter, paging, way, Some(most));
        let ids = tx.all(&statement.text, &statement.params, |row| row.int(0))?;
        if ids.len() as i64 > paging.limit {
            return Ok(ids);
        }
    }
    let statement = page(tx.engine(), actor, filter, paging, whole, None);
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?)
}

/// How many match; one more than is exact where there are more.
fn count(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<i64> {
    let way = way::narrowest(tx, actor, filter)?;
    let mut statement = union(tx.engine(), &way, condition(tx.engine(), actor, filter, &way), None, None);
    statement.limit(EXACT_UP_TO + 1);
    let text = sql::count_of(&statement.text);
    Ok(tx.first(&text, &statement.params, |row| row.int(0))?.unwrap_or(0))
}

/// The statement that finds the ids of a page, and one more; among the first `most` rows of the way only.
fn page(
    engine: Engine,
    actor: &Actor,
    filter: &Filter,
    paging: &Paging,
    way: &Way,
    most: Option<i64>,
) -> Statement {
    let mut statement = union(engine, way, condition(engine, actor, filter, way), Some(paging), most);
    order(paging, &mut statement);
    if let Some(most) = most {
        statement.limit_about(most);
        statement.text = sql::fitting(&statement.text);
        order(paging, &mut statement);
    }
    statement.limit(paging.limit + 1).offset(paging.start);
    statement
}

/// By the columns that `union` selects.
fn order(paging: &Paging, statement: &mut Statement) {
    let direction = if paging.descending { " DESC" } else { " ASC" };
    statement.push(" ORDER BY ");
    if paging.sort != Sort::Id {
        statement.push("2").push(direction).push(", ");
    }
    statement.push("1").push(direction);
}

/// Which of the tickets on the way are meant.
fn condition(engine: Engine, actor: &Actor, filter: &Filter, way: &Way) -> Statement {
    let mut condition = Statement::default();
    load::visible(&actor.scope, &mut condition);
    conditions(&way.rest(filter), engine, Reach::Each, &mut condition);
    condition
}

/// The ids on a way, range by range, that meet a condition; or the first `most` of all, and whether they do. For a page
/// with what it is sorted by, and only those after its cursor. An order and a limit can be appended.
pub(super) fn union(
    engine: Engine,
    way: &Way,
    condition: Statement,
    paging: Option<&Paging>,
    most: Option<i64>,
) -> Statement {
    walked(engine, way, condition, paging, most, None)
}

/// The same, of the ranges only what is within the times of a filter, where they are in the order of these.
fn walked<'w>(
    engine: Engine,
    way: &'w Way,
    mut condition: Statement,
    paging: Option<&Paging>,
    most: Option<i64>,
    times: Option<&Filter>,
) -> Statement {
    let id = if way.by == By::Tag && way.merged { "tt.ticket_id" } else { "t.id" };
    let sorted = paging.map_or("t.id", |paging| paging.sort.column());
    let mut columns = if sorted == "t.id" { id.to_owned() } else { format!("{id}, {sorted}") };
    if most.is_some() {
        columns = sql::flagged(id, sorted, &condition.text);
        condition.text = "1 = 1".to_owned();
    }
    let mut statement = Statement { text: String::new(), params: condition.params };
    let head = if way.by == By::Tag && way.merged {
        sql::select_tagged(&columns)
    } else {
        sql::select_by(engine, &columns, way.by.index().filter(|_| !way.ranges.is_empty()))
    };
    if !way.merged || way.ranges.is_empty() {
        statement.push(&head).push(&condition.text);
        way.within(&mut statement);
        if let Some(filter) = times {
            way.within_times(filter, &mut statement);
        }
        if let Some(paging) = paging {
            after(paging, id, None, &mut statement);
        }
        return statement;
    }
    let same = |range: &'w Vec<Value<'static>>| range.first().filter(|_| way.by == By::Priority);
    // Of one priority after the other only those from the cursor on.
    let comes =
        |range: &&'w Vec<Value<'static>>| !paging.is_some_and(|paging| is_before(paging, same(range)));
    let ranges: Vec<&'w Vec<Value<'static>>> = way.ranges.iter().filter(comes).collect();
    // PostgreSQL merges ranges only if each says its order and how few rows are wanted of it.
    let said = paging.filter(|_| engine == Engine::Postgres && ranges.len() > 1);
    // A ticket may have several of the tags, and comes once.
    let joint = if way.by == By::Tag { " UNION " } else { " UNION ALL " };
    for (n, range) in ranges.iter().enumerate() {
        statement.push(if n == 0 { "" } else { joint }).push(if said.is_some() { "(" } else { "" });
        statement.push(&head).push(&condition.text);
        for (column, value) in way.by.leading().iter().zip(*range) {
            statement.push(" AND ").push(column).push(" = ").bind(value.clone());
        }
        statement.push(way.by.stated());
        if let Some(filter) = times {
            way.within_times(filter, &mut statement);
        }
        if let Some(paging) = paging {
            after(paging, id, same(range), &mut statement);
        }
        if let Some(paging) = said {
            order(paging, &mut statement);
            match most {
                Some(most) => statement.limit_about(most),
                None => statement.limit(paging.start + paging.limit + 1),
            };
            statement.push(")");
        }
    }
    if ranges.is_empty() {
        let none = sql::select_by(engine, &columns, None);
        statement.push(&none).push(&condition.text).push(" AND 1 = 0");
    }
    statement
}

/// Whether a whole range of one priority comes before the cursor of a list that is sorted by it.
fn is_before(paging: &Paging, same: Option<&Value<'_>>) -> bool {
    match (&paging.after, same) {
        (Some(cursor), Some(Value::Int(priority))) if paging.sort == Sort::Priority => {
            if paging.descending {
                *priority > cursor.value
            } else {
                *priority < cursor.value
            }
        }
        _ => false,
    }
}

/// Only what comes after the cursor; `same` is the priority of all the range.
fn after(paging: &Paging, id: &str, same: Option<&Value<'_>>, statement: &mut Statement) {
    let Some(cursor) = &paging.after else { return };
    let beyond = if paging.descending { " < " } else { " > " };
    match (paging.sort, same) {
        (Sort::Priority, Some(same)) if *same != Value::Int(cursor.value) => {}
        (Sort::Priority, Some(_)) | (Sort::Id, _) => {
            statement.push(" AND ").push(id).push(beyond).bind(cursor.id);
        }
        (sort, _) => {
            statement.push(" AND (").push(sort.column()).push(", t.id)").push(beyond);
            statement.push("(").bind(cursor.value).push(", ").bind(cursor.id).push(")");
        }
    }
}
