//! What a query asks, for one caller: its fields as the filters of the list, so that they are found by the same indexes,
//! its words for the search index, and what is left as conditions.

use deskbell_core::address::{self, Kind};
use deskbell_core::search::{Clause, Expr, Name, Query, Test, Times};
use deskbell_core::{Actor, ActorId, Code, Fault, Permission, Priority, Status, Timestamp};
use deskbell_db::{Engine, Tx};

use super::Filter;
use crate::error::Result;
use crate::item::name_key;
use crate::search::Condition;
use crate::statement::Statement;
use crate::ticket::{edit, load, sql};

/// A filter with a query, taken apart.
pub(super) struct Asked {
    /// What must hold besides the words; has no query.
    pub(super) filter: Filter,
    /// What entries of the ticket must meet, each of these clauses.
    pub(super) words: Vec<Clause>,
    /// Whether words are asked for at all, in these clauses or in the filter.
    pub(super) worded: bool,
}

impl Asked {
    /// Errors: `invalid_parameter` for `me` of who is nobody; `forbidden` for customers by name without CUSTOMER_READ.
    pub(super) fn of(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, query: &Query) -> Result<Self> {
        let mut asked =
            Self { filter: Filter { query: None, ..filter.clone() }, words: Vec::new(), worded: false };
        let Some(root) = &query.root else {
            if !query.is_blank() {
                asked.filter.beyond.push(Condition::Nothing);
            }
            return Ok(asked);
        };
        root.leaves(&mut |leaf, wanted| {
            asked.filter.archived_too |= wanted && *leaf == Expr::Field(Test::Archived);
        });
        let read;
        let mut root = root;
        if root.has_line() {
            read = root.clone().in_countries(&countries(tx, actor)?);
            root = &read;
        }
        for expr in root.conjuncts() {
            asked.add(tx, actor, expr)?;
        }
        Ok(asked)
    }

    /// The filter with the words as conditions of each ticket.
    pub(super) fn with_words(&self, engine: Engine) -> Filter {
        let mut filter = self.filter.clone();
        filter.beyond.extend(self.words.iter().map(|clause| Condition::words(engine, clause)));
        filter
    }

    fn add(&mut self, tx: &mut Tx<'_>, actor: &Actor, expr: &Expr) -> Result<()> {
        self.worded |= expr.has_words();
        match expr {
            Expr::Words(clause) => self.need(clause.clone()),
            Expr::Field(test) => {
                let part = part(tx, actor, test)?;
                self.narrow(part);
            }
            Expr::Not(of) => match &**of {
                Expr::Field(Test::Status(some)) => {
                    let others = Status::ALL.iter().filter(|status| !some.contains(status));
                    self.narrow(Part::Status(others.copied().collect()));
                }
                Expr::Field(Test::Priority(some)) => {
                    let others = Priority::ALL.iter().filter(|priority| !some.contains(priority));
                    self.narrow(Part::Priority(others.copied().collect()));
                }
                _ => self.filter.beyond.push(condition(tx, actor, expr)?),
            },
            Expr::All(_) | Expr::Any(_) => {
                // What leads to all of its tickets, and to others too.
                if let Some(clause) = expr.needed() {
                    self.need(clause);
                }
                self.filter.beyond.push(condition(tx, actor, expr)?);
            }
        }
        Ok(())
    }

    fn need(&mut self, clause: Clause) {
        if !self.words.contains(&clause) {
            self.words.push(clause);
        }
    }

    /// Takes a field into the filter: as one of the list's own, if that can say it together with what it says already.
    fn narrow(&mut self, part: Part) {
        let filter = &mut self.filter;
        let left = match part {
            Part::Status(some) => both(&mut filter.statuses, some),
            Part::Priority(some) => both(&mut filter.priorities, some),
            Part::Ids(column, ids) => match column {
                Column::Brand => both(&mut filter.brands, ids),
                Column::Group => both(&mut filter.groups, ids),
                Column::User => both(&mut filter.users, ids),
                Column::Channel => both(&mut filter.channels, ids),
                Column::Customer => both(&mut filter.customers, ids),
            },
            Part::Tags(tags) if filter.tags.is_empty() => {
                filter.tags = tags;
                true
            }
            Part::Times(Age::Created, times) if times.len() == 1 => {
                within(&mut filter.created_from, &mut filter.created_to, times[0]);
                true
            }
            Part::Times(Age::Updated, times) if times.len() == 1 => {
                within(&mut filter.updated_from, &mut filter.updated_to, times[0]);
                true
            }
            other => {
                filter.beyond.push(other.condition());
                true
            }
        };
        if !left {
            filter.beyond.push(Condition::Nothing);
        }
    }
}

/// Leaves what both have; whether there is anything.
fn both<T: PartialEq>(have: &mut Vec<T>, some: Vec<T>) -> bool {
    let left: Vec<T> = some.into_iter().filter(|value| have.is_empty() || have.contains(value)).collect();
    if left.is_empty() {
        return false;
    }
    *have = left;
    true
}

fn within(from: &mut Option<Timestamp>, to: &mut Option<Timestamp>, times: Times) {
    *from = (*from).max(times.from);
    *to = match (*to, times.to) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// A test of a field for one caller, with ids in place of names.
enum Part {
    Status(Vec<Status>),
    Priority(Vec<Priority>),
    Ids(Column, Vec<i64>),
    Tags(Vec<String>),
    Times(Age, Vec<Times>),
    Numbers(Vec<(i64, i64)>),
    Archived,
    Snoozed(Timestamp),
}

#[derive(Clone, Copy)]
enum Column {
    Brand,
    Group,
    User,
    Channel,
    Customer,
}

#[derive(Clone, Copy)]
enum Age {
    Created,
    Updated,
}

impl Part {
    fn condition(self) -> Condition {
        match self {
            Self::Status(some) => Condition::Among("t.status", some.iter().map(|s| s.rank()).collect()),
            Self::Priority(some) => Condition::Among("t.priority", some.iter().map(|p| p.rank()).collect()),
            Self::Ids(column, ids) => {
                let column = match column {
                    Column::Brand => "t.brand_id",
                    Column::Group => "t.group_id",
                    Column::User => "t.user_id",
                    Column::Channel => "t.channel_id",
                    Column::Customer => "t.customer_id",
                };
                Condition::Among(column, ids)
            }
            Self::Tags(tags) => Condition::Tagged(tags.iter().map(|tag| edit::tag_key(tag)).collect()),
            Self::Times(age, times) => {
                let column = match age {
                    Age::Created => "t.created_at",
                    Age::Updated => "t.last_update",
                };
                let one =
                    |times: Times| Condition::Between(column, times.from.map(|t| t.0), times.to.map(|t| t.0));
                Condition::Any(times.into_iter().map(one).collect())
            }
            Self::Numbers(ranges) => {
                let one = |(low, high): (i64, i64)| match low == high {
                    true => Condition::Among("t.id", vec![low]),
                    false => Condition::Between("t.id", Some(low), Some(high)),
                };
                Condition::Any(ranges.into_iter().map(one).collect())
            }
            Self::Archived => Condition::Among("t.archived", vec![1]),
            Self::Snoozed(now) => Condition::Between("COALESCE(t.snooze_time, 0)", Some(now.0 + 1), None),
        }
    }
}

fn condition(tx: &mut Tx<'_>, actor: &Actor, expr: &Expr) -> Result<Condition> {
    let mut list = |of: &[Expr]| of.iter().map(|expr| condition(tx, actor, expr)).collect::<Result<Vec<_>>>();
    Ok(match expr {
        Expr::All(of) => Condition::All(list(of)?),
        Expr::Any(of) => Condition::Any(list(of)?),
        Expr::Not(of) => Condition::Not(Box::new(condition(tx, actor, of)?)),
        Expr::Words(clause) => Condition::words(tx.engine(), clause),
        Expr::Field(test) => part(tx, actor, test)?.condition(),
    })
}

fn part(tx: &mut Tx<'_>, actor: &Actor, test: &Test) -> Result<Part> {
    let ids = |column, ids: Vec<i64>| Ok(Part::Ids(column, ids));
    match test {
        Test::Status(some) => Ok(Part::Status(some.clone())),
        Test::Priority(some) => Ok(Part::Priority(some.clone())),
        Test::Tag(tags) => Ok(Part::Tags(tags.clone())),
        Test::Brand(names) => ids(Column::Brand, named(tx, actor, names, sql::BRANDS_NAMED, "name_key")?),
        Test::Group(names) => ids(Column::Group, named(tx, actor, names, sql::GROUPS_NAMED, "name_key")?),
        Test::Channel(names) => {
            ids(Column::Channel, named(tx, actor, names, sql::CHANNELS_NAMED, "name_key")?)
        }
        Test::Assignee(names) => ids(Column::User, named(tx, actor, names, sql::USERS_NAMED, "login")?),
        Test::Customer(names) => ids(Column::Customer, customers(tx, actor, names)?),
        Test::Unassigned => ids(Column::User, vec![0]),
        Test::Created(times) => Ok(Part::Times(Age::Created, times.clone())),
        Test::Updated(times) => Ok(Part::Times(Age::Updated, times.clone())),
        Test::Id(ranges) => Ok(Part::Numbers(ranges.clone())),
        // Words stand in its place by now; a number that is none is nobody's.
        Test::Line(..) => Ok(Part::Numbers(Vec::new())),
        Test::Archived => Ok(Part::Archived),
        Test::Snoozed { now } => Ok(Part::Snoozed(*now)),
    }
}

/// The ids that names stand for: a name that nobody has stands for none.
fn named(tx: &mut Tx<'_>, actor: &Actor, names: &[Name], select: &str, column: &str) -> Result<Vec<i64>> {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for name in names {
        match name {
            Name::None => ids.push(0),
            Name::Me { at } => ids.push(me(actor, *at)?),
            Name::Text(name) => {
                ids.extend(number(name));
                keys.push(name_key(name).into());
            }
        }
    }
    if !keys.is_empty() {
        let mut statement = Statement::new(select);
        statement.among(column, keys);
        ids.extend(tx.all(&statement.text, &statement.params, |row| row.int(0))?);
    }
    Ok(ids)
}

/// An id. 0 is none, which has a word of its own.
fn number(name: &str) -> Option<i64> {
    let digits = name.bytes().all(|b| b.is_ascii_digit());
    if digits { name.parse().ok().filter(|id| *id > 0) } else { None }
}

fn me(actor: &Actor, at: usize) -> Result<i64> {
    if let ActorId::User(user) = actor.id {
        return Ok(user.0);
    }
    let message = format!(
        "At character {at}: `me` is whoever asks, and a key is nobody; name a login, as in assignee:anna, or none."
    );
    Err(Fault::of("query", Code::InvalidParameter, message).into())
}

/// The countries of the brands that exist for the actor.
fn countries(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<String>> {
    let mut statement = Statement::new(sql::COUNTRIES);
    load::brands_in_scope(&actor.scope, "id", &mut statement);
    let mut countries = tx.all(&statement.text, &statement.params, |row| Ok(row.str(1)?.to_owned()))?;
    countries.sort_unstable();
    countries.dedup();
    Ok(countries)
}

/// Customers by id, by the id that their owner gave, or by an address.
fn customers(tx: &mut Tx<'_>, actor: &Actor, names: &[Name]) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    let mut texts: Vec<&str> = Vec::new();
    for name in names {
        match name {
            Name::Text(name) => {
                let id = number(name);
                ids.extend(id);
                if id.is_none() && !actor.permissions.has(Permission::CustomerRead) {
                    let message =
                        "A customer that is not named by its id needs the permission CUSTOMER_READ.";
                    return Err(Fault::of("query", Code::Forbidden, message).into());
                }
                texts.push(name);
            }
            Name::None | Name::Me { .. } => ids.push(0),
        }
    }
    if texts.is_empty() || !actor.permissions.has(Permission::CustomerRead) {
        return Ok(ids);
    }
    let mut statement = Statement::new(sql::COUNTRIES);
    load::brands_in_scope(&actor.scope, "id", &mut statement);
    let brands =
        tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.str(1)?.to_owned())))?;
    let mut countries: Vec<&str> = brands.iter().map(|(_, country)| country.as_str()).collect();
    countries.sort_unstable();
    countries.dedup();
    let brands: Vec<i64> = brands.iter().map(|(id, _)| *id).collect();
    let mut forms: Vec<String> = Vec::new();
    for text in &texts {
        for kind in [Kind::Email, Kind::Facebook, Kind::Twitter] {
            forms.extend(address::canonical_of(kind, text, ""));
        }
        forms.extend(
            countries.iter().filter_map(|country| address::canonical_of(Kind::Telephone, text, country)),
        );
    }
    forms.sort_unstable();
    forms.dedup();
    let mut by_id = Statement::new(sql::CUSTOMERS_NAMED);
    by_id.within("brand_id", &brands).push(" AND ");
    by_id.among("external_primary_id", texts.iter().map(|text| (*text).to_owned().into()).collect());
    let mut by_address = Statement::new(sql::CUSTOMERS_WITH);
    by_address.within("brand_id", &brands).push(" AND ");
    by_address.among("canonical", forms.into_iter().map(Into::into).collect());
    for statement in [by_id, by_address] {
        ids.extend(tx.all(&statement.text, &statement.params, |row| row.int(0))?);
    }
    Ok(ids)
}
