//! What a condition looks at, and how it compares.

use crate::ticket::list::{KEYS, Key, Kind};

/// The value that stands for the caller, and for its groups.
pub(super) const ME: &str = "current_user";
pub(super) const MY_GROUPS: &str = "current_user_groups";

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    /// A key of the ticket's item.
    Key(&'static Key),
    /// Whole minutes since a time of the ticket.
    Age(&'static str, &'static Key),
    /// Its tags, one by one.
    Tag,
    /// What was said in it.
    Query,
    /// Whether it is assigned to the caller.
    Me,
    /// Whether it is assigned to one of the caller's groups.
    MyGroups,
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Fact {}

/// How a fact is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the word beside it in WORDS; docs/views.md tells what it means")]
pub enum Operation {
    Equals,
    NotEquals,
    In,
    NotIn,
    Greater,
    Less,
    Contains,
    StartsWith,
    IsEmpty,
    IsNotEmpty,
}

impl Fact {
    const AGES: [(&'static str, &'static str); 4] = [
        ("created_age", "created_at"),
        ("last_update_age", "last_update"),
        ("last_update_customer_age", "last_update_customer"),
        ("last_update_agent_age", "last_update_agent"),
    ];

    /// The fact of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "tag" => Self::Tag,
            "query" => Self::Query,
            ME => Self::Me,
            MY_GROUPS => Self::MyGroups,
            _ => match Self::AGES.iter().find(|(age, _)| *age == name) {
                Some((age, time)) => Self::Age(age, Key::of(time)?),
                None => Self::Key(Key::of(name)?),
            },
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key(key) => key.name,
            Self::Age(name, _) => name,
            Self::Tag => "tag",
            Self::Query => "query",
            Self::Me => ME,
            Self::MyGroups => MY_GROUPS,
        }
    }

    /// All names.
    pub fn names() -> Vec<&'static str> {
        let others = ["tag", "query", ME, MY_GROUPS].into_iter().chain(Self::AGES.map(|(age, _)| age));
        KEYS.iter().map(|key| key.name).chain(others).collect()
    }

    /// Which operations it takes.
    pub(super) fn operations(self) -> &'static [Operation] {
        use Operation::{
            Contains, Equals, Greater, In, IsEmpty, IsNotEmpty, Less, NotEquals, NotIn, StartsWith,
        };
        const SET: &[Operation] = &[Equals, NotEquals, In, NotIn];
        const NUMBER: &[Operation] = &[Equals, NotEquals, In, NotIn, Greater, Less, IsEmpty, IsNotEmpty];
        const RANKED: &[Operation] = &[Equals, NotEquals, In, NotIn, Greater, Less];
        const TEXT: &[Operation] = &[Equals, NotEquals, In, NotIn, Contains, StartsWith, IsEmpty, IsNotEmpty];
        match self {
            Self::Key(key) => match key.kind {
                Kind::Id | Kind::Number | Kind::Time => NUMBER,
                Kind::Word { ordered: true, .. } => RANKED,
                Kind::Word { .. } => SET,
                Kind::Text | Kind::Tags | Kind::Link => TEXT,
            },
            Self::Age(..) => &[Equals, NotEquals, Greater, Less, IsEmpty, IsNotEmpty],
            Self::Tag => TEXT,
            Self::Query => &[Contains],
            Self::Me | Self::MyGroups => &[Equals, NotEquals],
        }
    }
}

impl Operation {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &[
        "equals",
        "not_equals",
        "in",
        "not_in",
        "greater",
        "less",
        "contains",
        "starts_with",
        "is_empty",
        "is_not_empty",
    ];

    const ALL: [Self; 10] = [
        Self::Equals,
        Self::NotEquals,
        Self::In,
        Self::NotIn,
        Self::Greater,
        Self::Less,
        Self::Contains,
        Self::StartsWith,
        Self::IsEmpty,
        Self::IsNotEmpty,
    ];

    /// The operation of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|known| *known == word).map(|at| Self::ALL[at])
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    pub(super) fn takes_several(self) -> bool {
        matches!(self, Self::In | Self::NotIn)
    }
}
