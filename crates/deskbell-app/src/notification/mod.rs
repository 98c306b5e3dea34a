//! What users are told of tickets that are theirs: one row for a user, a ticket and a write.
//!
//! A row holds no text of its ticket. What is shown of that is read when the row is, through the gate: a ticket that is hidden or
//! in the trash has no notifications, and a purge takes them with it.

mod forget;
mod get;
mod list;
mod made;
mod set_read;
mod sql;

use deskbell_core::{MessageId, NotificationId, TicketId, Timestamp, UserId, Version};
use deskbell_db::Row;

pub(crate) use forget::{due, erase, forget};
pub use get::get;
pub use list::{Page, Wish, list};
pub(crate) use made::{Notice, of_change, take_back, write};
pub use set_read::{mark_seen, set_read};

/// Why a user is told; the number is what the store keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Somebody else gave the user a ticket.
    Assigned = 1,
    /// The customer wrote in a ticket of the user.
    Message = 2,
    /// A ticket of the user woke from being snoozed.
    Woken = 3,
    /// The customer wrote again after a ticket of the user was closed: this ticket follows it up.
    FollowUp = 4,
}

impl Kind {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &["assigned", "message", "woken", "follow_up"];

    /// The word that answers use.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize - 1]
    }

    fn of(number: i64) -> Self {
        match number {
            1 => Self::Assigned,
            2 => Self::Message,
            3 => Self::Woken,
            _ => Self::FollowUp,
        }
    }
}

/// A notification as answers show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Who is told.
    pub user: UserId,
    /// Why.
    pub kind: Kind,
    /// The ticket that it is about.
    pub ticket: TicketId,
    /// The ticket's title, as it is now.
    pub title: String,
    /// What the customer wrote; none = 0.
    pub message: MessageId,
    /// By whom: `api: NAME`, `user: NAME`, `system`.
    pub initiated_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was read; `None` if it was not.
    pub read_at: Option<Timestamp>,
}

impl Notification {
    /// Reads one row of `sql::SELECT`.
    fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: NotificationId(row.int(0)?),
            user: UserId(row.int(1)?),
            kind: Kind::of(row.int(2)?),
            ticket: TicketId(row.int(3)?),
            title: row.str(4)?.to_owned(),
            message: MessageId(row.int(5)?),
            initiated_by: row.str(6)?.to_owned(),
            created_at: Timestamp(row.int(7)?),
            read_at: row.opt_int(8)?.map(Timestamp),
        })
    }

    /// 1, and 2 once it was read.
    pub fn version(&self) -> Version {
        if self.read_at.is_some() { READ } else { Version::FIRST }
    }
}

/// The version of a notification that was read.
pub const READ: Version = Version(2);
