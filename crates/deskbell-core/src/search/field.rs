//! The fields of the search language: `name:value`, and what each takes.

use super::lex::{Field, Text};
use crate::id::MAX_ID;
use crate::time::Timestamp;
use crate::words::{Priority, Status};

/// The fields by name.
pub const FIELDS: [&str; 15] = [
    "status", "priority", "tag", "from", "to", "customer", "brand", "group", "assignee", "channel", "id",
    "created", "updated", "has", "is",
];

/// Which side of a ticket an address stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Who it is from.
    From,
    /// Who it is to.
    To,
}

impl Side {
    /// What stands before the words of a side in the index; no text has it.
    pub(super) fn mark(self) -> char {
        match self {
            Self::From => '\u{E002}',
            Self::To => '\u{E003}',
        }
    }
}

/// What a field must be. Of several values one is enough.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// One of these statuses.
    Status(Vec<Status>),
    /// One of these priorities.
    Priority(Vec<Priority>),
    /// Has one of these tags, compared without case.
    Tag(Vec<String>),
    /// One of these customers: an id, an id that its owner gave, or an address.
    Customer(Vec<Name>),
    /// One of these brands: a name without regard to case, or an id.
    Brand(Vec<Name>),
    /// One of these groups, in the same way.
    Group(Vec<Name>),
    /// One of these channels, in the same way.
    Channel(Vec<Name>),
    /// Assigned to one of these: a login without regard to case, or an id.
    Assignee(Vec<Name>),
    /// The number is in one of these ranges, ends included.
    Id(Vec<(i64, i64)>),
    /// Created within one of these.
    Created(Vec<Times>),
    /// Last changed within one of these.
    Updated(Vec<Times>),
    /// From or to this telephone number, of which only a country says what it is: `Expr::in_countries` puts words in its place.
    Line(Side, String),
    /// Assigned to nobody.
    Unassigned,
    /// In the archive.
    Archived,
    /// A file hangs on one of its messages.
    Attached,
    /// Put off until later than now.
    Snoozed {
        /// When it was asked.
        now: Timestamp,
    },
}

/// Who or what is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// `none`: nobody, nothing.
    None,
    /// `me`: whoever asks.
    Me {
        /// Its place in the query, for those who are nobody.
        at: usize,
    },
    /// A name, or an id.
    Text(String),
}

/// From one second to another, both included; open where there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Times {
    /// The first second.
    pub from: Option<Timestamp>,
    /// The last second.
    pub to: Option<Timestamp>,
}

/// What is wrong with a value.
pub(super) struct Wrong {
    pub(super) at: usize,
    pub(super) message: String,
}

/// Reads a field other than `from` and `to`, whose values are words. `at` is its place in the query.
pub(super) fn test(field: &Field, at: usize, now: Timestamp) -> Result<Test, Wrong> {
    let name = field.name;
    present(field, at)?;
    if !field.operator.is_empty()
        && field.operator != "="
        && !matches!(name, "priority" | "id" | "created" | "updated")
    {
        let message = format!(
            "`{name}:` cannot be compared with `{}`; write `{name}:VALUE`, or several values with commas.",
            field.operator
        );
        return Err(Wrong { at, message });
    }
    if !matches!(field.operator, "" | "=") && field.values.len() > 1 {
        let message = format!("`{name}:{}` takes one value and no list.", field.operator);
        return Err(Wrong { at: field.values[1].at, message });
    }
    let named = |none: bool, me: bool| -> Vec<Name> {
        field.values.iter().map(|value| who(value, none, me)).collect()
    };
    Ok(match name {
        "status" => Test::Status(words(field, Status::WORDS, Status::parse)?),
        "priority" => {
            let values = words(field, Priority::WORDS, Priority::parse)?;
            let fits = |p: &Priority| match field.operator {
                ">=" => *p >= values[0],
                ">" => *p > values[0],
                "<=" => *p <= values[0],
                "<" => *p < values[0],
                _ => values.contains(p),
            };
            Test::Priority(Priority::ALL.iter().copied().filter(fits).collect())
        }
        "tag" => Test::Tag(field.values.iter().map(|value| value.text.trim().to_owned()).collect()),
        "customer" => Test::Customer(named(true, false)),
        "brand" => Test::Brand(named(false, false)),
        "group" => Test::Group(named(true, false)),
        "channel" => Test::Channel(named(false, false)),
        "assignee" => Test::Assignee(named(true, true)),
        "id" => Test::Id(each(field, |value| id(value, field.operator))?),
        "created" => Test::Created(each(field, |value| times(name, value, field.operator, now))?),
        "updated" => Test::Updated(each(field, |value| times(name, value, field.operator, now))?),
        "has" => has(&field.values)?,
        _ => return is(&field.values, now),
    })
}

/// Whether this may be a telephone number.
pub(super) fn is_line(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let end = text.find("ext").unwrap_or(text.len());
    digits >= 6
        && text[..end].chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-/().".contains(c))
}

/// Refuses a field without a value.
pub(super) fn present(field: &Field, at: usize) -> Result<(), Wrong> {
    let name = field.name;
    if field.values.is_empty() {
        return Err(Wrong {
            at,
            message: format!("`{name}:` has no value; write one right behind the colon."),
        });
    }
    match field.values.iter().find(|value| value.text.trim().is_empty()) {
        Some(value) => Err(Wrong { at: value.at, message: format!("`{name}:` has an empty value.") }),
        None => Ok(()),
    }
}

fn each<T>(field: &Field, read: impl Fn(&Text) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    field.values.iter().map(read).collect()
}

fn words<T>(field: &Field, words: &[&str], parse: fn(&str) -> Option<T>) -> Result<Vec<T>, Wrong> {
    each(field, |value| {
        parse(&value.text.to_ascii_lowercase()).ok_or_else(|| {
            let message = format!("`{}:` takes {}, not `{}`.", field.name, words.join(", "), value.text);
            Wrong { at: value.at, message }
        })
    })
}

/// In quotation marks `me` and `none` are names like others.
fn who(value: &Text, none: bool, me: bool) -> Name {
    match value.text.trim() {
        word if none && !value.quoted && word.eq_ignore_ascii_case("none") => Name::None,
        word if me && !value.quoted && word.eq_ignore_ascii_case("me") => Name::Me { at: value.at },
        name => Name::Text(name.to_owned()),
    }
}

fn id(value: &Text, operator: &str) -> Result<(i64, i64), Wrong> {
    let number = |text: &str| {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let fits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        // A number beyond all ids is one that no ticket has.
        fits.then(|| digits.parse::<i64>().unwrap_or(MAX_ID).min(MAX_ID))
    };
    let range = match (operator, value.text.split_once("..")) {
        ("" | "=", Some((low, high))) => number(low).zip(number(high)),
        (_, None) => number(&value.text).map(|id| match operator {
            ">=" => (id, MAX_ID),
            ">" => (id.saturating_add(1), MAX_ID),
            "<=" => (0, id),
            "<" => (0, id - 1),
            _ => (id, id),
        }),
        _ => None,
    };
    range.ok_or_else(|| {
        let message = format!(
            "`id:` takes a ticket's number, as in id:77, id:>=77 or id:77..99, not `{}`.",
            value.text
        );
        Wrong { at: value.at, message }
    })
}

fn times(name: &str, value: &Text, operator: &str, now: Timestamp) -> Result<Times, Wrong> {
    let wrong = || {
        let message = format!(
            "`{name}:` takes a date, a time in quotation marks or an age in m, h, d, w or y, as in {name}:>=2026-01-31, \
             {name}:2026-01-01..2026-01-31, {name}:>\"2026-01-31 12:00:00\" or {name}:<7d, not `{}`.",
            value.text
        );
        Wrong { at: value.at, message }
    };
    let text = value.text.trim();
    if let Some(age) = age(text) {
        let then = Timestamp(now.0.saturating_sub(age));
        let (earlier, later) = (Timestamp(then.0.saturating_sub(1)), Timestamp(then.0.saturating_add(1)));
        // Younger than seven days is later than seven days ago.
        return Ok(match operator {
            ">" => Times { from: None, to: Some(earlier) },
            ">=" => Times { from: None, to: Some(then) },
            "<" => Times { from: Some(later), to: None },
            _ => Times { from: Some(then), to: None },
        });
    }
    if let Some((first, last)) = text.split_once("..") {
        let (first, last) = (Timestamp::parse_span(first.trim()), Timestamp::parse_span(last.trim()));
        return match (operator, first, last) {
            ("" | "=", Some(first), Some(last)) => Ok(Times { from: Some(first.first), to: Some(last.last) }),
            _ => Err(wrong()),
        };
    }
    let span = Timestamp::parse_span(text).ok_or_else(wrong)?;
    Ok(match operator {
        ">" => Times { from: Some(Timestamp(span.last.0 + 1)), to: None },
        ">=" => Times { from: Some(span.first), to: None },
        "<" => Times { from: None, to: Some(Timestamp(span.first.0 - 1)) },
        "<=" => Times { from: None, to: Some(span.last) },
        _ => Times { from: Some(span.first), to: Some(span.last) },
    })
}

/// The seconds of an age such as `7d`.
fn age(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        b'w' => 7 * 86_400,
        b'y' => 365 * 86_400,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let fits = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse::<i64>().ok()).flatten().map(|n| n * unit)
}

fn has(values: &[Text]) -> Result<Test, Wrong> {
    let wrong = values.iter().find(|value| !value.text.eq_ignore_ascii_case("attachment"));
    match wrong {
        None => Ok(Test::Attached),
        Some(value) => {
            let message = format!("`has:` takes attachment, not `{}`.", value.text);
            Err(Wrong { at: value.at, message })
        }
    }
}

fn is(values: &[Text], now: Timestamp) -> Result<Test, Wrong> {
    if let Some(second) = values.get(1) {
        let message = "`is:` takes one word; write is:… twice, or with OR between them.".to_owned();
        return Err(Wrong { at: second.at, message });
    }
    match values[0].text.to_ascii_lowercase().as_str() {
        "unassigned" => Ok(Test::Unassigned),
        "archived" => Ok(Test::Archived),
        "snoozed" => Ok(Test::Snoozed { now }),
        _ => {
            let message = format!("`is:` takes unassigned, archived, snoozed, not `{}`.", values[0].text);
            Err(Wrong { at: values[0].at, message })
        }
    }
}
