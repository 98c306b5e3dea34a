//! From what was sent under one name to the shape that its field has: one value, a list, values by key, actions.
//!
//! Here the spellings of api.md section 2 become one; nothing is said about the values themselves yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::action::{ActionType, ValueKind};
use crate::decode::form::{Name, index};
use crate::decode::json::{self, Raw};
use crate::decode::problems::Problems;

/// A value with the name under which it came.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    pub(crate) raw: Raw,
}

/// An element of a list.
#[derive(Debug)]
pub(crate) struct Item {
    /// As sent, or the position in a list of JSON.
    pub(crate) label: Label,
    pub(crate) raw: Raw,
    /// It came without brackets, and not in a list of JSON: quotation marks around it are CSV's.
    pub(crate) bare: bool,
}

#[derive(Debug)]
pub(crate) enum Label {
    Sent(String),
    At(usize),
}

impl Label {
    /// The name for an answer; `list` is the name of the list.
    pub(crate) fn text(&self, list: &str) -> String {
        match self {
            Self::Sent(sent) => sent.clone(),
            Self::At(n) => format!("{list}[{n}]"),
        }
    }
}

/// A list as sent.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) items: Vec<Item>,
    /// Something was sent, if only an empty list.
    pub(crate) sent: bool,
}

/// A value under a key.
#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) raw: Raw,
}

/// An action as sent.
#[derive(Debug)]
pub(crate) struct ActDraft {
    pub(crate) label: String,
    pub(crate) type_label: String,
    /// Its type, if it is one of the call's.
    pub(crate) kind: Option<&'static ActionType>,
    pub(crate) value_label: String,
    pub(crate) value: Option<Raw>,
    pub(crate) list: List,
}

/// What was sent under a name with `depth` brackets spent, as one value.
pub(crate) fn scalar(label: &str, entries: Vec<Entry>, depth: usize, problems: &mut Problems) -> Option<Raw> {
    let several = entries.len() > 1;
    let mut found = None;
    for entry in entries {
        if entry.name.depth() > depth {
            let sent = entry.name.sent;
            problems.invalid(
                sent.clone(),
                format!("{sent} cannot be read: {label} takes one value, without brackets."),
            );
        } else if several {
            problems.twice(label.to_owned());
        }
        // What is reported already is not missing as well.
        found = Some(entry.raw);
    }
    found
}

/// What was sent under a name, as a list: by index, then in order of arrival.
pub(crate) fn list(label: &str, entries: Vec<Entry>, depth: usize, problems: &mut Problems) -> List {
    let mut list = List::default();
    let mut indexed: BTreeMap<u64, Item> = BTreeMap::new();
    for entry in entries {
        match (entry.name.depth() - depth, entry.raw) {
            (0, Raw::Null) => {}
            (0, Raw::List(items)) => {
                list.sent = true;
                let items = items.into_iter().enumerate();
                list.items.extend(items.map(|(n, raw)| Item { label: Label::At(n), raw, bare: false }));
            }
            (0, raw) => {
                list.sent = true;
                list.items.push(Item { label: Label::Sent(entry.name.sent), raw, bare: true });
            }
            (1, raw) => {
                list.sent = true;
                let step = entry.name.step(depth).unwrap_or_default();
                let at = index(step);
                if !step.is_empty() && at.is_none() {
                    malformed(label, &entry.name, problems);
                }
                let item = Item { label: Label::Sent(entry.name.sent), raw, bare: false };
                let Some(at) = at else {
                    list.items.push(item);
                    continue;
                };
                if let Some(item) = indexed.insert(at, item) {
                    let sent = item.label.text(label);
                    problems.invalid(
                        sent.clone(),
                        format!("{sent} cannot be taken: the index {at} stands twice."),
                    );
                }
            }
            (_, raw) => {
                malformed(label, &entry.name, problems);
                list.items.push(Item { label: Label::Sent(entry.name.sent), raw, bare: false });
            }
        }
    }
    if !indexed.is_empty() {
        let arrived = std::mem::take(&mut list.items);
        list.items = indexed.into_values().chain(arrived).collect();
    }
    list
}

pub(crate) fn malformed(label: &str, name: &Name, problems: &mut Problems) {
    let sent = &name.sent;
    problems.invalid(
        sent.clone(),
        format!("{sent} cannot be read: write {label}[]=… or {label}[0]=… for the elements of {label}."),
    );
}

/// What was sent under a name, as values by key. `adopted` are values whose whole name is the key.
pub(crate) fn keyed(
    label: &str,
    entries: Vec<Entry>,
    adopted: Vec<Entry>,
    problems: &mut Problems,
) -> Vec<Keyed> {
    let mut found = Vec::new();
    for entry in entries {
        let step = entry.name.step(0).map(str::to_owned);
        let depth = entry.name.depth();
        let raw = if depth == 0 { as_json(label, entry.raw, problems) } else { entry.raw };
        match (depth, step, raw) {
            (0, _, Raw::Map(items)) => found.extend(items.into_iter().map(|(key, raw)| Keyed {
                label: format!("{label}[{key}]"),
                key,
                raw,
            })),
            (0, _, raw) if raw.is_empty() => {}
            (1, Some(key), raw) if !key.is_empty() => found.push(Keyed { key, label: entry.name.sent, raw }),
            _ => {
                let sent = entry.name.sent;
                problems.invalid(sent.clone(), format!("{sent} cannot be read: write {label}[KEY]=VALUE."));
            }
        }
    }
    for entry in adopted {
        match entry.name.depth() {
            0 => found.push(Keyed { key: entry.name.sent.clone(), label: entry.name.sent, raw: entry.raw }),
            _ => problems.invalid(entry.name.sent.clone(), "It takes one value, without brackets."),
        }
    }
    let mut seen = BTreeSet::new();
    for item in &found {
        if !seen.insert(item.key.as_str()) {
            problems.twice(item.label.clone());
        }
    }
    found
}

/// In forms, a structure may come as one JSON text.
fn as_json(label: &str, raw: Raw, problems: &mut Problems) -> Raw {
    match raw {
        Raw::Text(text) if text.starts_with(['{', '[']) => match json::parse(text.as_bytes()) {
            Ok(raw) => {
                json::inspect(&raw, &|| label.to_owned(), problems);
                raw
            }
            Err(message) => {
                problems.invalid(label, message);
                Raw::Null
            }
        },
        raw => raw,
    }
}

/// What was sent under a name, as actions in the order of their indices. The second value is how many there are.
pub(crate) fn actions(
    label: &str,
    types: &'static [ActionType],
    most: usize,
    entries: Vec<Entry>,
    problems: &mut Problems,
) -> (Vec<ActDraft>, usize) {
    let mut acts: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    // As in other lists: several values without brackets follow each other, as the parts of a multipart body do.
    let mut bare = 0;
    for entry in entries {
        let first = entry.name.step(0).map(index);
        match (entry.name.depth(), first) {
            (0, _) => match as_json(label, entry.raw, problems) {
                Raw::List(items) => {
                    for item in items {
                        unfold(label, bare, item, &mut acts, problems);
                        bare += 1;
                    }
                }
                raw if raw.is_empty() => {}
                raw => {
                    unfold(label, bare, raw, &mut acts, problems);
                    bare += 1;
                }
            },
            (1, Some(Some(n))) => {
                let raw = as_json(&entry.name.sent, entry.raw, problems);
                unfold(label, n, raw, &mut acts, problems);
            }
            (_, Some(Some(n))) => acts.entry(n).or_default().push(entry),
            _ => {
                let sent = entry.name.sent;
                problems.invalid(
                    sent.clone(),
                    format!("{sent} cannot be read: write {label}[0][actionType]=… and {label}[0][value]=…."),
                );
            }
        }
    }
    let count = acts.len();
    let drafts = acts
        .into_iter()
        .take(most)
        .map(|(n, entries)| action(format!("{label}[{n}]"), types, entries, problems))
        .collect();
    (drafts, count)
}

/// Takes an object apart into the names that a form would have sent.
fn unfold(label: &str, n: u64, raw: Raw, acts: &mut BTreeMap<u64, Vec<Entry>>, problems: &mut Problems) {
    let Raw::Map(items) = raw else {
        let field = format!("{label}[{n}]");
        problems.invalid(field.clone(), format!("{field} must be an object with actionType and value."));
        return;
    };
    let entries = acts.entry(n).or_default();
    for (key, raw) in items {
        // A key with brackets in it would be read as a deeper name; none of the known ones has any.
        let key = key.replace(['[', ']'], "\u{FFFD}");
        entries.push(Entry { name: Name::split(format!("{label}[{n}][{key}]")), raw });
    }
}

fn action(
    label: String,
    types: &'static [ActionType],
    entries: Vec<Entry>,
    problems: &mut Problems,
) -> ActDraft {
    let (mut kinds, mut values) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry.name.step(1) {
            Some("actionType") => kinds.push(entry),
            Some("value") => values.push(entry),
            step => {
                let base = step.unwrap_or_default().to_owned();
                problems.unknown(&entry.name.sent, &base, &["actionType", "value"]);
            }
        }
    }
    let type_label = format!("{label}[actionType]");
    let value_label = format!("{label}[value]");
    let word = scalar(&type_label, kinds, 2, problems);
    if word.as_ref().is_none_or(Raw::is_empty) {
        problems.missing(type_label.clone());
    }
    let kind = match &word {
        Some(Raw::Text(word)) => types.iter().find(|t| t.name == *word),
        _ => None,
    };
    let mut draft = ActDraft { label, type_label, kind, value_label, value: None, list: List::default() };
    match kind.map(|k| k.value) {
        Some(ValueKind::Tags { .. }) => {
            draft.list = list(&draft.value_label, values, 2, problems);
            if !draft.list.sent {
                problems.missing(draft.value_label.clone());
            }
        }
        Some(value) => {
            draft.value = scalar(&draft.value_label, values, 2, problems);
            if needs_value(value) && draft.value.as_ref().is_none_or(|raw| lacks(value, raw)) {
                problems.missing(draft.value_label.clone());
            }
        }
        None => {}
    }
    draft
}

fn needs_value(kind: ValueKind) -> bool {
    kind != ValueKind::None
}

/// Whether what was sent counts as nothing: null always, empty text where an empty value has no meaning.
fn lacks(kind: ValueKind, raw: &Raw) -> bool {
    let may_be_empty = matches!(
        kind,
        ValueKind::Moment | ValueKind::Line { empty: true, .. } | ValueKind::Text { empty: true, .. }
    );
    *raw == Raw::Null || (!may_be_empty && raw.is_empty())
}

/// A structure that is being put together.
enum Node {
    Leaf(Raw),
    /// By what stands in the brackets: an index, nothing, or a name.
    Inner(Vec<(String, Self)>),
}

/// What was sent under a name, as one structure: whole, as JSON or a text of it, or piece by piece in brackets. Indices make lists, all
/// else makes objects. Several without brackets are the elements of a list, as the parts of a multipart body are.
pub(crate) fn tree(label: &str, entries: Vec<Entry>, problems: &mut Problems) -> Raw {
    let several = entries.len() > 1;
    let mut root = Node::Inner(Vec::new());
    if several && entries.iter().all(|entry| entry.name.depth() == 0) {
        return Raw::List(entries.into_iter().map(|entry| as_json(label, entry.raw, problems)).collect());
    }
    for entry in entries {
        if entry.name.depth() == 0 {
            if several {
                problems.twice(label.to_owned());
            }
            // A part of text has no other way to say it.
            let is_null = matches!(&entry.raw, Raw::Text(text) if text == "null");
            return if is_null { Raw::Null } else { as_json(label, entry.raw, problems) };
        }
        put(&mut root, 0, entry, problems);
    }
    settle(label, root, problems)
}

fn put(node: &mut Node, depth: usize, entry: Entry, problems: &mut Problems) {
    let Node::Inner(children) = node else {
        problems.twice(entry.name.sent);
        return;
    };
    let step = entry.name.step(depth).unwrap_or_default().to_owned();
    let known = children.iter().position(|(name, _)| !step.is_empty() && same(name, &step));
    let last = depth + 1 == entry.name.depth();
    match (known, last) {
        (Some(_), true) => problems.twice(entry.name.sent),
        (Some(at), false) => put(&mut children[at].1, depth + 1, entry, problems),
        (None, true) => children.push((step, Node::Leaf(entry.raw))),
        (None, false) => {
            let mut child = Node::Inner(Vec::new());
            put(&mut child, depth + 1, entry, problems);
            children.push((step, child));
        }
    }
}

/// Whether two steps mean the same element: `[1]` and `[01]` do.
fn same(one: &str, other: &str) -> bool {
    one == other || index(one).is_some_and(|at| index(other) == Some(at))
}

fn settle(label: &str, node: Node, problems: &mut Problems) -> Raw {
    let children = match node {
        Node::Leaf(raw) => return raw,
        Node::Inner(children) => children,
    };
    let listed = children.iter().filter(|(name, _)| name.is_empty() || index(name).is_some()).count();
    if listed > 0 && listed < children.len() {
        problems.invalid(label, format!("{label} cannot be read: it is a list and an object at once."));
        return Raw::Null;
    }
    let settled = children.into_iter().map(|(name, child)| {
        let below = format!("{label}[{name}]");
        let raw = settle(&below, child, problems);
        (name, raw)
    });
    let mut settled: Vec<(String, Raw)> = settled.collect();
    if listed == 0 {
        return Raw::Map(settled);
    }
    // By index, then in order of arrival.
    settled.sort_by_key(|(name, _)| index(name).unwrap_or(u64::MAX));
    Raw::List(settled.into_iter().map(|(_, raw)| raw).collect())
}
