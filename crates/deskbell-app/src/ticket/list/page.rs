//! A page of a list without words: the total from the counters or counted up to a limit, then the page's ids.

use deskbell_core::Actor;
use deskbell_db::Tx;

use super::{EXACT_UP_TO, Filter, Paging, Sort, conditions, drive};
use crate::error::Result;
use crate::statement::Statement;
use crate::ticket::{load, sql};

/// The total, whether it is exact, and the ids of the page and one more.
pub(super) fn find(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    paging: &Paging,
) -> Result<(i64, bool, Vec<i64>)> {
    let narrow = drive::narrowest(tx, actor, filter)?;
    let counted = drive::counters_know(filter);
    let total = if counted {
        drive::counted(tx, actor, filter)?
    } else {
        let mut statement = ids(tx, actor, filter, narrow.index);
        statement.push(" LIMIT ").bind(EXACT_UP_TO + 1);
        let text = sql::count_of(&statement.text);
        tx.first(&text, &statement.params, |row| row.int(0))?.unwrap_or(0)
    };
    let exact = counted || total <= EXACT_UP_TO;
    let shown = if exact { total } else { EXACT_UP_TO };
    if paging.limit == 0 || total == 0 || (exact && paging.start >= total) {
        return Ok((shown, exact, Vec::new()));
    }
    let everything = drive::everything(tx)?;
    let index = drive::for_page(narrow, total, everything, paging);
    let mut statement = ids(tx, actor, filter, index);
    after(paging, &mut statement);
    order(paging, &mut statement);
    statement.push(" LIMIT ").bind(paging.limit + 1);
    if paging.start > 0 {
        statement.push(" OFFSET ").bind(paging.start);
    }
    let page = tx.all(&statement.text, &statement.params, |row| row.int(0))?;
    Ok((shown, exact, page))
}

/// The tickets that match, by way of an index.
fn ids(tx: &Tx<'_>, actor: &Actor, filter: &Filter, index: Option<&str>) -> Statement {
    let mut statement = Statement::new(&sql::select_ids_by(tx.engine(), index));
    load::visible(&actor.scope, &mut statement);
    // Partial indexes are usable only where their condition is stated.
    match index {
        Some("ticket_by_user") => statement.push(" AND t.user_id <> 0"),
        Some("ticket_by_brand") if filter.brands.is_empty() => statement.push(sql::AND_ANY_BRAND),
        Some("ticket_by_customer") => statement.push(" AND t.customer_id <> 0"),
        _ => &mut statement,
    };
    conditions(filter, &mut statement);
    statement
}

/// Only what comes after the cursor.
fn after(paging: &Paging, statement: &mut Statement) {
    let Some(cursor) = &paging.after else { return };
    let beyond = if paging.descending { " < " } else { " > " };
    statement.push(" AND ");
    if paging.sort == Sort::Id {
        statement.push("t.id").push(beyond).bind(cursor.id);
    } else {
        statement.push("(").push(paging.sort.column()).push(", t.id)").push(beyond);
        statement.push("(").bind(cursor.value).push(", ").bind(cursor.id).push(")");
    }
}

fn order(paging: &Paging, statement: &mut Statement) {
    let direction = if paging.descending { " DESC" } else { " ASC" };
    statement.push(" ORDER BY ");
    if paging.sort != Sort::Id {
        statement.push(paging.sort.column()).push(direction).push(", ");
    }
    statement.push("t.id").push(direction);
}
