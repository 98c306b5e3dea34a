//! By which index a list is found, decided from what the counters say: a small set is taken from a filter's index and
//! sorted, a large one is met soon enough on a walk along the sort's index.

use deskbell_core::{Actor, Limit};
use deskbell_db::Tx;

use super::{Filter, Paging, Sort};
use crate::error::Result;
use crate::statement::Statement;
use crate::ticket::{counters, load, sql};

/// An index and how many rows it brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Drive {
    /// Its name; `None` is the table itself, by id.
    pub(super) index: Option<&'static str>,
    /// How many rows it brings, as far as is known.
    pub(super) rows: i64,
}

/// How many rows of an index are worth looking at to learn how large a set is.
const LOOK: i64 = 20_000;

/// How many tickets match what the counters know of the filter, within the actor's limits.
pub(super) fn counted(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<i64> {
    let mut condition = Statement::default();
    load::in_scope(&actor.scope, "", &mut condition);
    super::counted(filter, "", &mut condition);
    let small = filter.users.is_empty() && filter.channels.is_empty() && filter.priorities.is_empty();
    counters::sum(tx, small, &condition)
}

/// Whether the counters know all of the filter, so that their sum is the total.
pub(super) fn counters_know(filter: &Filter) -> bool {
    filter.customers.is_empty()
        && filter.forms.is_empty()
        && filter.tags.is_empty()
        && filter.directions.is_empty()
        && filter.created_from.is_none()
        && filter.created_to.is_none()
        && filter.updated_from.is_none()
        && filter.updated_to.is_none()
}

/// The best index of a filter to find all its tickets by.
pub(super) fn narrowest(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Drive> {
    let mut best = Drive { index: None, rows: everything(tx)? };
    let mut offer = |index, rows| {
        if rows < best.rows {
            best = Drive { index: Some(index), rows };
        }
    };
    let only = |part: Filter| Filter { archived_too: true, ..part };
    let everyone = Actor::system();
    let (brands, groups) = limits(actor, filter);
    if !filter.users.is_empty() && !filter.users.contains(&0) {
        let part = only(Filter {
            users: filter.users.clone(),
            statuses: filter.statuses.clone(),
            ..Filter::default()
        });
        offer("ticket_by_user", counted(tx, &everyone, &part)?);
    }
    if let Some(groups) = groups {
        let part = only(Filter { groups, statuses: filter.statuses.clone(), ..Filter::default() });
        offer("ticket_by_group", if part.groups.is_empty() { 0 } else { counted(tx, &everyone, &part)? });
    }
    if let Some(brands) = brands {
        let part = only(Filter { brands, statuses: filter.statuses.clone(), ..Filter::default() });
        offer("ticket_by_brand", if part.brands.is_empty() { 0 } else { counted(tx, &everyone, &part)? });
    }
    if !filter.channels.is_empty() {
        let part = only(Filter { channels: filter.channels.clone(), ..Filter::default() });
        offer("ticket_by_channel", counted(tx, &everyone, &part)?);
    }
    if filter.brands.is_empty() && !filter.statuses.is_empty() && best.rows > LOOK {
        // Brand by brand: the index begins with it.
        let part = only(Filter { statuses: filter.statuses.clone(), ..Filter::default() });
        let rows = counted(tx, &everyone, &part)?;
        if rows < best.rows {
            best = Drive { index: Some("ticket_by_brand"), rows };
        }
    }
    looked_at(tx, filter, best)
}

/// The indexes whose sets are not counted are looked at, as far as is worth it.
fn looked_at(tx: &mut Tx<'_>, filter: &Filter, mut best: Drive) -> Result<Drive> {
    let tests = [
        (
            "ticket_by_customer",
            !filter.customers.is_empty() && !filter.customers.contains(&0),
            Filter { customers: filter.customers.clone(), ..Filter::default() },
        ),
        (
            "ticket_by_created_at",
            filter.created_from.is_some() || filter.created_to.is_some(),
            Filter { created_from: filter.created_from, created_to: filter.created_to, ..Filter::default() },
        ),
        (
            "ticket_by_last_update",
            filter.updated_from.is_some() || filter.updated_to.is_some(),
            Filter { updated_from: filter.updated_from, updated_to: filter.updated_to, ..Filter::default() },
        ),
    ];
    for (index, asked, part) in tests {
        if !asked {
            continue;
        }
        let mut statement = Statement::new(&sql::select_ids_by(tx.engine(), Some(index)));
        statement.push("1 = 1");
        if index == "ticket_by_customer" {
            statement.push(" AND t.customer_id <> 0");
        }
        super::conditions(&Filter { archived_too: true, ..part }, &mut statement);
        statement.push(" LIMIT ").bind(best.rows.min(LOOK));
        let text = sql::count_of(&statement.text);
        let rows = tx.first(&text, &statement.params, |row| row.int(0))?.unwrap_or(0);
        if rows < best.rows.min(LOOK) {
            best = Drive { index: Some(index), rows };
        }
    }
    Ok(best)
}

/// How a page is found: by the narrowest index and a sort, or along the index of the sort.
pub(super) fn for_page(narrow: Drive, total: i64, everything: i64, paging: &Paging) -> Option<&'static str> {
    let along = match paging.sort {
        Sort::Id => None,
        Sort::CreatedAt => Some("ticket_by_created_at"),
        Sort::LastUpdate => Some("ticket_by_last_update"),
        Sort::Priority => Some("ticket_by_priority"),
    };
    let wanted = paging.start + paging.limit + 1;
    // Matches are taken to lie evenly along the sort's index. A row costs about the same on either way.
    let walk = if total == 0 {
        everything
    } else {
        (everything / total).max(1).saturating_mul(wanted).min(everything)
    };
    if narrow.index.is_some() && narrow.rows < walk { narrow.index } else { along }
}

/// About how many tickets there are: the newest id, which costs nothing to know.
pub(super) fn everything(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.first(sql::NEWEST, &[], |row| row.opt_int(0))?.flatten().unwrap_or(0))
}

/// The brands and groups that filter and limits leave, where they name any.
fn limits(actor: &Actor, filter: &Filter) -> (Option<Vec<i64>>, Option<Vec<i64>>) {
    let both = |asked: &[i64], limit: &Limit| match (asked, limit) {
        ([], Limit::All) => None,
        ([], Limit::Only(ids)) => Some(ids.clone()),
        (asked, limit) => Some(asked.iter().copied().filter(|id| limit.admits(*id)).collect()),
    };
    match &actor.scope.grants[..] {
        [grant] => (both(&filter.brands, &grant.brands), both(&filter.groups, &grant.groups)),
        _ => (both(&filter.brands, &Limit::All), both(&filter.groups, &Limit::All)),
    }
}
