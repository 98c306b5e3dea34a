//! The keys of a ticket's item (docs/api.md) as conditions and orders see them.

use deskbell_core::{Direction, Priority, Status};

/// A key of a ticket's item.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Where they stand, as an expression over the ticket `t`.
    pub(crate) column: &'static str,
}

/// What the values of a key are.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Ids; 0 stands for none.
    Id,
    /// Numbers; there may be none.
    Number,
    /// Words, kept as numbers. Whether they have an order of their own.
    Word {
        /// All of them.
        words: &'static [&'static str],
        /// The number of one.
        rank: fn(&str) -> Option<i64>,
        /// Whether one can be greater than another.
        ordered: bool,
    },
    /// Texts; an empty one is none.
    Text,
    /// Times; there may be none.
    Time,
    /// Tags.
    Tags,
    /// Links that end in the ticket's id.
    Link,
}

impl Key {
    /// The key of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

const fn id(name: &'static str, column: &'static str) -> Key {
    Key { name, kind: Kind::Id, column }
}

const fn text(name: &'static str, column: &'static str) -> Key {
    Key { name, kind: Kind::Text, column }
}

const fn time(name: &'static str, column: &'static str) -> Key {
    Key { name, kind: Kind::Time, column }
}

const STATUS: Kind =
    Kind::Word { words: Status::WORDS, rank: |word| Some(Status::parse(word)?.rank()), ordered: false };
const PRIORITY: Kind =
    Kind::Word { words: Priority::WORDS, rank: |word| Some(Priority::parse(word)?.rank()), ordered: true };
const DIRECTION: Kind =
    Kind::Word { words: Direction::WORDS, rank: |word| Some(Direction::parse(word)?.rank()), ordered: false };

/// Where the ticket is named into which another one was merged: for its reader only if that exists for him.
pub(crate) const TARGET: &str = "t.merged_into";

/// All keys of a row in a list.
pub static KEYS: &[Key] = &[
    id("assigned_group_id", "t.group_id"),
    id("assigned_user_id", "t.user_id"),
    text("channel_account_id", "'0'"),
    id("channel_id", "t.channel_id"),
    time("closed_at", "t.closed_at"),
    time("created_at", "t.created_at"),
    id("customer_id", "t.customer_id"),
    Key { name: "direction", kind: DIRECTION, column: "t.direction" },
    Key { name: "external_gui_url", kind: Kind::Link, column: "t.id" },
    text("external_id", "(CAST(t.id AS TEXT) || '-' || t.external_key)"),
    id("form_id", "COALESCE(t.form_id, 0)"),
    Key { name: "grade_by_customer", kind: Kind::Number, column: "t.grade_by_customer" },
    text("from", "t.from_address"),
    text("from_name", "t.from_name"),
    text("icon", "(SELECT vc.icon FROM channel vc WHERE vc.id = t.channel_id)"),
    time("last_update", "t.last_update"),
    time("last_update_agent", "t.last_update_agent"),
    time("last_update_customer", "t.last_update_customer"),
    Key { name: "priority", kind: PRIORITY, column: "t.priority" },
    Key { name: "show_timeline", kind: Kind::Number, column: "1" },
    time("sla_breach_customer_wait_time", "t.sla_breach_customer_wait_time"),
    time("sla_breach_first_reply_time", "t.sla_breach_first_reply_time"),
    time("sla_breach_next_reply_time", "t.sla_breach_next_reply_time"),
    time("sla_breach_user_work_time", "t.sla_breach_user_work_time"),
    time("sla_next_breach", "t.sla_next_breach"),
    text("sla_next_breach_current_status", "t.sla_next_breach_current_status"),
    id("sla_policy_id", "t.sla_policy_id"),
    time("snooze_time", "t.snooze_time"),
    time("snooze_time_sent", "t.snooze_time_sent"),
    text("title", "t.title"),
    text("to", "t.to_address"),
    text("to_name", "t.to_name"),
    Key { name: "status", kind: STATUS, column: "t.status" },
    id("id", "t.id"),
    text("channel_name", "(SELECT vc.name FROM channel vc WHERE vc.id = t.channel_id)"),
    text("channel_icon", "(SELECT vc.icon FROM channel vc WHERE vc.id = t.channel_id)"),
    text("brand_name", "(SELECT vb.name FROM brand vb WHERE vb.id = t.brand_id)"),
    id("brand_id", "t.brand_id"),
    Key { name: "tags", kind: Kind::Tags, column: "t.tags" },
    id("merged_into", TARGET),
    Key { name: "version", kind: Kind::Number, column: "t.version" },
];
