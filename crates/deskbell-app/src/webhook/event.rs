//! What a webhook can be told: kinds of events, each made of journal rows.

use std::fmt;

/// A kind of event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is the word beside it in WORDS; docs/webhooks.md tells what it means")]
pub enum Event {
    TicketCreated,
    TicketChanged,
    TicketDeleted,
    TicketRestored,
    MessageCreated,
    MessageDeleted,
    NoteCreated,
    NoteDeleted,
    CustomerCreated,
    CustomerChanged,
    CustomerDeleted,
}

impl Event {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &[
        "ticket.created",
        "ticket.changed",
        "ticket.deleted",
        "ticket.restored",
        "message.created",
        "message.deleted",
        "note.created",
        "note.deleted",
        "customer.created",
        "customer.changed",
        "customer.deleted",
    ];

    const ALL: [Self; 11] = [
        Self::TicketCreated,
        Self::TicketChanged,
        Self::TicketDeleted,
        Self::TicketRestored,
        Self::MessageCreated,
        Self::MessageDeleted,
        Self::NoteCreated,
        Self::NoteDeleted,
        Self::CustomerCreated,
        Self::CustomerChanged,
        Self::CustomerDeleted,
    ];

    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|known| *known == word).map(|at| Self::ALL[at])
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The kind to which a journal row belongs; `gone` if it tells of something that left.
    pub(super) fn of_row(item_type: &str, gone: bool) -> Self {
        match item_type {
            "created" => Self::TicketCreated,
            "deleted" => Self::TicketDeleted,
            "restored" => Self::TicketRestored,
            "message" if gone => Self::MessageDeleted,
            "message" => Self::MessageCreated,
            "note" if gone => Self::NoteDeleted,
            "note" => Self::NoteCreated,
            "customer_created" => Self::CustomerCreated,
            "customer_changed" => Self::CustomerChanged,
            "customer_deleted" => Self::CustomerDeleted,
            _ => Self::TicketChanged,
        }
    }

    /// Whether a call writes in steps, each of which may change a ticket by one field: then each row is an event, since a ticket
    /// may have been changed between two steps.
    pub(super) fn in_steps(call: &str) -> bool {
        matches!(call, "groupDelete" | "formDelete" | "customerMerge" | "customerPurge")
    }

    /// Whether all rows of one write to one ticket are one event; of the others each row is one.
    pub(super) fn gathers(self) -> bool {
        matches!(self, Self::TicketCreated | Self::TicketChanged)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Kinds as they are stored.
pub(super) fn to_text(events: &[Event]) -> String {
    events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(",")
}

/// Kinds as they were stored.
pub(super) fn from_text(text: &str) -> Vec<Event> {
    text.split(',').filter_map(Event::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_the_word_that_stands_at_its_place() {
        assert_eq!(Event::WORDS.len(), Event::ALL.len());
        for event in Event::ALL {
            assert_eq!(Event::parse(event.as_str()), Some(event));
        }
        assert_eq!(Event::NoteDeleted.as_str(), "note.deleted");
        assert_eq!(from_text(&to_text(&Event::ALL)), Event::ALL);
        assert_eq!(Event::parse("ticket.lost"), None);
    }
}
