//! From a view's conditions to what a list of tickets takes, for a caller at a time.

use deskbell_core::search::{self, Query};
use deskbell_core::{Scope, Timestamp};

use super::condition::{Condition, Conditions};
use super::fact::{Fact, Operation};
use super::operand::Operand;
use crate::error::Result;
use crate::ticket::list::{Clause, Filter, Key, Kind, TARGET, Test, Text};

/// For whom a view is applied, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct For<'a> {
    /// The user who calls; none for a key, which is nobody.
    pub(super) user: Option<i64>,
    /// The user's groups.
    pub(super) groups: Vec<i64>,
    pub(super) now: Timestamp,
    /// What exists for the caller.
    pub(super) scope: &'a Scope,
    /// Where links to tickets begin.
    pub(super) public_url: &'a str,
}

/// What a condition comes to.
enum Lowered {
    /// Every ticket meets it, or none does.
    Always(bool),
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
            Lowered::Always(false) => filter.meeting(Clause::never()),
            Lowered::Query(query) => filter.and(Filter { query: Some(query), ..Filter::default() }),
            Lowered::Test(test) => filter.meeting(Clause(vec![test])),
        };
    }
    if conditions.any.is_empty() {
        return Ok(filter);
    }
    let mut tests = Vec::new();
    for condition in &conditions.any {
        match lower(condition, whom)? {
            Lowered::Always(true) => return Ok(filter),
            // A query stands under all alone.
            Lowered::Always(false) | Lowered::Query(_) => {}
            Lowered::Test(test) => tests.push(test),
        }
    }
    Ok(filter.meeting(Clause(tests)))
}

fn lower(condition: &Condition, whom: &For<'_>) -> Result<Lowered> {
    let lowered = lower_plain(condition, whom)?;
    Ok(match (condition.fact, lowered) {
        (Fact::Key(key), Lowered::Test(test)) if key.column == TARGET => {
            Lowered::Test(Test::Target(whom.scope.clone(), Box::new(test)))
        }
        (_, lowered) => lowered,
    })
}

fn lower_plain(condition: &Condition, whom: &For<'_>) -> Result<Lowered> {
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
        (true, _) => Lowered::Test(Test::OneOf(key.column, whose)),
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
        _ => Lowered::Test(Test::OneOf(key.column, numbers)),
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
    Lowered::Test(Test::OneOf(key.column, all.filter(fits).collect()))
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
