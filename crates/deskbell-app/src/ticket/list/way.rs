//! By which way a list is found, decided from what the counters say.
//!
//! An index holds ranges of tickets with equal leading columns, such as one brand and one status, each in the order of the
//! rest of its columns. Where that is the order of the list, its ranges are merged and give up no more rows than the page
//! needs, wherever in a table of millions they lie. Otherwise a small set is taken whole from its index and sorted.

use deskbell_core::{Actor, Limit, Priority, Status};
use deskbell_db::{Tx, Value};

use super::{Filter, Paging, Sort};
use crate::error::Result;
use crate::search::Reach;
use crate::statement::Statement;
use crate::ticket::counters::{self, Table};
use crate::ticket::{edit, load, sql};

/// What tickets are found by: an index of theirs, or the table itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    /// The table, by id.
    Id,
    Brand,
    Group,
    GroupAge,
    User,
    Channel,
    Priority,
    Customer,
    Form,
    Direction,
    Tag,
    Files,
    CreatedAt,
    LastUpdate,
}

/// A way to the tickets of a filter: all its ranges together have them all, and maybe others too.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Way {
    pub(super) by: By,
    /// The values of the leading columns, range by range.
    pub(super) ranges: Vec<Vec<Value<'static>>>,
    /// Whether the ranges are in the order of the list, so that they are merged rather than sorted.
    pub(super) merged: bool,
}

/// How many ranges are merged at the most; where there are more, their tickets are sorted.
const MERGED: usize = 64;

/// How many rows are worth looking at to learn how large a set is that is not counted.
const LOOK: i64 = 20_000;

impl By {
    /// Its name; `None` where it is none of the ticket table.
    pub(super) fn index(self) -> Option<&'static str> {
        Some(match self {
            Self::Id | Self::Tag => return None,
            Self::Brand => "ticket_by_brand",
            Self::Group => "ticket_by_group",
            Self::GroupAge => "ticket_by_group_age",
            Self::User => "ticket_by_user",
            Self::Channel => "ticket_by_channel",
            Self::Priority => "ticket_by_priority",
            Self::Customer => "ticket_by_customer",
            Self::Form => "ticket_by_form",
            Self::Direction => "ticket_by_direction",
            Self::Files => "ticket_with_files",
            Self::CreatedAt => "ticket_by_created_at",
            Self::LastUpdate => "ticket_by_last_update",
        })
    }

    /// The columns that are equal within a range.
    pub(super) fn leading(self) -> &'static [&'static str] {
        match self {
            Self::Id | Self::Files => &[],
            Self::Brand => &["t.brand_id", "t.status"],
            Self::Group => &["t.group_id", "t.status"],
            Self::User => &["t.user_id", "t.status"],
            Self::Channel => &["t.channel_id", "t.status"],
            Self::Priority => &["t.priority", "t.status"],
            Self::GroupAge => &["t.group_id"],
            Self::Customer => &["t.customer_id"],
            Self::Form => &["t.form_id"],
            Self::Direction => &["t.direction"],
            Self::Tag => &["tt.tag"],
            Self::CreatedAt | Self::LastUpdate => &["t.status"],
        }
    }

    /// The condition of a partial index, which can be used only where it is stated.
    pub(super) fn stated(self) -> &'static str {
        match self {
            Self::User => " AND t.user_id <> 0",
            Self::Customer => " AND t.customer_id <> 0",
            Self::Form => " AND t.form_id <> 0",
            Self::Files => super::WITH_FILES,
            _ => "",
        }
    }

    /// Whether its ranges are in this order.
    fn is_in_order_of(self, sort: Sort) -> bool {
        match self {
            Self::CreatedAt | Self::GroupAge => sort == Sort::CreatedAt,
            Self::LastUpdate => sort == Sort::LastUpdate,
            Self::Priority => matches!(sort, Sort::Id | Sort::Priority),
            _ => sort == Sort::Id,
        }
    }

    fn way(self, firsts: &[Value<'static>], filter: &Filter, sort: Sort) -> Way {
        let statuses: Vec<i64> = match &filter.statuses[..] {
            [] => Status::ALL.iter().map(|s| s.rank()).collect(),
            some => distinct(some.iter().map(|s| s.rank()).collect()),
        };
        let with_status = |first: &[Value<'static>]| -> Vec<Vec<Value<'static>>> {
            statuses
                .iter()
                .map(|status| first.iter().cloned().chain([Value::from(*status)]).collect())
                .collect()
        };
        let ranges: Vec<Vec<Value<'static>>> = match self {
            Self::Id | Self::Files => vec![Vec::new()],
            Self::GroupAge | Self::Customer | Self::Form | Self::Direction | Self::Tag => {
                firsts.iter().map(|first| vec![first.clone()]).collect()
            }
            Self::CreatedAt | Self::LastUpdate => with_status(&[]),
            _ => firsts.iter().flat_map(|first| with_status(std::slice::from_ref(first))).collect(),
        };
        let merged = self.is_in_order_of(sort) && ranges.len() <= MERGED;
        Way { by: self, ranges, merged }
    }
}

impl Way {
    /// What of the filter the ranges do not see to.
    pub(super) fn rest(&self, filter: &Filter) -> Filter {
        let mut rest = filter.clone();
        match self.by {
            By::Id => return rest,
            By::Customer => rest.customers.clear(),
            By::Form => rest.forms.clear(),
            By::Direction => rest.directions.clear(),
            By::Files => rest.files = false,
            By::Tag if self.merged => rest.tags.clear(),
            By::Tag => {}
            By::Brand => rest.brands.clear(),
            By::Group | By::GroupAge => rest.groups.clear(),
            By::User => rest.users.clear(),
            By::Channel => rest.channels.clear(),
            By::Priority => rest.priorities.clear(),
            By::CreatedAt | By::LastUpdate => {}
        }
        if !matches!(self.by, By::GroupAge | By::Customer | By::Form | By::Direction | By::Tag | By::Files) {
            rest.statuses.clear();
        }
        rest
    }

    /// Appends that a ticket is in any of the ranges, for a way that is not merged.
    pub(super) fn within(&self, statement: &mut Statement) {
        if self.by == By::Tag {
            return;
        }
        for (n, column) in self.by.leading().iter().enumerate() {
            let of_range = |range: &Vec<Value<'_>>| match range.get(n) {
                Some(Value::Int(id)) => Some(*id),
                _ => None,
            };
            let values = distinct(self.ranges.iter().filter_map(of_range).collect());
            statement.push(" AND ").within(column, &values);
        }
        statement.push(self.by.stated());
    }
}

impl Way {
    /// Appends the times that the ranges are ordered by, where the filter has some.
    pub(super) fn within_times(&self, filter: &Filter, statement: &mut Statement) {
        let (column, from, to) = match self.by {
            By::CreatedAt => ("t.created_at", filter.created_from, filter.created_to),
            By::LastUpdate => ("t.last_update", filter.updated_from, filter.updated_to),
            _ => return,
        };
        for (sign, bound) in [(" >= ", from), (" <= ", to)] {
            if let Some(bound) = bound {
                statement.push(" AND ").push(column).push(sign).bind(bound.0);
            }
        }
    }
}

fn distinct<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

fn ids(ids: &[i64]) -> Vec<Value<'static>> {
    distinct(ids.to_vec()).into_iter().map(Value::from).collect()
}

/// The ways that the filter and the actor's limits open.
fn open(actor: &Actor, filter: &Filter, sort: Sort) -> Vec<Way> {
    let (brands, groups) = limits(actor, filter);
    let priorities: Vec<i64> = filter.priorities.iter().map(|p| p.rank()).collect();
    let tags: Vec<String> = distinct(filter.tags.iter().map(|tag| edit::tag_key(tag)).collect());
    let directions: Vec<i64> = filter.directions.iter().map(|d| d.rank()).collect();
    // Nobody and nothing are not in the indexes over users, customers and forms.
    let somebody = |ids: &[i64]| !ids.is_empty() && !ids.contains(&0);
    let mut ways = Vec::new();
    let mut offer = |is: bool, by: By, firsts: Vec<Value<'static>>| {
        if is {
            ways.push(by.way(&firsts, filter, sort));
        }
    };
    offer(somebody(&filter.users), By::User, ids(&filter.users));
    offer(groups.is_some(), By::Group, ids(groups.as_deref().unwrap_or_default()));
    let by_age = groups.is_some() && sort == Sort::CreatedAt;
    offer(by_age, By::GroupAge, ids(groups.as_deref().unwrap_or_default()));
    offer(brands.is_some(), By::Brand, ids(&brands.unwrap_or_default()));
    offer(!filter.channels.is_empty(), By::Channel, ids(&filter.channels));
    offer(!priorities.is_empty(), By::Priority, ids(&priorities));
    offer(somebody(&filter.customers), By::Customer, ids(&filter.customers));
    offer(somebody(&filter.forms), By::Form, ids(&filter.forms));
    offer(!directions.is_empty(), By::Direction, ids(&directions));
    offer(!tags.is_empty(), By::Tag, tags.into_iter().map(Value::from).collect());
    offer(filter.files, By::Files, Vec::new());
    offer(filter.created_from.is_some() || filter.created_to.is_some(), By::CreatedAt, Vec::new());
    offer(filter.updated_from.is_some() || filter.updated_to.is_some(), By::LastUpdate, Vec::new());
    ways
}

/// The way along the order of the list, whatever the filter; only the statuses of others are left out.
fn along(filter: &Filter, sort: Sort) -> Way {
    let priorities: Vec<Value<'static>> = match &filter.priorities[..] {
        [] => Priority::ALL.iter().map(|p| p.rank().into()).collect(),
        some => ids(&some.iter().map(|p| p.rank()).collect::<Vec<_>>()),
    };
    let by = match sort {
        Sort::Id if filter.statuses.is_empty() => By::Id,
        Sort::Id | Sort::Priority => By::Priority,
        Sort::CreatedAt => By::CreatedAt,
        Sort::LastUpdate => By::LastUpdate,
    };
    by.way(&priorities, filter, sort)
}

/// The way on which the filter's tickets are counted with the fewest rows.
pub(super) fn narrowest(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Way> {
    narrow(tx, actor, filter, i64::MAX)
}

/// The same, where ways with more rows than `most` are as good as each other.
pub(super) fn narrow(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, most: i64) -> Result<Way> {
    let mut best = along(filter, Sort::Id);
    let mut rows = passed(tx, &best, filter, most)?.min(most);
    for way in open(actor, filter, Sort::Id) {
        let of_way = passed(tx, &way, filter, rows)?;
        // Of two that have more the later one is closer to what is asked for.
        if of_way < rows || of_way.min(rows) >= most {
            (best, rows) = (way, of_way);
        }
    }
    Ok(best)
}

/// The ways on which a page can be found, with the number of rows that each is expected to pass, the least first. `total` is
/// how many tickets match, as far as they are counted.
pub(super) fn of_page(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    paging: &Paging,
    total: i64,
) -> Result<Vec<(Way, i64)>> {
    let along = along(filter, paging.sort);
    let mut open = open(actor, filter, paging.sort);
    // All that match are in it, in order: there is nothing to weigh.
    if open.len() == 1 && open[0].merged {
        return Ok(vec![(open.remove(0), 0)]);
    }
    if open.is_empty() {
        return Ok(vec![(along, 0)]);
    }
    // Matches are taken to lie evenly in a range. A row costs about the same on either way.
    let wanted = paging.start + paging.limit + 1;
    let cost = |way: &Way, rows: i64| {
        let walked =
            (rows / total.max(1)).max(1).saturating_mul(wanted).saturating_add(way.ranges.len() as i64);
        if way.merged { walked.min(rows) } else { rows }
    };
    let rows = passed(tx, &along, filter, i64::MAX)?;
    let mut most = rows;
    let mut ways = vec![(cost(&along, rows), along)];
    for way in open {
        let rows = passed(tx, &way, filter, most)?;
        most = most.min(rows);
        ways.push((cost(&way, rows), way));
    }
    ways.sort_by_key(|(cost, _)| *cost);
    Ok(ways.into_iter().map(|(cost, way)| (way, cost)).collect())
}

/// How many rows all ranges of a way have; looked at up to `most` where they are not counted.
fn passed(tx: &mut Tx<'_>, way: &Way, filter: &Filter, most: i64) -> Result<i64> {
    let statuses = || filter.statuses.clone();
    let firsts = || -> Vec<i64> {
        way.ranges
            .iter()
            .filter_map(|range| if let [Value::Int(id), ..] = range[..] { Some(id) } else { None })
            .collect()
    };
    let part = match way.by {
        By::Id => return everything(tx),
        By::Customer | By::Form | By::Direction | By::Tag | By::Files => {
            return looked_at(tx, way, &Filter::default(), most);
        }
        By::CreatedAt | By::LastUpdate => {
            let (created, updated) = (way.by == By::CreatedAt, way.by == By::LastUpdate);
            let part = Filter {
                created_from: filter.created_from.filter(|_| created),
                created_to: filter.created_to.filter(|_| created),
                updated_from: filter.updated_from.filter(|_| updated),
                updated_to: filter.updated_to.filter(|_| updated),
                ..Filter::default()
            };
            if part != Filter::default() {
                return looked_at(tx, way, &part, most);
            }
            Filter { statuses: statuses(), ..Filter::default() }
        }
        By::Brand => Filter { brands: distinct(firsts()), statuses: statuses(), ..Filter::default() },
        By::Group => Filter { groups: distinct(firsts()), statuses: statuses(), ..Filter::default() },
        By::GroupAge => Filter { groups: distinct(firsts()), ..Filter::default() },
        By::User => Filter { users: distinct(firsts()), statuses: statuses(), ..Filter::default() },
        By::Channel => Filter { channels: distinct(firsts()), statuses: statuses(), ..Filter::default() },
        By::Priority => {
            Filter { priorities: filter.priorities.clone(), statuses: statuses(), ..Filter::default() }
        }
    };
    if way.ranges.is_empty() {
        return Ok(0);
    }
    counted(tx, &Actor::system(), &Filter { archived_too: true, ..part })
}

fn looked_at(tx: &mut Tx<'_>, way: &Way, part: &Filter, most: i64) -> Result<i64> {
    let mut condition = Statement::new("1 = 1");
    super::conditions(
        &Filter { archived_too: true, ..part.clone() },
        tx.engine(),
        Reach::Each,
        &mut condition,
    );
    let mut statement = super::page::union(tx.engine(), way, condition, None, None);
    statement.limit_about(most.min(LOOK));
    let text = sql::count_of(&statement.text);
    Ok(tx.first(&text, &statement.params, |row| row.int(0))?.unwrap_or(0))
}

/// How many tickets match what the counters know of the filter, within the actor's limits.
pub(super) fn counted(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<i64> {
    let mut condition = Statement::default();
    load::in_scope(&actor.scope, "", &mut condition);
    super::counted(filter, "", &mut condition);
    let table = match filter {
        Filter { users, .. } if !users.is_empty() => Table::Large,
        Filter { channels, priorities, .. } if channels.is_empty() && priorities.is_empty() => Table::Small,
        Filter { brands, groups, .. }
            if brands.is_empty() && groups.is_empty() && actor.scope.is_everything() =>
        {
            Table::Kind
        }
        _ => Table::Middle,
    };
    counters::sum(tx, table, &condition)
}

/// Whether the counters know all of the filter, so that their sum is the total.
pub(super) fn counters_know(filter: &Filter) -> bool {
    filter.customers.is_empty()
        && filter.forms.is_empty()
        && filter.tags.is_empty()
        && filter.directions.is_empty()
        && !filter.files
        && filter.created_from.is_none()
        && filter.created_to.is_none()
        && filter.updated_from.is_none()
        && filter.updated_to.is_none()
        && filter.clauses.is_empty()
        && filter.beyond.is_empty()
}

/// About how many tickets there are: the newest id, which costs nothing to know.
fn everything(tx: &mut Tx<'_>) -> Result<i64> {
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
