//! The decoder: JSON, forms, multipart and the query string become the typed parameters of a call (api.md section 2).
//!
//! Three steps, each with its own stage of failures: `Gathered` groups what was sent by field and refuses names,
//! `Drafts` has shapes and knows what is missing, and the last step reads values. No step looks at the encoding again.

mod draft;
mod form;
mod json;
mod multipart;
mod problems;
mod scalar;
mod shape;
#[cfg(test)]
mod tests;
mod upload;
mod values;

use std::sync::Arc;

use deskbell_core::fault::Detail;
use deskbell_core::id::MAX_ID;
use deskbell_core::{Code, Fault};

use crate::decode::draft::{Draft, Drafts};
use crate::decode::form::Name;
use crate::decode::json::Raw;
use crate::decode::problems::Problems;
use crate::decode::shape::Entry;
use crate::error::detail;
use crate::field::{Field, Kind};

pub(crate) use crate::decode::form::unescape;
pub(crate) use crate::decode::upload::{Limits, largest, receive};

/// Most pairs of query and form together, and most parts.
pub(crate) const PAIRS: usize = 40_000;

/// The name of the key in a query, which is no parameter.
pub(crate) const KEY_NAME: &[u8] = b"apiKey";

/// How a body is encoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Encoding {
    Json,
    Form,
    /// With its boundary, if it has a good one.
    Multipart(Option<String>),
}

/// The part of a call's table that decoding asks.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) fields: Arc<[Field]>,
    pub(crate) one_of: Option<&'static [&'static str]>,
    pub(crate) bare_array: Option<&'static str>,
}

impl Table {
    fn accepted(&self) -> Vec<&'static str> {
        self.fields.iter().filter(|f| !f.later).map(|f| f.name).collect()
    }
}

/// What was sent, by field.
pub(crate) struct Gathered {
    groups: Vec<Vec<Entry>>,
    unknown: Vec<Entry>,
    adopted: Vec<Entry>,
    adopter: Option<usize>,
    problems: Problems,
    /// The body could not be read, so nothing can be said about what is missing.
    broken: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Query,
    Body,
}

/// The body of a call.
pub(crate) enum Content<'b> {
    /// At hand.
    Bytes(&'b [u8]),
    /// Parts that were read while they arrived.
    Parts(multipart::Parts),
}

/// Groups query and body by field. Errors: more pairs than are taken (413).
pub(crate) fn gather(
    table: &Table,
    query: &[u8],
    body: &[u8],
    encoding: Option<&Encoding>,
) -> Result<Gathered, Fault> {
    gather_from(table, query, Content::Bytes(body), encoding)
}

/// The same for a body that may have been read already.
pub(crate) fn gather_from(
    table: &Table,
    query: &[u8],
    content: Content<'_>,
    encoding: Option<&Encoding>,
) -> Result<Gathered, Fault> {
    let (body, parts) = match content {
        Content::Bytes(body) => (body, None),
        Content::Parts(parts) => (&[][..], Some(parts)),
    };
    let mut problems = Problems::default();
    let mut sent = Vec::new();
    let mut broken = false;
    for (name, value) in form::pairs(query) {
        if name.as_deref().is_ok_and(|n| n.as_bytes() == KEY_NAME) {
            continue;
        }
        sent.push((Origin::Query, name, value.map(Raw::Text)));
        capped(&sent)?;
    }
    match encoding {
        // Nothing is in nothing, whatever its type; a form of parts has at least its closing boundary.
        Some(Encoding::Json) if body.iter().all(u8::is_ascii_whitespace) => {}
        Some(Encoding::Json) => match json::parse(body) {
            Ok(Raw::Map(items)) => {
                json::report_twice(&items, &str::to_owned, &mut problems);
                for (name, raw) in items {
                    json::inspect(&raw, &|| name.clone(), &mut problems);
                    sent.push((Origin::Body, Ok(name), Some(raw)));
                }
            }
            Ok(raw @ Raw::List(_)) if table.bare_array.is_some() => {
                let name = table.bare_array.unwrap_or_default();
                json::inspect(&raw, &|| name.to_owned(), &mut problems);
                sent.push((Origin::Body, Ok(name.to_owned()), Some(raw)));
            }
            Ok(_) => {
                broken = true;
                problems.malformed("The JSON must be an object with the names of the call.");
            }
            Err(message) => {
                broken = true;
                problems.malformed(message);
            }
        },
        Some(Encoding::Form) => {
            for (name, value) in form::pairs(body) {
                sent.push((Origin::Body, name, value.map(Raw::Text)));
                capped(&sent)?;
            }
        }
        Some(Encoding::Multipart(_)) if body.is_empty() && parts.is_none() => {}
        Some(Encoding::Multipart(None)) => {
            broken = true;
            problems
                .malformed("The Content-Type multipart/form-data needs a boundary of 1 to 70 characters.");
        }
        Some(Encoding::Multipart(Some(boundary))) => {
            let left = PAIRS - sent.len().min(PAIRS);
            match parts.unwrap_or_else(|| multipart::parse(body, boundary, left)) {
                Ok(Some(parts)) => {
                    for part in parts {
                        let raw = part_value(&part, &mut problems);
                        sent.push((Origin::Body, Ok(part.head.name), raw));
                        capped(&sent)?;
                    }
                }
                Ok(None) => return Err(too_many_pairs()),
                Err(message) => {
                    broken = true;
                    problems.malformed(message);
                }
            }
        }
        None => {}
    }
    let is_json = encoding == Some(&Encoding::Json);
    Ok(group(table, sent, is_json, problems, broken))
}

type Sent = (Origin, Result<String, String>, Option<Raw>);

fn capped(sent: &[Sent]) -> Result<(), Fault> {
    if sent.len() > PAIRS { Err(too_many_pairs()) } else { Ok(()) }
}

fn too_many_pairs() -> Fault {
    Fault::new(Code::PayloadTooLarge, format!("The request has more than {PAIRS} form fields."))
}

/// The value of a part; `None` if its text is no UTF-8.
fn part_value(part: &multipart::Part, problems: &mut Problems) -> Option<Raw> {
    let multipart::Part { head: part, content, upload } = part;
    if part.file.is_some() && part.lossy {
        problems.no_utf8(part.name.clone());
        return Some(Raw::Null);
    }
    if part.file.as_deref().is_some_and(|name| name.contains('\0')) {
        problems.nul(part.name.clone());
        return Some(Raw::Null);
    }
    match &part.file {
        _ if upload.is_some() => return Some(Raw::File(upload.clone())),
        // A form in which no file was chosen.
        Some(name) if name.is_empty() && content.is_empty() => return Some(Raw::Text(String::new())),
        Some(_) => return Some(Raw::File(None)),
        None => {}
    }
    let essence = part.media.as_ref().map_or("text/plain", |m| m.essence.as_str());
    let is_utf8 = part.media.as_ref().is_none_or(|m| m.is_utf8());
    let text = || String::from_utf8(content.clone()).ok().map(Raw::Text);
    match essence {
        _ if !is_utf8 => {
            let message = format!("The part {} has a charset; send it as UTF-8.", part.name);
            problems.push(detail(part.name.as_str(), Code::MalformedBody, message));
            Some(Raw::Null)
        }
        "application/json" => match json::parse(content) {
            Ok(raw) => {
                json::inspect(&raw, &|| part.name.clone(), problems);
                Some(raw)
            }
            Err(message) => {
                problems.push(detail(part.name.as_str(), Code::MalformedBody, message));
                Some(Raw::Null)
            }
        },
        "application/octet-stream" => text(),
        other if other.is_empty() || other.starts_with("text/") => text(),
        _ => {
            let message = format!("The part {} must be text or application/json.", part.name);
            problems.push(detail(part.name.as_str(), Code::MalformedBody, message));
            Some(Raw::Null)
        }
    }
}

fn group(table: &Table, sent: Vec<Sent>, is_json: bool, mut problems: Problems, broken: bool) -> Gathered {
    let count = table.fields.len();
    let mut groups: Vec<Vec<Entry>> = (0..count).map(|_| Vec::new()).collect();
    let mut origins: Vec<Option<Origin>> = vec![None; count];
    let mut unknown = Vec::new();
    for (origin, name, raw) in sent {
        let name = match name {
            Ok(name) if is_json && origin == Origin::Body => Name::plain(name),
            Ok(name) => Name::split(name),
            Err(lossy) => {
                problems.no_utf8(lossy);
                continue;
            }
        };
        let Some(raw) = raw else {
            problems.no_utf8(name.sent);
            continue;
        };
        if matches!(&raw, Raw::Text(text) if text.contains('\0')) {
            problems.nul(name.sent.clone());
        }
        let Some(at) = table.fields.iter().position(|f| f.name == name.base()) else {
            unknown.push(Entry { name, raw });
            continue;
        };
        if !name.good {
            shape::malformed(table.fields[at].name, &name, &mut problems);
            // It was sent, so it is not missing as well.
            groups[at].push(Entry { name: Name::plain(name.base().to_owned()), raw });
            continue;
        }
        if origins[at].is_some_and(|known| known != origin) {
            let field = table.fields[at].name;
            problems.invalid(field, format!("{field} stands in the query and in the body; send it once."));
        }
        origins[at] = Some(origin);
        groups[at].push(Entry { name, raw });
    }
    Gathered { groups, unknown, adopted: Vec::new(), adopter: None, problems, broken }
}

impl Gathered {
    /// Whether there are names that the table does not have.
    pub(crate) fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Takes unknown names that are among `known` into the map field `map`.
    pub(crate) fn adopt(&mut self, table: &Table, map: &str, known: &[String]) {
        let (adopted, unknown) = std::mem::take(&mut self.unknown)
            .into_iter()
            .partition(|e| known.iter().any(|k| k == e.name.base()));
        (self.adopted, self.unknown) = (adopted, unknown);
        self.adopter = table.fields.iter().position(|f| f.name == map);
    }

    /// Gives every field its shape. Errors: the failures of the stage of parsing. `extra` are failures of the same
    /// stage that the caller found.
    pub(crate) fn settle(self, table: &Table, extra: Vec<Detail>) -> Result<Drafts, Fault> {
        let Self { groups, unknown, mut adopted, adopter, mut problems, broken } = self;
        if !unknown.is_empty() {
            let accepted = table.accepted();
            for entry in unknown {
                problems.unknown(&entry.name.sent, entry.name.base(), &accepted);
            }
        }
        let mut drafts = Vec::with_capacity(groups.len());
        for (at, (field, entries)) in table.fields.iter().zip(groups).enumerate() {
            let adopted = if adopter == Some(at) { std::mem::take(&mut adopted) } else { Vec::new() };
            drafts.push(draft(field, entries, adopted, &mut problems));
        }
        problems.append(extra);
        if !broken {
            report_empty(table, &drafts, &mut problems);
        }
        // Of alternatives, one that says nothing was not chosen.
        for (field, draft) in table.fields.iter().zip(&mut drafts) {
            if table.one_of.is_some_and(|names| names.contains(&field.name)) && draft.says_nothing() {
                *draft = Draft::Absent;
            }
        }
        if !broken {
            report_missing(table, &drafts, &mut problems);
        }
        problems.into_result()?;
        Ok(Drafts { drafts })
    }
}

fn draft(field: &Field, entries: Vec<Entry>, adopted: Vec<Entry>, problems: &mut Problems) -> Draft {
    if entries.is_empty() && adopted.is_empty() {
        return Draft::Absent;
    }
    let name = field.name;
    match field.kind {
        Kind::Ids { .. } | Kind::Words { .. } | Kind::Lines { .. } | Kind::Files { .. } => {
            Draft::List(shape::list(name, entries, 0, problems))
        }
        Kind::Versions | Kind::Map { .. } => Draft::Keyed(shape::keyed(name, entries, adopted, problems)),
        Kind::Actions { types, most } => {
            let (acts, count) = shape::actions(name, types, most, entries, problems);
            Draft::Actions(acts, count)
        }
        Kind::Tree { .. } => match shape::tree(name, entries, problems) {
            Raw::Null => Draft::Absent,
            raw => Draft::One(raw),
        },
        _ => match shape::scalar(name, entries, 0, problems) {
            None | Some(Raw::Null) => Draft::Absent,
            Some(raw) => Draft::One(raw),
        },
    }
}

/// Reports a list of ids that was sent empty where something else would say what the call acts on: who names nothing does not
/// mean all that the rest lets through.
fn report_empty(table: &Table, drafts: &[Draft], problems: &mut Problems) {
    let Some(names) = table.one_of else { return };
    let chosen = |field: &Field, draft: &Draft| names.contains(&field.name) && !draft.says_nothing();
    let all = || table.fields.iter().zip(drafts);
    if all().any(|(field, draft)| field.kind.is_list_of_ids() && chosen(field, draft)) {
        return;
    }
    let instead = all().find(|(field, draft)| chosen(field, draft) || (field.selects && draft.is_sent()));
    let Some((instead, _)) = instead else { return };
    let or = if instead.selects { "filters" } else { instead.name };
    for (field, draft) in all() {
        if names.contains(&field.name)
            && field.kind.is_list_of_ids()
            && draft.is_sent()
            && draft.says_nothing()
        {
            let name = field.name;
            problems.invalid(
                name,
                format!(
                    "{name} is an empty list of ids; send either ids or {or}, not an empty list beside them."
                ),
            );
        }
    }
}

/// Reports what the call needs and did not get.
fn report_missing(table: &Table, drafts: &[Draft], problems: &mut Problems) {
    for (field, draft) in table.fields.iter().zip(drafts) {
        if field.required && draft.says_nothing() {
            problems.missing(field.name);
        }
    }
    let Some(names) = table.one_of else { return };
    let that = |holds: &dyn Fn(&Field, &Draft) -> bool| -> Vec<&'static str> {
        let found = table.fields.iter().zip(drafts).filter(|(field, draft)| holds(field, draft));
        found.map(|(field, _)| field.name).collect()
    };
    let named = that(&|field, draft| names.contains(&field.name) && !draft.says_nothing());
    let selecting = that(&|field, draft| field.selects && draft.is_sent());
    let beside = that(&|field, draft| (field.selects || field.beside_filters) && draft.is_sent());
    match (&named[..], &selecting[..]) {
        ([], []) => {
            let name = names.first().copied().unwrap_or_default();
            let or = if table.fields.iter().any(|f| f.selects) { " or at least one filter" } else { "" };
            let message = format!("{name} is missing; the call needs it{or}.");
            problems.push(detail(name, Code::MissingParameter, message));
        }
        ([], _) => {}
        ([first, others @ ..], _) => {
            for other in others.iter().chain(&beside) {
                problems.invalid(*other, format!("{other} cannot be sent beside {first}; send one of them."));
            }
        }
    }
}

/// The ids of the path by their names, and what is wrong with those that are none.
pub(crate) fn values_of_path(
    names: impl Iterator<Item = &'static str>,
    segments: &[String],
) -> (Vec<(&'static str, i64)>, Vec<Detail>) {
    let mut ids = Vec::new();
    let mut wrong = Vec::new();
    for (name, segment) in names.zip(segments) {
        match scalar::digits_within(segment, 1, MAX_ID) {
            Some(id) => ids.push((name, id)),
            None => {
                let message =
                    format!("{name} must be an id: a whole number from 1 to {MAX_ID}, in decimal digits.");
                wrong.push(detail(name, Code::InvalidParameter, message));
            }
        }
    }
    (ids, wrong)
}
