//! The enumerations of a ticket. Each word has a rank, which is what the store keeps and sorts by.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $rank:literal $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vdoc])* $variant = $rank),+ }

        impl $name {
            /// Every value, by rank.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every word, by rank.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as the API spells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word; the spelling is exact.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// The number that the store keeps.
            pub fn rank(self) -> i64 {
                self as i64
            }

            /// The value with this rank.
            pub fn from_rank(rank: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.rank() == rank)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Where a ticket stands.
    Status {
        /// Nobody has looked at it.
        New = 1 "new",
        /// Being worked on.
        Open = 2 "open",
        /// Waiting for the customer.
        Pending = 3 "pending",
        /// Waiting for somebody else.
        Holding = 4 "holding",
        /// Answered; the customer may reopen it.
        Solved = 5 "solved",
        /// Finished; an answer starts a new ticket.
        Closed = 6 "closed",
    }
}

impl Status {
    /// The statuses of work that is not done: what solveUnfinishedTickets takes.
    pub const UNFINISHED: [Self; 4] = [Self::New, Self::Open, Self::Pending, Self::Holding];
}

words! {
    /// How soon a ticket wants an answer. Sorting by priority is by rank: `desc` puts urgent first.
    Priority {
        /// Can wait.
        Low = 1 "low",
        /// The default.
        Medium = 2 "medium",
        /// Before others.
        High = 3 "high",
        /// At once.
        Urgent = 4 "urgent",
    }
}

words! {
    /// How a field of a form is filled in. Read-only and hidden ones are for programs: a console shows the former without
    /// letting people change them, and the latter not at all.
    InputType {
        /// One line.
        Text = 1 "text",
        /// Text of any lines.
        Textarea = 2 "textarea",
        /// One line that people see.
        TextReadonly = 3 "textreadonly",
        /// One line that they do not.
        TextHidden = 4 "texthidden",
        /// One of some options.
        Select = 5 "select",
        /// One of some options, that people see.
        SelectReadonly = 6 "selectreadonly",
        /// One of some options, that they do not.
        SelectHidden = 7 "selecthidden",
    }
}

impl InputType {
    /// Whether a value is one of the field's options.
    pub fn is_select(self) -> bool {
        matches!(self, Self::Select | Self::SelectReadonly | Self::SelectHidden)
    }
}

words! {
    /// Who spoke first.
    Direction {
        /// The customer.
        Inbound = 1 "inbound",
        /// The desk.
        Outbound = 2 "outbound",
    }
}
