//! Lists of tickets: filters, order, pages and totals.
//!
//! Filters combine with AND, the values of one with OR. The order is total: ties go by id. A cursor names the last row
//! of a page by its sort value and id, so that the walk goes on wherever that row has gone meanwhile.

mod asked;
mod clause;
mod cursor;
mod key;
mod ordered;
mod page;
mod searched;
mod way;

use deskbell_core::search::Query;
use deskbell_core::{Actor, Code, Direction, Fault, Permission, Priority, Status, Timestamp};
use deskbell_db::{Engine, Tx};

pub use clause::{Clause, Test, Text};
pub use cursor::Cursor;
pub(crate) use key::TARGET;
pub use key::{KEYS, Key, Kind};
pub use ordered::Order;

use asked::Asked;

use super::row::Ticket;
use crate::error::Result;
use crate::search::{Condition, Frequent, Reach};
use crate::statement::Statement;
use crate::view::{self, Applied};

/// Up to this many a total is exact, whatever the filters.
pub const EXACT_UP_TO: i64 = 10_000;

/// What a list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// Id.
    Id,
    /// Time of creation.
    CreatedAt,
    /// Time of the last change.
    LastUpdate,
    /// Priority by rank.
    Priority,
}

impl Sort {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &["id", "created_at", "last_update", "priority"];

    /// The sort of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "id" => Self::Id,
            "created_at" => Self::CreatedAt,
            "last_update" => Self::LastUpdate,
            "priority" => Self::Priority,
            _ => return None,
        })
    }

    fn column(self) -> &'static str {
        match self {
            Self::Id => "t.id",
            Self::CreatedAt => "t.created_at",
            Self::LastUpdate => "t.last_update",
            Self::Priority => "t.priority",
        }
    }

    fn value_of(self, ticket: &Ticket) -> i64 {
        match self {
            Self::Id => ticket.id.0,
            Self::CreatedAt => ticket.created_at.0,
            Self::LastUpdate => ticket.last_update.0,
            Self::Priority => ticket.priority.rank(),
        }
    }
}

/// Which tickets. An empty list of values is no filter.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each is the filter of that name in docs/api.md")]
pub struct Filter {
    pub statuses: Vec<Status>,
    pub priorities: Vec<Priority>,
    pub brands: Vec<i64>,
    pub channels: Vec<i64>,
    pub groups: Vec<i64>,
    pub users: Vec<i64>,
    pub customers: Vec<i64>,
    pub forms: Vec<i64>,
    pub tags: Vec<String>,
    pub directions: Vec<Direction>,
    /// Only tickets with files.
    pub files: bool,
    pub created_from: Option<Timestamp>,
    pub created_to: Option<Timestamp>,
    pub updated_from: Option<Timestamp>,
    pub updated_to: Option<Timestamp>,
    /// Archived tickets as well.
    pub archived_too: bool,
    pub query: Option<Query>,
    /// What a view or a query asks of fields beyond these.
    pub clauses: Vec<Clause>,
    /// What a query asks that no clause says, as of words among fields; the list itself fills it in.
    pub beyond: Vec<Condition>,
}

impl Filter {
    /// Whether it names nothing that a ticket must be: all pass, archived ones perhaps excepted.
    pub fn is_open(&self) -> bool {
        *self == Self { archived_too: self.archived_too, ..Self::default() }
    }

    /// Whether no ticket can pass.
    fn is_never(&self) -> bool {
        self.clauses.contains(&Clause::never())
    }

    /// The tickets that pass both. Archived tickets are meant if either means them.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let mut clauses = std::mem::take(&mut self.clauses);
        clauses.extend(other.clauses);
        let never = &mut false;
        let both = Self {
            statuses: shared(self.statuses, other.statuses, never),
            priorities: shared(self.priorities, other.priorities, never),
            brands: shared(self.brands, other.brands, never),
            channels: shared(self.channels, other.channels, never),
            groups: shared(self.groups, other.groups, never),
            users: shared(self.users, other.users, never),
            customers: shared(self.customers, other.customers, never),
            forms: shared(self.forms, other.forms, never),
            directions: shared(self.directions, other.directions, never),
            files: self.files || other.files,
            // A ticket has several: one of these and one of those.
            tags: if self.tags.is_empty() {
                other.tags
            } else {
                if !other.tags.is_empty() {
                    clauses.push(Clause(vec![Test::Tagged(other.tags, true)]));
                }
                self.tags
            },
            created_from: self.created_from.max(other.created_from),
            created_to: earliest(self.created_to, other.created_to),
            updated_from: self.updated_from.max(other.updated_from),
            updated_to: earliest(self.updated_to, other.updated_to),
            archived_too: self.archived_too || other.archived_too,
            query: match (self.query, other.query) {
                (Some(one), Some(other)) => Some(one.and(other)),
                (one, other) => one.or(other),
            },
            clauses: Vec::new(),
            beyond: self.beyond.into_iter().chain(other.beyond).collect(),
        };
        if *never {
            clauses.push(Clause::never());
        }
        Self { clauses, ..both }
    }
}

/// The values that both filters name, where both name some; notes if there is none.
fn shared<T: PartialEq>(mut one: Vec<T>, other: Vec<T>, never: &mut bool) -> Vec<T> {
    if one.is_empty() {
        return other;
    }
    if !other.is_empty() {
        one.retain(|value| other.contains(value));
        *never |= one.is_empty();
    }
    one
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Which part of them, in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct Paging {
    /// What decides the order.
    pub sort: Sort,
    /// Highest first.
    pub descending: bool,
    /// How many rows to leave out.
    pub start: i64,
    /// How many rows at the most.
    pub limit: i64,
    /// Go on after this row.
    pub after: Option<Cursor>,
}

/// A page of tickets.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// How many tickets match; the limit of counting where `exact` is false.
    pub total: i64,
    /// Whether the total is exact.
    pub exact: bool,
    /// The rows.
    pub tickets: Vec<Ticket>,
    /// Where to go on; `None` after the last row.
    pub next: Option<Cursor>,
    /// What was asked for in words, by the caller and by the view.
    pub query: Option<Query>,
}

/// Tickets by filters, and by a view whose tickets the filters narrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The filters.
    pub filter: Filter,
    /// The view, by id or name.
    pub view: Option<String>,
    /// When, for views that look at ages.
    pub now: Timestamp,
    /// Where links to tickets begin, for views that look at them.
    pub public_url: String,
}

impl Wish {
    fn applied(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Applied>> {
        let apply = |name: &String| view::apply(tx, actor, name, self.now, &self.public_url);
        self.view.as_ref().map(apply).transpose()
    }
}

/// The tickets that exist for the actor and match. `sorted`: the caller says by what, and not the view.
///
/// `frequent` is what the desk remembers of queries.
///
/// Errors: `forbidden` without TICKET_READ, or CUSTOMER_READ where the query names a customer by more than an id;
/// `unknown_reference` for a view; `invalid_parameter` for a cursor of another list, and for `assignee:me` of who is nobody.
pub fn list(
    tx: &mut Tx<'_>,
    actor: &Actor,
    wish: &Wish,
    paging: &Paging,
    sorted: bool,
    frequent: &Frequent,
) -> Result<Page> {
    actor.require(Permission::TicketRead)?;
    let (mut paging, mut filter) = (paging.clone(), wish.filter.clone());
    let (mut seen, mut orders) = (None, Vec::new());
    if let Some(Applied { view, filter: of_view, orders: by_view }) = wish.applied(tx, actor)? {
        // Its ages move on from page to page; it is the same list all the same.
        seen = Some(view);
        filter = filter.and(of_view);
        match ordered::plain(&by_view) {
            _ if sorted => {}
            Some((sort, descending)) => (paging.sort, paging.descending) = (sort, descending),
            None => orders = by_view,
        }
    }
    let fingerprint = cursor::fingerprint(&wish.filter, &paging, seen);
    if let Some(after) = &paging.after {
        after.check(fingerprint)?;
    }
    let start = paging.after.map_or(paging.start, |after| after.value);
    let (total, exact, ids) = match &filter.query {
        _ if !orders.is_empty() => ordered::find(tx, actor, &filter, &orders, &paging, start)?,
        Some(query) => {
            let asked = Asked::of(tx, actor, &filter, query)?;
            searched::find(tx, actor, &asked, &paging, frequent)?
        }
        None => page::find(tx, actor, &filter, &paging)?,
    };
    let more = ids.len() as i64 > paging.limit;
    let mut tickets = fetch(tx, actor, &ids[..ids.len().min(paging.limit as usize)])?;
    let next = match tickets.last() {
        Some(last) if more && orders.is_empty() => {
            Some(Cursor::at(fingerprint, paging.sort.value_of(last), last.id.0))
        }
        Some(last) if more => Some(Cursor::at(fingerprint, start + paging.limit, last.id.0)),
        _ => None,
    };
    tickets.truncate(paging.limit as usize);
    Ok(Page { total, exact, tickets, next, query: filter.query })
}

/// Most rows that are looked at to count the tickets of one view.
const LOOKED_AT: i64 = 2_000;

/// How many tickets match, from few rows, and whether that is exact; else there are at least so many.
pub(crate) fn count_some(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    frequent: &Frequent,
) -> Result<(i64, bool)> {
    let Some(query) = &filter.query else { return page::about(tx, actor, filter, LOOKED_AT) };
    let asked = Asked::of(tx, actor, filter, query)?;
    if !asked.worded {
        return page::about(tx, actor, &asked.filter, LOOKED_AT);
    }
    let none = Paging { sort: Sort::Id, descending: true, start: 0, limit: 0, after: None };
    let (total, exact, _) = searched::find(tx, actor, &asked, &none, frequent)?;
    Ok((total, exact))
}

/// The tickets that bulk work over a filter is about, by id.
///
/// Errors: `forbidden` without TICKET_READ; `unknown_reference` for a view; `missing_parameter` for a filter that lets all pass;
/// `conflict` if they are not as many as the caller expects. Where the work `destroys` them, the caller must say how many it
/// expects: `missing_parameter`.
pub fn selected(
    tx: &mut Tx<'_>,
    actor: &Actor,
    wish: &Wish,
    expected: Option<i64>,
    destroys: bool,
) -> Result<Vec<i64>> {
    actor.require(Permission::TicketRead)?;
    let mut filter = wish.filter.clone();
    match wish.applied(tx, actor)? {
        Some(applied) => filter = filter.and(applied.filter),
        None if filter.is_open() => {
            return Err(Fault::new(Code::MissingParameter, "At least one filter is needed.").into());
        }
        None => {}
    }
    let found = ids(tx, actor, &filter)?;
    match expected {
        None if destroys => {
            let message = format!(
                "expectTotal is missing: to delete by filters, say how many tickets you mean. The filters match {} now; \
                 nothing was changed.",
                found.len()
            );
            Err(Fault::of("expectTotal", Code::MissingParameter, message).into())
        }
        Some(expected) if expected != found.len() as i64 => {
            let message = format!(
                "The filters match {} tickets and not {expected}; nothing was changed. Look at the list again.",
                found.len()
            );
            Err(Fault::of("expectTotal", Code::Conflict, message).into())
        }
        _ => Ok(found),
    }
}

/// The ids of the tickets that match, ascending, in one snapshot.
pub(super) fn ids(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter) -> Result<Vec<i64>> {
    let asked;
    let mut filter = filter;
    if let Some(query) = &filter.query {
        asked = Asked::of(tx, actor, filter, query)?;
        if asked.worded {
            return searched::ids(tx, actor, &asked);
        }
        filter = &asked.filter;
    }
    let mut statement = Statement::new(super::sql::SELECT_IDS);
    super::load::visible(&actor.scope, &mut statement);
    conditions(filter, tx.engine(), Reach::Each, &mut statement);
    statement.push(" ORDER BY t.id");
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?)
}

/// The rows of these tickets, in the order of the ids.
fn fetch(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64]) -> Result<Vec<Ticket>> {
    let mut by_id = std::collections::HashMap::with_capacity(ids.len());
    for some in ids.chunks(500) {
        by_id.extend(super::load::many(tx, actor, some)?.into_iter().map(|t| (t.id.0, t)));
    }
    super::load::hide_targets(tx, &actor.scope, by_id.values_mut())?;
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// That a ticket `t` has files.
const WITH_FILES: &str = " AND t.files > 0";

/// Appends the filters, each with a leading AND, on a ticket `t`.
fn conditions(filter: &Filter, engine: Engine, reach: Reach, statement: &mut Statement) {
    counted(filter, "t.", statement);
    clause::push(&filter.clauses, engine, statement);
    if !filter.customers.is_empty() {
        statement.push(" AND ").within("t.customer_id", &filter.customers);
    }
    if !filter.forms.is_empty() {
        statement.push(" AND ").within("COALESCE(t.form_id, 0)", &filter.forms);
    }
    if !filter.tags.is_empty() {
        statement.push(super::sql::AND_TAGGED);
        let tags = filter.tags.iter().map(|tag| super::edit::tag_key(tag).into()).collect();
        statement.among("tt.tag", tags).push(")");
    }
    if !filter.directions.is_empty() {
        let directions: Vec<i64> = filter.directions.iter().map(|d| d.rank()).collect();
        statement.push(" AND ").within("t.direction", &directions);
    }
    if filter.files {
        statement.push(WITH_FILES);
    }
    for (start, bound) in [
        (" AND t.created_at >= ", filter.created_from),
        (" AND t.created_at <= ", filter.created_to),
        (" AND t.last_update >= ", filter.updated_from),
        (" AND t.last_update <= ", filter.updated_to),
    ] {
        if let Some(time) = bound {
            statement.push(start).bind(time.0);
        }
    }
    for condition in &filter.beyond {
        statement.push(" AND ");
        condition.append(engine, reach, statement);
    }
}

/// Appends the filters over what the counters know, each with a leading AND.
fn counted(filter: &Filter, prefix: &str, statement: &mut Statement) {
    let statuses: Vec<i64> = filter.statuses.iter().map(|s| s.rank()).collect();
    let priorities: Vec<i64> = filter.priorities.iter().map(|p| p.rank()).collect();
    for (column, values) in [
        ("status", &statuses),
        ("priority", &priorities),
        ("brand_id", &filter.brands),
        ("channel_id", &filter.channels),
        ("group_id", &filter.groups),
        ("user_id", &filter.users),
    ] {
        if !values.is_empty() {
            statement.push(" AND ").within(&format!("{prefix}{column}"), values);
        }
    }
    if !filter.archived_too {
        statement.push(" AND ").push(prefix).push("archived = 0");
    }
}
