//! From a view's conditions to what a list of tickets takes, for a caller at a time. What a filter of the list says becomes
//! one, so that it is found by the same indexes.

use deskbell_core::search::{self, Query};
use deskbell_core::{Direction, Priority, Status, Timestamp};

use super::condition::{Condition, Conditions};
use super::fact::{Fact, Operation};
use super::operand::Operand;
use crate::error::Result;
use crate::ticket::list::{Clause, Filter, Key, Kind, Test, Text};

/// For whom a view is applied, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct For<'a> {
    /// The user who calls; none for a key, which is nobody.
    pub(super) user: Option<i64>,
    /// The user's groups.
    pub(super) groups: Vec<i64>,
    pub(super) now: Timestamp,
    /// Where links to tickets begin.
    pub(super) public_url: &'a str,
}

/// What a condition comes to.
enum Lowered {
    /// Every ticket meets it, or none does.
    Always(bool),
    /// One of these numbers is in a column.
    Among(&'static Key, Vec<i64>),
    /// These words are met.
    Query(Query),
    Test(Test),
}

/// The filter that lets pass what meets the conditions.
pub(super) fn filter(conditions: &Conditions, whom: &For<'_>) -> Result<Filter> {
    let mut filter = Filter::default();
    for condition in &conditions.all {
        filter = match lower(condition, whom)? {
            Lowered::Always(true) => filter,
            Lowered::Always(false) => with(filter, Clause::never()),
            Lowered::Among(key, values) => match among(key, &values) {
                Some(more) => filter.and(more),
                None => with(filter, Clause(vec![Test::OneOf(key.column, values)])),
            },
            Lowered::Query(query) => filter.and(Filter { query: Some(query), ..Filter::default() }),
            Lowered::Test(test) => match times_of(&test) {
                Some(more) => filter.and(more),
                None => with(filter, Clause(vec![test])),
            },
        };
    }
    if conditions.any.is_empty() {
        return Ok(filter);
    }
    let mut tests = Vec::new();
    for condition in &conditions.any {
        match lower(condition, whom)? {
            Lowered::Always(true) => return Ok(filter),
            Lowered::Always(false) => {}
            Lowered::Among(key, values) => {
                tests.push((Some((key, values.clone())), Test::OneOf(key.column, values)))
            }
            // A query stands under all alone.
            Lowered::Query(_) => {}
            Lowered::Test(test) => tests.push((None, test)),
        }
    }
    // Several values of one key are a filter as well.
    if let Some((key, values)) = one_key(&tests)
        && let Some(more) = among(key, &values)
    {
        return Ok(filter.and(more));
    }
    Ok(with(filter, Clause(tests.into_iter().map(|(_, test)| test).collect())))
}

type Lone = (Option<(&'static Key, Vec<i64>)>, Test);

fn one_key(tests: &[Lone]) -> Option<(&'static Key, Vec<i64>)> {
    let (key, _) = tests.first()?.0.as_ref()?;
    let mut all = Vec::new();
    for (found, _) in tests {
        let (other, values) = found.as_ref()?;
        if other.name != key.name {
            return None;
        }
        all.extend(values);
    }
    Some((key, all))
}

fn with(mut filter: Filter, clause: Clause) -> Filter {
    filter.clauses.push(clause);
    filter
}

/// The filter of the list that says the same, where there is one. Without values there is none: an empty filter lets all pass.
fn among(key: &Key, values: &[i64]) -> Option<Filter> {
    let (ids, none) = (|| values.to_vec(), Filter::default);
    if values.is_empty() {
        return Some(with(none(), Clause::never()));
    }
    Some(match key.name {
        "status" => {
            Filter { statuses: values.iter().filter_map(|r| Status::from_rank(*r)).collect(), ..none() }
        }
        "priority" => {
            Filter { priorities: values.iter().filter_map(|r| Priority::from_rank(*r)).collect(), ..none() }
        }
        "direction" => {
            Filter { directions: values.iter().filter_map(|r| Direction::from_rank(*r)).collect(), ..none() }
        }
        "brand_id" => Filter { brands: ids(), ..none() },
        "channel_id" => Filter { channels: ids(), ..none() },
        "assigned_group_id" => Filter { groups: ids(), ..none() },
        "assigned_user_id" => Filter { users: ids(), ..none() },
        "customer_id" => Filter { customers: ids(), ..none() },
        "form_id" => Filter { forms: ids(), ..none() },
        _ => return None,
    })
}

fn lower(condition: &Condition, whom: &For<'_>) -> Result<Lowered> {
    let Condition { fact, operation, operand } = condition;
    let (fact, operation) = (*fact, *operation);
    let negated = matches!(operation, Operation::NotEquals | Operation::NotIn);
    Ok(match (fact, operand) {
        (Fact::Me, Operand::Flag(flag)) => {
            mine(whom.user.into_iter().collect(), "assigned_user_id", *flag != negated)
        }
        (Fact::MyGroups, Operand::Flag(flag)) => {
            mine(whom.groups.clone(), "assigned_group_id", *flag != negated)
        }
        (Fact::Query, Operand::Texts(texts)) => {
            Lowered::Query(search::parse(texts.first().map(String::as_str).unwrap_or_default(), whom.now)?)
        }
        (Fact::Age(_, key), Operand::Numbers(minutes, _)) => {
            age(key, operation, minutes.first().copied().unwrap_or_default(), whom.now)
        }
        (Fact::Age(_, key), _) => Lowered::Test(filled(key, operation == Operation::IsNotEmpty)),
        (Fact::Key(key), Operand::Numbers(numbers, caller)) => {
            let mut numbers = numbers.clone();
            if *caller && key.name == "assigned_user_id" {
                numbers.extend(whom.user);
            } else if *caller {
                numbers.extend(&whom.groups);
            }
            set(key, operation, numbers, negated)
        }
        (Fact::Key(key), Operand::Words(words)) => {
            words_of(key, operation, words.iter().map(|(_, rank)| *rank).collect(), negated)
        }
        (Fact::Key(key), Operand::Spans(spans)) => {
            times(key, operation, spans.iter().map(|(_, s)| (s.first.0, s.last.0)).collect())
        }
        (Fact::Tag, _) => tags(operation, operand, negated),
        (Fact::Key(Key { kind: Kind::Tags, .. }), _) => tags(operation, operand, negated),
        (Fact::Key(key), Operand::Texts(texts)) => text(key, operation, texts, negated, whom),
        (Fact::Key(key), _) => Lowered::Test(filled(key, operation == Operation::IsNotEmpty)),
        // Parsing leaves no other.
        _ => Lowered::Always(false),
    })
}

/// Whether a ticket is assigned to one of these.
fn mine(whose: Vec<i64>, key: &str, is: bool) -> Lowered {
    let Some(key) = Key::of(key) else { return Lowered::Always(false) };
    match (is, whose.is_empty()) {
        (is, true) => Lowered::Always(!is),
        (true, _) => Lowered::Among(key, whose),
        (false, _) => Lowered::Test(Test::NoneOf(key.column, whose)),
    }
}

fn set(key: &'static Key, operation: Operation, numbers: Vec<i64>, negated: bool) -> Lowered {
    let first = numbers.first().copied().unwrap_or_default();
    match operation {
        Operation::Greater => Lowered::Test(Test::Within(key.column, Some(first + 1), None)),
        Operation::Less => Lowered::Test(Test::Within(key.column, None, Some(first - 1))),
        _ if numbers.is_empty() => Lowered::Always(negated),
        _ if negated => Lowered::Test(Test::NoneOf(key.column, numbers)),
        _ => Lowered::Among(key, numbers),
    }
}

/// Words are few: all but some are the others.
fn words_of(key: &'static Key, operation: Operation, ranks: Vec<i64>, negated: bool) -> Lowered {
    let Kind::Word { words, rank, .. } = key.kind else { return Lowered::Always(false) };
    let all = words.iter().filter_map(|word| rank(word));
    let first = ranks.first().copied().unwrap_or_default();
    let fits = |value: &i64| match operation {
        Operation::Greater => *value > first,
        Operation::Less => *value < first,
        _ => ranks.contains(value) != negated,
    };
    Lowered::Among(key, all.filter(fits).collect())
}

fn times(key: &'static Key, operation: Operation, spans: Vec<(i64, i64)>) -> Lowered {
    let (first, last) = spans.first().copied().unwrap_or_default();
    match operation {
        Operation::Greater => between(key, Some(last + 1), None),
        Operation::Less => between(key, None, Some(first - 1)),
        Operation::Equals => between(key, Some(first), Some(last)),
        Operation::NotEquals => Lowered::Test(Test::Outside(key.column, first, last)),
        Operation::NotIn => {
            let outside = spans.into_iter().map(|(a, b)| Clause(vec![Test::Outside(key.column, a, b)]));
            Lowered::Test(Test::All(outside.collect()))
        }
        _ => {
            let within = spans.into_iter().map(|(a, b)| Test::Within(key.column, Some(a), Some(b)));
            Lowered::Test(Test::All(vec![Clause(within.collect())]))
        }
    }
}

/// The filter of the list that says the same of a time.
fn times_of(test: &Test) -> Option<Filter> {
    let Test::Within(column, from, to) = test else { return None };
    let (from, to) = (from.map(Timestamp), to.map(Timestamp));
    match *column {
        "t.created_at" => Some(Filter { created_from: from, created_to: to, ..Filter::default() }),
        "t.last_update" => Some(Filter { updated_from: from, updated_to: to, ..Filter::default() }),
        _ => None,
    }
}

fn between(key: &'static Key, from: Option<i64>, to: Option<i64>) -> Lowered {
    Lowered::Test(Test::Within(key.column, from, to))
}

fn age(key: &'static Key, operation: Operation, minutes: i64, now: Timestamp) -> Lowered {
    // Of so many whole minutes is what happened in the minute that ends so many minutes ago.
    let (oldest, newest) = (now.0 - (minutes + 1) * 60 + 1, now.0 - minutes * 60);
    match operation {
        Operation::Greater => between(key, None, Some(oldest - 1)),
        Operation::Less => between(key, Some(newest + 1), None),
        Operation::NotEquals => Lowered::Test(Test::Outside(key.column, oldest, newest)),
        _ => between(key, Some(oldest), Some(newest)),
    }
}

fn filled(key: &'static Key, is: bool) -> Test {
    match (key.kind, is) {
        (Kind::Id, true) => Test::NoneOf(key.column, vec![0]),
        (Kind::Id, false) => Test::OneOf(key.column, vec![0]),
        (Kind::Text, is) => Test::Text(Text::Column(key.column), vec![String::new()], !is),
        (_, true) => Test::Filled(key.column),
        (_, false) => Test::Null(key.column),
    }
}

fn tags(operation: Operation, operand: &Operand, negated: bool) -> Lowered {
    let texts = match operand {
        Operand::Texts(texts) => texts.clone(),
        _ => Vec::new(),
    };
    let first = || texts.first().cloned().unwrap_or_default();
    Lowered::Test(match operation {
        Operation::IsEmpty => Test::Tagged(Vec::new(), false),
        Operation::IsNotEmpty => Test::Tagged(Vec::new(), true),
        Operation::Contains => Test::TagHas(first()),
        Operation::StartsWith => Test::TagBegins(first()),
        _ => Test::Tagged(texts, !negated),
    })
}

fn text(key: &'static Key, operation: Operation, texts: &[String], negated: bool, whom: &For<'_>) -> Lowered {
    let of = match key.kind {
        Kind::Link => Text::Link(format!("{}/console/t/", whom.public_url)),
        _ => Text::Column(key.column),
    };
    let first = || texts.first().cloned().unwrap_or_default();
    Lowered::Test(match operation {
        Operation::Contains => Test::Has(of, first()),
        Operation::StartsWith => Test::Begins(of, first()),
        _ => Test::Text(of, texts.to_vec(), !negated),
    })
}
