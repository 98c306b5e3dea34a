//! What differs between a ticket before a change and after it.

use deskbell_core::{TicketId, Timestamp};

use super::row::{Ticket, tags_to_text};

/// What a change makes of a ticket and another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Joins {
    /// It is merged into this one.
    Into(TicketId),
    /// It is taken out of this one again.
    OutOf(TicketId),
}

impl Joins {
    /// `None` if it is neither.
    pub(super) fn of(before: &Ticket, now: &Ticket) -> Option<Self> {
        match (before.merged_into, now.merged_into) {
            (before, now) if before == now => None,
            (before, now) if now.is_none() => Some(Self::OutOf(before)),
            (_, now) => Some(Self::Into(now)),
        }
    }
}

/// The changed fields by their keys in the item, with the values before and after as the journal keeps them.
pub(super) fn differences(before: &Ticket, now: &Ticket) -> Vec<(&'static str, String, String)> {
    let time = |t: Option<Timestamp>| t.map(|t| t.to_string()).unwrap_or_default();
    let form = |t: &Ticket| t.form.map(|f| f.to_string()).unwrap_or_default();
    let texts = |t: &Ticket| {
        [
            ("brand_id", t.brand.to_string()),
            ("channel_id", t.channel.to_string()),
            ("customer_id", t.customer.to_string()),
            ("assigned_group_id", t.group.to_string()),
            ("assigned_user_id", t.user.to_string()),
            ("form_id", form(t)),
            ("priority", t.priority.to_string()),
            ("status", t.status.to_string()),
            ("title", t.title.clone()),
            ("tags", tags_to_text(&t.tags)),
            ("snooze_time", time(t.snooze_time)),
            ("snooze_time_sent", time(t.snooze_time_sent)),
            ("archived", i64::from(t.archived).to_string()),
            ("merged_into", t.merged_into.to_string()),
        ]
    };
    let pairs = texts(before).into_iter().zip(texts(now));
    pairs.filter(|((_, b), (_, n))| b != n).map(|((key, b), (_, n))| (key, b, n)).collect()
}
