//! From shapes to values: every kind of field, and what it says to a value that it does not take.

use std::collections::HashSet;
use std::hash::Hash;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deskbell_app::file::Given;
use deskbell_core::id::MAX_ID;
use deskbell_core::text::{limit, one_line, split_csv};
use deskbell_core::{Code, FileId, Version};

use crate::action::{Action, ActionValue, ValueKind};
use crate::decode::draft::Draft;
use crate::decode::json::Raw;
use crate::decode::problems::Problems;
use crate::decode::scalar::{Expected, digits_within, flag, moment, number, span, text, word};
use crate::decode::shape::{ActDraft, Item, Keyed, Label, List};
use crate::error::detail;
use crate::field::{Field, Kind};
use crate::params::Value;

/// The value of a field; `None` if nothing was sent, or it is reported.
pub(crate) fn value(field: &Field, draft: Draft, problems: &mut Problems) -> Option<Value> {
    let name = field.name;
    if field.later {
        if !is_nothing(&draft) {
            problems.invalid(name, format!("{name} is not supported by this version of the server yet."));
        }
        return None;
    }
    match (&field.kind, draft) {
        (_, Draft::Absent) => None,
        (Kind::Ids { most, zero, filter }, Draft::List(list)) => {
            ids(field, list, *most, *zero, *filter, problems)
        }
        (Kind::Words { words, filter }, Draft::List(list)) => {
            several_words(field, list, words, *filter, problems)
        }
        (Kind::Lines { max, filter }, Draft::List(list)) => lines(field, list, *max, *filter, problems),
        (Kind::Files { most, ids }, Draft::List(list)) => files(name, list, *most, *ids, problems),
        (Kind::Versions, Draft::Keyed(items)) => versions(name, items, problems),
        (Kind::Map { key, pattern, max, any_lines }, Draft::Keyed(items)) => {
            map(items, (*key, pattern), *max, *any_lines, problems)
        }
        (Kind::Actions { types, most }, Draft::Actions(acts, count)) => {
            if count > *most {
                let message = format!("{name} has {count} entries; a call takes at most {most}.");
                problems.invalid(name, message);
            }
            let words: Vec<&str> = types.iter().map(|t| t.name).collect();
            let acts = acts.into_iter().filter_map(|act| action(act, &words, problems)).collect();
            (count > 0).then_some(Value::Actions(acts))
        }
        (kind, Draft::One(raw)) => {
            if field.refuse_empty && raw.is_empty() && raw != Raw::Null {
                problems.invalid(name, format!("{name} is empty; leave it out, or give it a value."));
                return None;
            }
            let value = one(kind, &raw).unwrap_or_else(|expected| {
                problems.invalid(name, format!("{name} must be {expected}."));
                None
            });
            if let (Kind::IdText { most }, Some(Value::Ids(ids))) = (kind, &value) {
                cap(name, ids.len(), *most, problems);
            }
            value
        }
        _ => None,
    }
}

/// Whether nothing, or nothing that says anything, was sent.
fn is_nothing(draft: &Draft) -> bool {
    match draft {
        Draft::Absent => true,
        Draft::One(raw) => raw.is_empty(),
        Draft::List(list) => list.items.iter().all(|item| item.raw.is_empty()),
        Draft::Keyed(items) => items.is_empty(),
        Draft::Actions(acts, _) => acts.is_empty(),
    }
}

/// A field of one value. Errors: what it must be.
fn one(kind: &Kind, raw: &Raw) -> Result<Option<Value>, Expected> {
    Ok(match kind {
        Kind::Number { min, max } => number(raw, *min, *max)?.map(Value::Number),
        Kind::Flag => flag(raw)?.map(Value::Flag),
        Kind::Word(words) => word(raw, words)?.map(Value::Word),
        Kind::Line { max } => text(raw, *max)?.map(|t| Value::Text(one_line(t))),
        Kind::Text { max } => text(raw, *max)?.map(|t| Value::Text(t.to_owned())),
        Kind::Span => span(raw)?.map(Value::Span),
        Kind::Moment => moment(raw)?.map(Value::Moment),
        Kind::IdText { .. } => id_text(raw)?.map(Value::Ids),
        Kind::Base64 { max } => text(raw, *max)?.map(bytes).transpose()?.map(Value::Bytes),
        Kind::Tree { .. } => match raw {
            raw if raw.is_empty() => None,
            Raw::List(_) | Raw::Map(_) => Some(Value::Tree(raw.to_json())),
            _ => return Err("a structure: names in brackets, JSON, or one text of JSON".to_owned()),
        },
        _ => None,
    })
}

/// The bytes of base64, in which blanks and line breaks are passed over.
fn bytes(text: &str) -> Result<Vec<u8>, Expected> {
    let plain: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let expected = "base64: letters, digits, + and /, filled up with = to fours";
    STANDARD.decode(plain).map_err(|_| expected.to_owned())
}

fn id_text(raw: &Raw) -> Result<Option<Vec<i64>>, Expected> {
    let expected = || format!("ids separated by commas, blanks allowed: 1 to {MAX_ID} each");
    let text = match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) => text.as_str(),
        Raw::Number(literal) => literal,
        _ => return Err(expected()),
    };
    let mut found = Distinct::default();
    for id in text.split([',', ' ']).filter(|id| !id.is_empty()) {
        found.add(digits_within(id, 1, MAX_ID).ok_or_else(expected)?);
    }
    match found.values.is_empty() && !text.is_empty() {
        true => Err(expected()),
        false => Ok(Some(found.values).filter(|ids| !ids.is_empty())),
    }
}

/// Files in the order they came, and ids of files among them.
fn files(name: &str, list: List, most: usize, ids: bool, problems: &mut Problems) -> Option<Value> {
    let mut found = Vec::new();
    // Null is no file, and no id.
    let says = |item: &Item| item.raw == Raw::Null || !item.raw.is_empty();
    for item in list.items.into_iter().filter(says) {
        let label = item.label.text(name);
        match item.raw {
            Raw::File(Some(upload)) => {
                let characters = upload.name.chars().count();
                if characters > limit::NAME {
                    let most = limit::NAME;
                    problems.invalid(
                        label,
                        format!(
                            "The name of a file has at most {most} characters; this one has {characters}."
                        ),
                    );
                }
                found.push(Given::Upload(upload));
            }
            raw if ids => match number(&raw, 1, MAX_ID) {
                Ok(Some(id)) => {
                    let given = Given::File(FileId(id));
                    if !found.contains(&given) {
                        found.push(given);
                    }
                }
                Ok(None) | Err(_) => problems.invalid(
                    label.clone(),
                    format!(
                        "{label} must be a file of multipart/form-data, or the id of one (1 to {MAX_ID})."
                    ),
                ),
            },
            _ => problems
                .invalid(label.clone(), format!("{label} must be a file: a part of multipart/form-data.")),
        }
    }
    cap(name, found.len(), most, problems);
    (!found.is_empty()).then_some(Value::Files(found))
}

/// Distinct values in the order they came.
struct Distinct<T> {
    values: Vec<T>,
    seen: HashSet<T>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self { values: Vec::new(), seen: HashSet::new() }
    }
}

impl<T: Clone + Eq + Hash> Distinct<T> {
    fn add(&mut self, value: T) {
        if self.seen.insert(value.clone()) {
            self.values.push(value);
        }
    }
}

/// The values of a list that may be comma separated text. A bare value that stands alone is split at its commas; of
/// several each is one value, which may stand in quotation marks. `free`: values are free
/// text, so that one without a comma is read as CSV too. `None` if the quotes are wrong, which is reported.
fn split(name: &str, list: List, free: bool, problems: &mut Problems) -> Option<Vec<Item>> {
    let alone = list.items.len() == 1;
    let mut found = Vec::with_capacity(list.items.len());
    for item in list.items {
        let text = match &item.raw {
            Raw::Text(text)
                if item.bare && (text.starts_with('"') || alone && (free || text.contains(','))) =>
            {
                text
            }
            _ => {
                found.push(item);
                continue;
            }
        };
        match split_csv(text) {
            Some(values) if alone || values.len() == 1 => found.extend(values.into_iter().map(|value| {
                Item { label: Label::Sent(name.to_owned()), raw: Raw::Text(value), bare: false }
            })),
            _ => {
                problems.invalid(
                    name,
                    format!("{name} cannot be read as comma separated text: a value with commas stands in two quotation marks, and one inside it is doubled."),
                );
                return None;
            }
        }
    }
    Some(found)
}

/// Reads the elements of a list, distinct; empty texts are nothing.
fn elements<T: Clone + Eq + Hash>(
    name: &str,
    items: Vec<Item>,
    problems: &mut Problems,
    read: impl Fn(&Raw) -> Result<Option<T>, Expected>,
) -> Vec<T> {
    let mut found = Distinct::default();
    for item in items {
        let expected = match &item.raw {
            Raw::Null => "a value, not null".to_owned(),
            raw => match read(raw) {
                Ok(Some(value)) => {
                    found.add(value);
                    continue;
                }
                Ok(None) => continue,
                Err(expected) => expected,
            },
        };
        let label = item.label.text(name);
        problems.invalid(label.clone(), format!("{label} must be {expected}."));
    }
    found.values
}

/// The end of reading a list: an empty filter is none, or refused; a list to be stored may be empty.
fn finish<T>(
    field: &Field,
    sent: bool,
    filter: bool,
    values: Vec<T>,
    wrap: fn(Vec<T>) -> Value,
    problems: &mut Problems,
) -> Option<Value> {
    if values.is_empty() && sent && field.refuse_empty {
        let name = field.name;
        problems.invalid(name, format!("{name} is empty; leave it out, or give it a value."));
    }
    (sent && !(filter && values.is_empty())).then(|| wrap(values))
}

fn ids(
    field: &Field,
    list: List,
    most: usize,
    zero: bool,
    filter: bool,
    problems: &mut Problems,
) -> Option<Value> {
    let sent = list.sent;
    let items = if filter { split(field.name, list, false, problems)? } else { list.items };
    let min = i64::from(!zero);
    let values = elements(field.name, items, problems, |raw| number(raw, min, MAX_ID));
    cap(field.name, values.len(), most, problems);
    finish(field, sent, filter, values, Value::Ids, problems)
}

/// Reports more distinct values than the field takes.
fn cap(name: &str, count: usize, most: usize, problems: &mut Problems) {
    if count > most {
        let message = format!("{name} names {count} different values; a call takes at most {most}.");
        problems.push(detail(name, Code::PayloadTooLarge, message));
    }
}

fn several_words(
    field: &Field,
    list: List,
    words: &'static [&'static str],
    filter: bool,
    problems: &mut Problems,
) -> Option<Value> {
    let sent = list.sent;
    let items = split(field.name, list, false, problems)?;
    let values = elements(field.name, items, problems, |raw| word(raw, words));
    finish(field, sent, filter, values, Value::Words, problems)
}

fn lines(field: &Field, list: List, max: usize, filter: bool, problems: &mut Problems) -> Option<Value> {
    let sent = list.sent;
    let values = clean_lines(field.name, list, max, problems)?;
    if filter {
        cap(field.name, values.len(), crate::field::FILTER_VALUES, problems);
    }
    finish(field, sent, filter, values, Value::Lines, problems)
}

fn clean_lines(name: &str, list: List, max: usize, problems: &mut Problems) -> Option<Vec<String>> {
    let items = split(name, list, true, problems)?;
    Some(elements(name, items, problems, |raw| {
        Ok(text(raw, max)?.map(one_line).filter(|line| !line.is_empty()))
    }))
}

fn versions(name: &str, items: Vec<Keyed>, problems: &mut Problems) -> Option<Value> {
    let mut found: Vec<(i64, Version)> = Vec::new();
    for item in items {
        let Some(id) = digits_within(&item.key, 1, MAX_ID).filter(|_| !item.key.is_empty()) else {
            let label = item.label;
            problems.invalid(label.clone(), format!("{label} must have a ticket id in its brackets."));
            continue;
        };
        match number(&item.raw, 1, MAX_ID) {
            Ok(None) => {}
            Ok(Some(version)) => found.push((id, Version(version))),
            Err(_) => {
                let label = item.label;
                problems.invalid(label.clone(), format!("{label} must be a version: a whole number from 1."));
            }
        }
    }
    found.sort_unstable();
    if let Some(pair) = found.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        problems.twice(format!("{name}[{}]", pair[0].0));
    }
    Some(Value::Versions(found)).filter(|v| *v != Value::Versions(Vec::new()))
}

fn map(
    items: Vec<Keyed>,
    (key, pattern): (fn(&str) -> bool, &str),
    max: usize,
    any_lines: bool,
    problems: &mut Problems,
) -> Option<Value> {
    let mut found = Vec::new();
    for item in items {
        let label = item.label;
        if !key(&item.key) {
            problems.invalid(label.clone(), format!("{label} must have a name of the form {pattern}."));
            continue;
        }
        match text(&item.raw, max) {
            Ok(None) => {}
            Ok(Some(text)) if any_lines => found.push((item.key, text.to_owned())),
            Ok(Some(text)) => found.push((item.key, one_line(text))),
            Err(expected) => problems.invalid(label.clone(), format!("{label} must be {expected}.")),
        }
    }
    found.sort_unstable();
    Some(Value::Map(found)).filter(|v| *v != Value::Map(Vec::new()))
}

fn action(act: ActDraft, words: &[&str], problems: &mut Problems) -> Option<Action> {
    let Some(kind) = act.kind else {
        let label = act.type_label;
        problems.invalid(label.clone(), format!("{label} must be one of {}.", words.join(", ")));
        return None;
    };
    let raw = act.value.unwrap_or(Raw::Null);
    let label = act.value_label;
    let value = match kind.value {
        ValueKind::None if raw.is_empty() => Ok(ActionValue::None),
        ValueKind::None => Err(format!("left out: {} takes no value", kind.name)),
        ValueKind::Word(words) => word(&raw, words).map(|w| ActionValue::Word(w.unwrap_or_default())),
        ValueKind::Id => number(&raw, 1, MAX_ID).map(|n| ActionValue::Id(n.unwrap_or_default())),
        ValueKind::IdOrNone => number(&raw, 0, MAX_ID).map(|n| ActionValue::Id(n.unwrap_or_default())),
        ValueKind::Line { max, empty } => {
            text(&raw, max).map(|t| one_line(t.unwrap_or_default())).and_then(|t| not_empty(t, empty))
        }
        ValueKind::Text { max, empty } => {
            text(&raw, max).map(|t| t.unwrap_or_default().to_owned()).and_then(|t| not_empty(t, empty))
        }
        ValueKind::Moment => moment(&raw).map(|m| ActionValue::Moment(m.flatten())),
        ValueKind::Tags { max, empty } => match clean_lines(&label, act.list, max, problems)? {
            tags if tags.is_empty() && !empty => Err("at least one tag".to_owned()),
            tags => Ok(ActionValue::Tags(tags)),
        },
    };
    match value {
        Ok(value) => Some(Action { label: act.label, kind: kind.name, value }),
        Err(expected) => {
            problems.invalid(label.clone(), format!("{label} must be {expected}."));
            None
        }
    }
}

/// Cleaning may leave nothing of a text.
fn not_empty(text: String, may_be_empty: bool) -> Result<ActionValue, Expected> {
    match text.is_empty() && !may_be_empty {
        true => Err("text that is not empty".to_owned()),
        false => Ok(ActionValue::Text(text)),
    }
}
