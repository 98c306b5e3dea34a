//! Lists in an order that no index has: all that match are sorted, and the walk goes on by position.

use deskbell_core::{Actor, Scope};
use deskbell_db::{Engine, Tx};

use super::asked::Asked;
use super::clause::push_target;
use super::key::{Key, Kind, TARGET};
use super::{EXACT_UP_TO, Filter, Paging, Sort, page, searched};
use crate::error::Result;
use crate::statement::Statement;
use crate::ticket::sql;

/// One key of an order.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The key.
    pub key: &'static Key,
    /// Highest first.
    pub descending: bool,
}

/// The sort of the list that gives this order, if there is one.
pub(super) fn plain(orders: &[Order]) -> Option<(Sort, bool)> {
    let [first, rest @ ..] = orders else { return None };
    let same = |order: &Order| order.key.name == "id" && order.descending == first.descending;
    let sort = Sort::parse(first.key.name)?;
    rest.iter().all(same).then_some((sort, first.descending))
}

/// The total, whether it is exact, and the ids of the page and one more. `start` is how many rows come before.
pub(super) fn find(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    orders: &[Order],
    paging: &Paging,
    start: i64,
) -> Result<(i64, bool, Vec<i64>)> {
    let engine = tx.engine();
    let (scope, most) = (&actor.scope, paging.limit + 1);
    let asked = match &filter.query {
        Some(query) => Some(Asked::of(tx, actor, filter, query)?),
        None => None,
    };
    let filter = asked.as_ref().map_or(filter, |asked| &asked.filter);
    let Some(asked) = asked.as_ref().filter(|asked| asked.worded) else {
        let (total, exact) = page::total(tx, actor, filter)?;
        if paging.limit == 0 || total == 0 {
            return Ok((total, exact, Vec::new()));
        }
        let mut statement = page::all(tx, actor, filter)?;
        order_by(engine, orders, scope, &mut statement);
        statement.limit(most).offset(start);
        let ids = tx.all(&statement.text, &statement.params, |row| row.int(0))?;
        return Ok((total, exact, ids));
    };
    let ids = searched::ids(tx, actor, asked)?;
    let total = ids.len() as i64;
    let (shown, exact) = (total.min(EXACT_UP_TO), total <= EXACT_UP_TO);
    if paging.limit == 0 || total == 0 {
        return Ok((shown, exact, Vec::new()));
    }
    let mut statement = Statement::new(sql::SELECT_IDS);
    let (list, end) = sql::among_numbers(engine);
    statement.push(list).bind(format!("{ids:?}")).push(end);
    order_by(engine, orders, scope, &mut statement);
    statement.limit(most).offset(start);
    Ok((shown, exact, tx.all(&statement.text, &statement.params, |row| row.int(0))?))
}

/// Nothing comes first, upwards; ties go by id.
fn order_by(engine: Engine, orders: &[Order], scope: &Scope, statement: &mut Statement) {
    statement.push(" ORDER BY ");
    for order in orders {
        let column = match order.key.kind {
            Kind::Text if engine == Engine::Postgres => {
                format!("LOWER({} COLLATE \"C\") COLLATE \"C\"", order.key.column)
            }
            Kind::Tags if engine == Engine::Postgres => format!("{} COLLATE \"C\"", order.key.column),
            Kind::Text => format!("LOWER({})", order.key.column),
            _ if order.key.column == TARGET => {
                push_target(scope, statement);
                String::new()
            }
            _ => order.key.column.to_owned(),
        };
        statement.push(&column).push(if order.descending {
            " DESC NULLS LAST, "
        } else {
            " ASC NULLS FIRST, "
        });
    }
    let down = orders.first().is_some_and(|order| order.descending);
    statement.push(if down { "t.id DESC" } else { "t.id ASC" });
}
