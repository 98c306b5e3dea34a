//! The actions of a batch: which types there are, what value each takes and which permission it asks for.

use deskbell_core::{Permission, Timestamp};

/// A type of action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionType {
    /// The word in `actionType`.
    pub name: &'static str,
    /// The permission of the single call.
    pub permission: Permission,
    /// What `value` takes.
    pub value: ValueKind,
}

impl ActionType {
    /// A type of action.
    pub const fn new(name: &'static str, permission: Permission, value: ValueKind) -> Self {
        Self { name, permission, value }
    }
}

/// What the value of an action is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueKind {
    /// Nothing; empty text and null count as nothing.
    None,
    /// One of some words.
    Word(&'static [&'static str]),
    /// An id.
    Id,
    /// An id, or 0 for "nobody" or "none".
    IdOrNone,
    /// Lines: an array, or comma separated with CSV quoting.
    Tags {
        /// Characters of one.
        max: usize,
        /// Whether there may be none at all.
        empty: bool,
    },
    /// One line.
    Line {
        /// Characters.
        max: usize,
        /// Whether it may be empty.
        empty: bool,
    },
    /// Text of any lines.
    Text {
        /// Characters.
        max: usize,
        /// Whether it may be empty.
        empty: bool,
    },
    /// A time, or empty for none.
    Moment,
}

/// An action as it was sent, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// How the caller named it, such as `actions[0]`.
    pub label: String,
    /// Its type: the `name` of one of the call's action types.
    pub kind: &'static str,
    /// Its value.
    pub value: ActionValue,
}

/// The value of an action.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub enum ActionValue {
    /// Nothing.
    None,
    /// One of the words of the type.
    Word(&'static str),
    /// An id; 0 where the type allows it.
    Id(i64),
    /// Lines, cleaned.
    Tags(Vec<String>),
    /// Text; cleaned where the type is a line.
    Text(String),
    /// A time, or none.
    Moment(Option<Timestamp>),
}

impl Action {
    /// The word; empty if the value is none.
    pub fn word(&self) -> &'static str {
        match self.value {
            ActionValue::Word(word) => word,
            _ => "",
        }
    }

    /// The id; 0 if the value is none.
    pub fn id(&self) -> i64 {
        match self.value {
            ActionValue::Id(id) => id,
            _ => 0,
        }
    }

    /// The lines; none if the value is something else.
    pub fn tags(&self) -> &[String] {
        match &self.value {
            ActionValue::Tags(tags) => tags,
            _ => &[],
        }
    }

    /// The text; empty if the value is something else.
    pub fn text(&self) -> &str {
        match &self.value {
            ActionValue::Text(text) => text,
            _ => "",
        }
    }

    /// The time, if there is one.
    pub fn moment(&self) -> Option<Timestamp> {
        match self.value {
            ActionValue::Moment(moment) => moment,
            _ => None,
        }
    }
}
