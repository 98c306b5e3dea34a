//! The parameters of a call, typed and valid: what a handler reads.
//!
//! A handler never sees a value that its table refuses. Asking for a name that the table does not have, or
//! as another kind than it says, is a fault of the program and panics (the edge answers 500).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deskbell_app::file::Given;
use deskbell_core::time::TimeSpan;
use deskbell_core::{Timestamp, Version};

use crate::action::Action;
use crate::field::{Field, Preset};

/// The valid parameters of one call.
#[derive(Clone)]
pub struct Params {
    fields: Arc<[Field]>,
    values: Vec<Option<Value>>,
}

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(i64),
    Flag(bool),
    Word(&'static str),
    Text(String),
    Span(TimeSpan),
    Moment(Option<Timestamp>),
    Ids(Vec<i64>),
    Words(Vec<&'static str>),
    Lines(Vec<String>),
    Versions(Vec<(i64, Version)>),
    Map(Vec<(String, String)>),
    Tree(serde_json::Value),
    Files(Vec<Given>),
    Bytes(Vec<u8>),
    Actions(Vec<Action>),
}

impl Value {
    fn meaning(&self) -> String {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        match self {
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Word(word) => (*word).to_owned(),
            Self::Text(text) => text.clone(),
            Self::Span(span) => format!("{} {}", span.first.0, span.last.0),
            Self::Moment(moment) => json(serde_json::to_string(moment)),
            Self::Ids(ids) => json(serde_json::to_string(ids)),
            Self::Words(words) => json(serde_json::to_string(words)),
            Self::Lines(lines) => json(serde_json::to_string(lines)),
            Self::Versions(versions) => {
                json(serde_json::to_string(&versions.iter().map(|(id, v)| (id, v.0)).collect::<Vec<_>>()))
            }
            Self::Map(map) => json(serde_json::to_string(map)),
            Self::Tree(tree) => tree.to_string(),
            Self::Bytes(bytes) => STANDARD.encode(bytes),
            Self::Files(files) => {
                let one = |file: &Given| match file {
                    Given::File(id) => json(serde_json::to_string(id)),
                    Given::Upload(upload) => json(serde_json::to_string(&(&upload.name, upload.hash()))),
                };
                files.iter().map(one).collect::<Vec<_>>().join(" ")
            }
            Self::Actions(actions) => {
                let said: Vec<_> = actions.iter().map(|action| (action.kind, &action.value)).collect();
                json(serde_json::to_string(&said))
            }
        }
    }
}

impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sent = self.fields.iter().zip(&self.values).filter_map(|(f, v)| Some((f.name, v.as_ref()?)));
        f.debug_map().entries(sent).finish()
    }
}

impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

fn wrong_kind(name: &str) -> ! {
    panic!("the parameter {name} is asked for as another kind than its table says")
}

impl Params {
    pub(crate) fn new(fields: Arc<[Field]>) -> Self {
        let values = fields.iter().map(|_| None).collect();
        Self { fields, values }
    }

    pub(crate) fn set(&mut self, at: usize, value: Option<Value>) {
        self.values[at] = value;
    }

    fn position(&self, name: &str) -> usize {
        match self.fields.iter().position(|f| f.name == name) {
            Some(at) => at,
            None => panic!("the call has no parameter {name}"),
        }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.values[self.position(name)].as_ref()
    }

    fn preset(&self, name: &str) -> Option<Preset> {
        self.fields[self.position(name)].default
    }

    /// What is asked for, name after value, defaults included: the same for any way of writing it.
    pub(crate) fn meaning(&self) -> Vec<String> {
        let mut meaning = Vec::with_capacity(self.fields.len());
        for (field, value) in self.fields.iter().zip(&self.values) {
            let value = match (value, field.default) {
                (Some(value), _) => value.clone(),
                (None, Some(Preset::Number(number))) => Value::Number(number),
                (None, Some(Preset::Flag(flag))) => Value::Flag(flag),
                (None, Some(Preset::Word(word))) => Value::Word(word),
                (None, None) => continue,
            };
            meaning.extend([field.name.to_owned(), value.meaning()]);
        }
        meaning
    }

    /// Whether the parameter was sent with a value that says something (an empty text for a text does).
    pub fn given(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// An id; `Some(0)` only where the table allows 0. `None` if not sent.
    pub fn id(&self, name: &str) -> Option<i64> {
        self.number(name)
    }

    /// A number, or its default, or `None`.
    pub fn number(&self, name: &str) -> Option<i64> {
        match (self.value(name), self.preset(name)) {
            (Some(Value::Number(number)), _) => Some(*number),
            (None, Some(Preset::Number(number))) => Some(number),
            (None, _) => None,
            (Some(_), _) => wrong_kind(name),
        }
    }

    /// A number or id that the table requires, or gives a default.
    pub fn need(&self, name: &str) -> i64 {
        match self.number(name) {
            Some(number) => number,
            None => panic!("the parameter {name} is neither required nor has it a default"),
        }
    }

    /// A boolean, or its default, or false.
    pub fn flag(&self, name: &str) -> bool {
        match (self.value(name), self.preset(name)) {
            (Some(Value::Flag(flag)), _) => *flag,
            (None, Some(Preset::Flag(flag))) => flag,
            (None, _) => false,
            (Some(_), _) => wrong_kind(name),
        }
    }

    /// A boolean, only if it was sent.
    pub fn sent_flag(&self, name: &str) -> Option<bool> {
        self.given(name).then(|| self.flag(name))
    }

    /// One of the table's words, or the default, or `None`.
    pub fn word(&self, name: &str) -> Option<&'static str> {
        match (self.value(name), self.preset(name)) {
            (Some(Value::Word(word)), _) => Some(word),
            (None, Some(Preset::Word(word))) => Some(word),
            (None, _) => None,
            (Some(_), _) => wrong_kind(name),
        }
    }

    /// A word as the type that it stands for: `params.parsed("status", Status::parse)`.
    pub fn parsed<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.word(name).and_then(parse)
    }

    /// As `parsed`, for a word that the table requires or gives a default.
    pub fn need_parsed<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        match self.parsed(name, parse) {
            Some(value) => value,
            None => panic!("the parameter {name} is missing, or its table has words that its type has not"),
        }
    }

    /// A text: `None` if not sent (or null), `Some("")` if sent empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            None => None,
            Some(Value::Text(text)) => Some(text),
            Some(_) => wrong_kind(name),
        }
    }

    /// A time to compare with.
    pub fn span(&self, name: &str) -> Option<TimeSpan> {
        match self.value(name) {
            None => None,
            Some(Value::Span(span)) => Some(*span),
            Some(_) => wrong_kind(name),
        }
    }

    /// A time to set: `None` if not sent, `Some(None)` if sent empty, which clears it.
    pub fn moment(&self, name: &str) -> Option<Option<Timestamp>> {
        match self.value(name) {
            None => None,
            Some(Value::Moment(moment)) => Some(*moment),
            Some(_) => wrong_kind(name),
        }
    }

    /// Distinct ids in the order sent; empty if not sent.
    pub fn ids(&self, name: &str) -> &[i64] {
        match self.value(name) {
            None => &[],
            Some(Value::Ids(ids)) => ids,
            Some(_) => wrong_kind(name),
        }
    }

    /// Distinct words in the order sent; empty if not sent.
    pub fn words(&self, name: &str) -> &[&'static str] {
        match self.value(name) {
            None => &[],
            Some(Value::Words(words)) => words,
            Some(_) => wrong_kind(name),
        }
    }

    /// Words as the type that they stand for: `params.words_as("status", Status::parse)`.
    pub fn words_as<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        self.words(name).iter().filter_map(|word| parse(word)).collect()
    }

    /// Distinct lines in the order sent; empty if not sent (`given` tells an empty set from nothing sent).
    pub fn lines(&self, name: &str) -> &[String] {
        match self.value(name) {
            None => &[],
            Some(Value::Lines(lines)) => lines,
            Some(_) => wrong_kind(name),
        }
    }

    /// Expected versions, ascending by id; empty if not sent.
    pub fn versions(&self, name: &str) -> &[(i64, Version)] {
        match self.value(name) {
            None => &[],
            Some(Value::Versions(versions)) => versions,
            Some(_) => wrong_kind(name),
        }
    }

    /// Texts by name, ascending by name; empty if not sent.
    pub fn map(&self, name: &str) -> &[(String, String)] {
        match self.value(name) {
            None => &[],
            Some(Value::Map(map)) => map,
            Some(_) => wrong_kind(name),
        }
    }

    /// A structure; `None` if not sent.
    pub fn tree(&self, name: &str) -> Option<&serde_json::Value> {
        match self.value(name) {
            None => None,
            Some(Value::Tree(tree)) => Some(tree),
            Some(_) => wrong_kind(name),
        }
    }

    /// Bytes; `None` if not sent.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        match self.value(name) {
            None => None,
            Some(Value::Bytes(bytes)) => Some(bytes),
            Some(_) => wrong_kind(name),
        }
    }

    /// Files and ids of files in the order sent; empty if not sent.
    pub fn files(&self, name: &str) -> &[Given] {
        match self.value(name) {
            None => &[],
            Some(Value::Files(files)) => files,
            Some(_) => wrong_kind(name),
        }
    }

    /// The actions in order; empty if not sent.
    pub fn actions(&self, name: &str) -> &[Action] {
        match self.value(name) {
            None => &[],
            Some(Value::Actions(actions)) => actions,
            Some(_) => wrong_kind(name),
        }
    }
}
