//! The fields of a call: what each one takes, whether it is needed, and which permission it asks for.
//!
//! A field is a row of the call's table. Decoding, the refusal of unknown names, the checks of values and
//! the OpenAPI document are all made from it, so that they cannot disagree.

use std::ops::RangeInclusive;

use deskbell_core::Permission;
use deskbell_core::id::MAX_ID;

use crate::action::ActionType;

/// Most distinct values of one filter.
pub const FILTER_VALUES: usize = 1_000;

/// One field of a call.
#[derive(Clone, Debug)]
pub struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) refuse_empty: bool,
    pub(crate) needs: Option<Permission>,
    pub(crate) default: Option<Preset>,
    pub(crate) doc: &'static str,
    pub(crate) later: bool,
    pub(crate) shape: Option<&'static str>,
    pub(crate) only_true: bool,
    pub(crate) selects: bool,
    pub(crate) beside_filters: bool,
}

/// What a field takes.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A whole number within bounds.
    Number { min: i64, max: i64 },
    /// A boolean.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Text of one line.
    Line { max: usize },
    /// Text of any lines.
    Text { max: usize },
    /// A time or a day, to compare with.
    Span,
    /// A time, or nothing.
    Moment,
    /// Ids; as a filter also comma separated.
    Ids { most: usize, zero: bool, filter: bool },
    /// Words, also comma separated.
    Words { words: &'static [&'static str], filter: bool },
    /// Lines, also comma separated.
    Lines { max: usize, filter: bool },
    /// Ids in one text of digits, commas and blanks.
    IdText { most: usize },
    /// Expected versions by id.
    Versions,
    /// Texts by name, of one line or, with `any_lines`, of any.
    Map { key: fn(&str) -> bool, pattern: &'static str, max: usize, any_lines: bool },
    /// Bytes in base64, of at most so many characters.
    Base64 { max: usize },
    /// Files of a multipart body; with `ids` also those that are there, by their ids.
    Files { most: usize, ids: bool },
    /// A structure, as the schema says it.
    Tree { schema: fn() -> serde_json::Value },
    /// A list of actions.
    Actions { types: &'static [ActionType], most: usize },
}

impl Kind {
    /// Whether it is ids that a call acts on, as a list or as one text.
    pub(crate) fn is_list_of_ids(&self) -> bool {
        matches!(self, Self::Ids { .. } | Self::IdText { .. })
    }
}

/// The value of a field that was not sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Preset {
    Number(i64),
    Flag(bool),
    Word(&'static str),
}

impl From<i64> for Preset {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Preset {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&'static str> for Preset {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl Field {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: false,
            refuse_empty: false,
            needs: None,
            default: None,
            doc: "",
            later: false,
            shape: None,
            only_true: false,
            selects: false,
            beside_filters: false,
        }
    }

    /// An id, 1 … 2^53-1. Read with `Params::id`.
    pub const fn id(name: &'static str) -> Self {
        Self::new(name, Kind::Number { min: 1, max: MAX_ID })
    }

    /// A whole number within bounds (not below 0). Read with `Params::number`.
    pub fn number(name: &'static str, range: RangeInclusive<i64>) -> Self {
        Self::new(name, Kind::Number { min: *range.start(), max: *range.end() })
    }

    /// A boolean. Read with `Params::flag`.
    pub const fn flag(name: &'static str) -> Self {
        Self::new(name, Kind::Flag)
    }

    /// One of some words, spelled exactly. Read with `Params::word`.
    pub const fn word(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, Kind::Word(words))
    }

    /// One line of at most `max` characters, counted as sent; control characters are cleaned by
    /// `deskbell_core::text::one_line`. Read with `Params::text`.
    pub const fn line(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Line { max })
    }

    /// Text of any number of lines, at most `max` characters. Read with `Params::text`.
    pub const fn text(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Text { max })
    }

    /// A filter by time: an instant or a whole day. Read with `Params::span`.
    pub const fn time(name: &'static str) -> Self {
        Self::new(name, Kind::Span)
    }

    /// A time to be set, or empty to clear it; a bare date is its 00:00 UTC. Read with `Params::moment`.
    pub const fn moment(name: &'static str) -> Self {
        Self::new(name, Kind::Moment)
    }

    /// The ids that a call acts on or stores, at most `most` distinct ones. Read with `Params::ids`.
    pub const fn ids(name: &'static str, most: usize) -> Self {
        Self::new(name, Kind::Ids { most, zero: false, filter: false })
    }

    /// A filter over ids: an array, or comma separated. Empty is no filter. Read with `Params::ids`.
    pub const fn several_ids(name: &'static str) -> Self {
        Self::new(name, Kind::Ids { most: FILTER_VALUES, zero: false, filter: true })
    }

    /// A filter over words: an array, or comma separated. Empty is no filter. Read with `Params::words`.
    pub const fn words(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, Kind::Words { words, filter: true })
    }

    /// A set of words to be stored: an array, or comma separated. Empty is the empty set. Read with `Params::words`.
    pub const fn word_list(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, Kind::Words { words, filter: false })
    }

    /// A filter over free words such as tags: an array, or comma separated with CSV quoting. Read with `Params::lines`.
    pub const fn several_lines(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Lines { max, filter: true })
    }

    /// Lines to be stored, such as tags: an array, or comma separated with CSV quoting. Empty is the empty set.
    /// Read with `Params::lines`.
    pub const fn tags(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Lines { max, filter: false })
    }

    /// Bytes, written in base64. Read with `Params::bytes`.
    pub const fn base64(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Base64 { max })
    }

    /// Files of a multipart body, or ids of files that are there. Read with `Params::files`.
    pub const fn files(name: &'static str, most: usize) -> Self {
        Self::new(name, Kind::Files { most, ids: true })
    }

    /// One file of a multipart body. Read with `Params::files`.
    pub const fn file(name: &'static str) -> Self {
        Self::new(name, Kind::Files { most: 1, ids: false })
    }

    /// Ids in one text `^[0-9, ]+$`, at most `most` distinct ones. Read with `Params::ids`.
    pub const fn id_text(name: &'static str, most: usize) -> Self {
        Self::new(name, Kind::IdText { most })
    }

    /// `versions[<id>]=<version>`. Read with `Params::versions`.
    pub const fn versions(name: &'static str) -> Self {
        Self::new(name, Kind::Versions)
    }

    /// `name[key]=text`: texts by name, each at most `max` characters of one line. `key` says which keys are
    /// good, `pattern` says the same as a regular expression. Read with `Params::map`.
    pub const fn map(name: &'static str, key: fn(&str) -> bool, pattern: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Map { key, pattern, max, any_lines: false })
    }

    /// The same with texts of any number of lines.
    pub const fn map_of_texts(
        name: &'static str,
        key: fn(&str) -> bool,
        pattern: &'static str,
        max: usize,
    ) -> Self {
        Self::new(name, Kind::Map { key, pattern, max, any_lines: true })
    }

    /// A structure of lists, objects and values: in brackets, as JSON, or as one text of JSON. The rules of the use case check
    /// what is in it; `schema` says that for the documentation. Read with `Params::tree`.
    pub const fn tree(name: &'static str, schema: fn() -> serde_json::Value) -> Self {
        Self::new(name, Kind::Tree { schema })
    }

    /// `name[n][actionType]` and `name[n][value]`, at most `most` actions. Read with `Params::actions`.
    pub const fn actions(name: &'static str, types: &'static [ActionType], most: usize) -> Self {
        Self::new(name, Kind::Actions { types, most })
    }

    /// What every bulk call takes beside its own fields: `mode`, `dryRun` and `versions`.
    pub fn bulk_options() -> [Self; 3] {
        [
            Self::word("mode", &["best_effort", "atomic"])
                .default("best_effort")
                .doc("best_effort: each ticket on its own. atomic: one failure and nothing is changed (at most 1,000 tickets)."),
            Self::flag("dryRun").default(false).doc("The same answer, and nothing is written."),
            Self::versions("versions").doc("The version that a ticket must have, by ticket id."),
        ]
    }

    /// The call needs the field: without it `missing_parameter`. Empty text counts as missing.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// 0 is accepted too and means "nobody" or "none".
    #[must_use]
    pub fn or_zero(mut self) -> Self {
        match &mut self.kind {
            Kind::Number { min, .. } => *min = 0,
            Kind::Ids { zero, .. } => *zero = true,
            _ => {}
        }
        self
    }

    /// The permission that the field asks for in addition to that of the call.
    #[must_use]
    pub const fn needs(mut self, permission: Permission) -> Self {
        self.needs = Some(permission);
        self
    }

    /// A sentence for the documentation.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// What its text looks like, as a regular expression for the documentation; the rules of the use case check it. It
    /// need not match the empty text, which is a matter of its own. Of lines that are stored it is what each looks like, without
    /// anchors.
    #[must_use]
    pub const fn shape(mut self, pattern: &'static str) -> Self {
        self.shape = Some(pattern);
        self
    }

    /// A boolean that is not false, for the documentation; the rules of the use case check it.
    #[must_use]
    pub const fn only_true(mut self) -> Self {
        self.only_true = true;
        self
    }

    /// The value when the field is not sent: a number, a boolean or a word.
    #[must_use]
    #[expect(private_bounds, reason = "callers pass plain values")]
    pub fn default(mut self, value: impl Into<Preset>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Sent but empty is refused, where "no filter" would be dangerous.
    #[must_use]
    pub const fn refuse_empty(mut self) -> Self {
        self.refuse_empty = true;
        self
    }

    /// A filter that selects what a call acts on, where the names of `one_of` are not sent. Sent but empty it is refused: it
    /// would mean everything.
    #[must_use]
    pub const fn selects(mut self) -> Self {
        self.selects = true;
        self.refuse_empty()
    }

    /// Goes with filters that select, and is refused where the names of `one_of` are sent.
    #[must_use]
    pub const fn beside_filters(mut self) -> Self {
        self.beside_filters = true;
        self
    }

    /// Known to the contract, not supported by this build yet: refused with a sentence that says so.
    #[must_use]
    pub const fn not_yet(mut self) -> Self {
        self.later = true;
        self
    }

    /// Whether it is a file and nothing else.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, Kind::Files { ids: false, .. })
    }

    /// The name as it is sent.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether this build refuses it.
    pub fn is_later(&self) -> bool {
        self.later
    }

    /// The permission that the field asks for in addition to that of the call.
    pub fn permission(&self) -> Option<Permission> {
        self.needs
    }

    /// The types of the field's actions; none if it is no list of actions.
    pub fn action_types(&self) -> &'static [ActionType] {
        match self.kind {
            Kind::Actions { types, .. } => types,
            _ => &[],
        }
    }
}
