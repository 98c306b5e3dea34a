//! What a condition compares with: the value of a fact, read as its kind.

use deskbell_core::id::MAX_ID;
use deskbell_core::text::{limit, split_csv};
use deskbell_core::time::TimeSpan;
use deskbell_core::{Timestamp, search};
use serde_json::Value;

use super::fact::{Fact, ME, MY_GROUPS, Operation};
use crate::ticket::list::Kind;

/// Most values of one condition.
const VALUES: usize = 1_000;

/// Most minutes of an age: some thousand years.
const MINUTES: i64 = 1_000_000_000;

/// What a fact is compared with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Nothing.
    None,
    /// Numbers (ids, minutes, ranks of words), and whether the caller or its groups are meant as well.
    Numbers(Vec<i64>, bool),
    /// Words with their ranks.
    Words(Vec<(String, i64)>),
    /// Texts.
    Texts(Vec<String>),
    /// Times.
    Spans(Vec<(String, TimeSpan)>),
    /// Yes or no.
    Flag(bool),
}

/// What is wrong with a value.
pub(super) enum Wrong {
    Missing,
    /// What it must be.
    Value(String),
}

/// Reads the value of a condition.
pub(super) fn operand(fact: Fact, operation: Operation, value: &Value) -> Result<Operand, Wrong> {
    let nothing = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if matches!(operation, Operation::IsEmpty | Operation::IsNotEmpty) {
        let message = format!("left out: {} takes no value", operation.as_str());
        return if nothing { Ok(Operand::None) } else { Err(Wrong::Value(message)) };
    }
    if nothing {
        return Err(Wrong::Missing);
    }
    let values = values(operation, value)?;
    let whole = |low: i64, high: i64, what: &str| {
        values
            .iter()
            .map(|value| number(value).filter(|n| (low..=high).contains(n)))
            .collect::<Option<Vec<i64>>>()
            .ok_or_else(|| Wrong::Value(format!("{what}, from {low} to {high}")))
    };
    match fact {
        Fact::Key(key) => match key.kind {
            Kind::Id => {
                let caller = match key.name {
                    "assigned_user_id" => Some(ME),
                    "assigned_group_id" => Some(MY_GROUPS),
                    _ => None,
                };
                let may = matches!(operation, Operation::Greater | Operation::Less);
                ids(&values, caller.filter(|_| !may))
            }
            Kind::Number => Ok(Operand::Numbers(whole(-MAX_ID, MAX_ID, "a whole number")?, false)),
            Kind::Word { words, rank, .. } => {
                let found = values.iter().map(|value| {
                    let word = value.as_str()?;
                    Some((word.to_owned(), rank(word)?))
                });
                let found: Option<Vec<_>> = found.collect();
                found.map(Operand::Words).ok_or_else(|| Wrong::Value(format!("one of {}", words.join(", "))))
            }
            Kind::Text | Kind::Link | Kind::Tags => texts(&values, limit::TITLE),
            Kind::Time => {
                let found = values.iter().map(|value| {
                    let text = value.as_str()?;
                    Some((text.to_owned(), Timestamp::parse_span(text)?))
                });
                let found: Option<Vec<_>> = found.collect();
                let expected = "a time such as 2026-11-28 09:30:00 (UTC), or a day such as 2026-11-28";
                found.map(Operand::Spans).ok_or_else(|| Wrong::Value(expected.into()))
            }
        },
        Fact::Age(..) => Ok(Operand::Numbers(whole(0, MINUTES, "a whole number of minutes")?, false)),
        Fact::Tag => texts(&values, limit::TAG),
        Fact::Query => {
            let found = texts(&values, search::LENGTH_LIMIT)?;
            let Operand::Texts(texts) = &found else { return Ok(found) };
            match texts.first().map(|text| search::parse(text, Timestamp(0))) {
                Some(Ok(query)) if !query.is_blank() => Ok(found),
                Some(Err(fault)) => Err(Wrong::Value(format!("a query: {}", fault.first.message))),
                _ => Err(Wrong::Value("a query with a word to look for".into())),
            }
        }
        Fact::Me | Fact::MyGroups => match values.first() {
            Some(Value::Bool(flag)) => Ok(Operand::Flag(*flag)),
            Some(Value::String(text)) if text == "true" || text == "1" => Ok(Operand::Flag(true)),
            Some(Value::String(text)) if text == "false" || text == "0" => Ok(Operand::Flag(false)),
            _ => Err(Wrong::Value("true or false".into())),
        },
    }
}

/// The values of a condition, of one that takes several also from comma separated text.
fn values(operation: Operation, value: &Value) -> Result<Vec<Value>, Wrong> {
    let found = match value {
        Value::Array(items) if operation.takes_several() => items.clone(),
        Value::Array(_) => {
            return Err(Wrong::Value(format!("one value: {} takes no list", operation.as_str())));
        }
        Value::Object(_) => return Err(Wrong::Value("a value and no object".into())),
        Value::String(text) if operation.takes_several() => match split_csv(text) {
            Some(values) => values.into_iter().map(Value::from).collect(),
            None => return Err(Wrong::Value("comma separated text with CSV quoting, or a list".into())),
        },
        value => vec![value.clone()],
    };
    match found.len() {
        0 => Err(Wrong::Missing),
        1..=VALUES => Ok(found),
        _ => Err(Wrong::Value(format!("at most {VALUES} values"))),
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok().filter(|_| !text.starts_with('+')),
        _ => None,
    }
}

fn ids(values: &[Value], caller: Option<&str>) -> Result<Operand, Wrong> {
    let (mut found, mut meant) = (Vec::new(), false);
    for value in values {
        match number(value).filter(|id| (0..=MAX_ID).contains(id)) {
            Some(id) => found.push(id),
            None if caller.is_some() && value.as_str() == caller => meant = true,
            None => {
                let or = caller.map(|word| format!(", or {word}")).unwrap_or_default();
                return Err(Wrong::Value(format!("an id: a whole number, 0 for none{or}")));
            }
        }
    }
    Ok(Operand::Numbers(found, meant))
}

fn texts(values: &[Value], most: usize) -> Result<Operand, Wrong> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let found: Option<Vec<String>> = values.iter().map(text).collect();
    let good =
        |texts: &Vec<String>| texts.iter().all(|text| !text.is_empty() && text.chars().count() <= most);
    let found = found.filter(good);
    found.map(Operand::Texts).ok_or_else(|| Wrong::Value(format!("text of 1 to {most} characters")))
}
