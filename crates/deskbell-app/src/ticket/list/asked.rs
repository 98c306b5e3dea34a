//! What a query asks, for one caller: its fields as the filters of the list, so that they are found by the same indexes,
//! its words for the search index, and what is left as conditions.

use deskbell_core::address::{self, Kind};
use deskbell_core::search::{Clause, Expr, Name, Query, Test, Times};
use deskbell_core::{Actor, ActorId, Code, Fault, Permission, Priority, Status};
use deskbell_db::{Engine, Tx};

use super::{Filter, clause};
use crate::error::Result;
use crate::item::name_key;
use crate::search::Condition;
use crate::statement::Statement;
use crate::ticket::{load, sql};

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
                asked.filter.clauses.push(clause::Clause::never());
            }
            return Ok(asked);
        };
        root.leaves(&mut |leaf, wanted| {
            asked.filter.archived_too |= wanted && *leaf == Expr::Field(Test::Archived);
        });
        let read;
        let mut root = root;
        if root.has_line() {
            read = root.clone().in_countries(&brands(tx, actor)?.1);
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
                let clause = tests(tx, actor, test)?;
                self.narrow(clause);
            }
            Expr::Not(of) => match &**of {
                Expr::Field(Test::Status(some)) => {
                    self.narrow(statuses(Status::ALL.iter().filter(|status| !some.contains(status))));
                }
                Expr::Field(Test::Priority(some)) => {
                    self.narrow(priorities(Priority::ALL.iter().filter(|priority| !some.contains(priority))));
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

    fn narrow(&mut self, clause: clause::Clause) {
        self.filter = std::mem::take(&mut self.filter).meeting(clause);
    }
}

fn condition(tx: &mut Tx<'_>, actor: &Actor, expr: &Expr) -> Result<Condition> {
    let mut list = |of: &[Expr]| of.iter().map(|expr| condition(tx, actor, expr)).collect::<Result<Vec<_>>>();
    Ok(match expr {
        Expr::All(of) => Condition::All(list(of)?),
        Expr::Any(of) => Condition::Any(list(of)?),
        Expr::Not(of) => Condition::Not(Box::new(condition(tx, actor, of)?)),
        Expr::Words(clause) => Condition::words(tx.engine(), clause),
        Expr::Field(test) => Condition::Field(tests(tx, actor, test)?),
    })
}

/// A test of a field for one caller, with ids in place of names.
fn tests(tx: &mut Tx<'_>, actor: &Actor, test: &Test) -> Result<clause::Clause> {
    let ids = |column, ids: Vec<i64>| Ok(clause::Clause(vec![clause::Test::OneOf(column, ids)]));
    match test {
        Test::Status(some) => Ok(statuses(some)),
        Test::Priority(some) => Ok(priorities(some)),
        Test::Tag(tags) => Ok(clause::Clause(vec![clause::Test::Tagged(tags.clone(), true)])),
        Test::Brand(names) => ids("t.brand_id", named(tx, actor, names, sql::BRANDS_NAMED, "name_key")?),
        Test::Group(names) => ids("t.group_id", named(tx, actor, names, sql::GROUPS_NAMED, "name_key")?),
        Test::Channel(names) => {
            ids("t.channel_id", named(tx, actor, names, sql::CHANNELS_NAMED, "name_key")?)
        }
        Test::Assignee(names) => ids("t.user_id", named(tx, actor, names, sql::USERS_NAMED, "login")?),
        Test::Customer(names) => ids("t.customer_id", customers(tx, actor, names)?),
        Test::Unassigned => ids("t.user_id", vec![0]),
        Test::Created(times) => Ok(within("t.created_at", times)),
        Test::Updated(times) => Ok(within("t.last_update", times)),
        Test::Id(ranges) => Ok(numbers(ranges)),
        // Words stand in its place by now; a number that is none is nobody's.
        Test::Line(..) => Ok(clause::Clause::never()),
        Test::Archived => ids("t.archived", vec![1]),
        Test::Attached => Ok(clause::Clause(vec![clause::Test::Attached])),
        Test::Snoozed { now } => {
            Ok(clause::Clause(vec![clause::Test::Within("t.snooze_time", Some(now.0 + 1), None)]))
        }
    }
}

fn statuses<'s>(some: impl IntoIterator<Item = &'s Status>) -> clause::Clause {
    let ranks = some.into_iter().map(|status| status.rank()).collect();
    clause::Clause(vec![clause::Test::OneOf("t.status", ranks)])
}

fn priorities<'p>(some: impl IntoIterator<Item = &'p Priority>) -> clause::Clause {
    let ranks = some.into_iter().map(|priority| priority.rank()).collect();
    clause::Clause(vec![clause::Test::OneOf("t.priority", ranks)])
}

fn within(column: &'static str, times: &[Times]) -> clause::Clause {
    let one = |times: &Times| clause::Test::Within(column, times.from.map(|t| t.0), times.to.map(|t| t.0));
    clause::Clause(times.iter().map(one).collect())
}

fn numbers(ranges: &[(i64, i64)]) -> clause::Clause {
    let one = |(low, high): &(i64, i64)| match low == high {
        true => clause::Test::OneOf("t.id", vec![*low]),
        false => clause::Test::Within("t.id", Some(*low), Some(*high)),
    };
    clause::Clause(ranges.iter().map(one).collect())
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

/// The ids of the brands that exist for the actor, and their countries.
fn brands(tx: &mut Tx<'_>, actor: &Actor) -> Result<(Vec<i64>, Vec<String>)> {
    let mut statement = Statement::new(sql::COUNTRIES);
    load::brands_in_scope(&actor.scope, "id", &mut statement);
    let found =
        tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.str(1)?.to_owned())))?;
    let (ids, mut countries): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    countries.sort_unstable();
    countries.dedup();
    Ok((ids, countries))
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
    let (brands, countries) = brands(tx, actor)?;
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
