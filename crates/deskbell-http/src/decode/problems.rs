//! The failures of one stage, gathered to be reported together.

use deskbell_core::fault::Detail;
use deskbell_core::{Code, Fault};

use crate::error::detail;

/// Most failures that one answer lists; a wrong body of a thousand ids need not come back a thousandfold.
const MOST: usize = 100;

/// Characters of a name that an answer repeats.
const NAME: usize = 200;

/// Failures of one stage, in the order found, each field and code once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    details: Vec<Detail>,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Detail) {
        let known = |d: &Detail| d.field.is_some() && d.field == problem.field && d.code == problem.code;
        if self.details.len() < MOST && !self.details.iter().any(known) {
            self.details.push(problem);
        }
    }

    /// A value, or a shape, that the field does not take.
    pub(crate) fn invalid(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.push(detail(short(field.into()), Code::InvalidParameter, message));
    }

    /// A name that stands twice.
    pub(crate) fn twice(&mut self, field: String) {
        let field = short(field);
        let message = format!("{field} stands twice; it takes one value.");
        self.invalid(field, message);
    }

    /// A text with U+0000.
    pub(crate) fn nul(&mut self, field: String) {
        let field = short(field);
        let message = format!("{field} holds the character U+0000, which no text may hold.");
        self.invalid(field, message);
    }

    /// A text that is no UTF-8.
    pub(crate) fn no_utf8(&mut self, field: String) {
        let field = short(field);
        let message = format!("{field} is not valid UTF-8.");
        self.invalid(field, message);
    }

    /// A field that the call needs.
    pub(crate) fn missing(&mut self, field: impl Into<String>) {
        let field = field.into();
        let message = format!("{field} is missing; the call needs it.");
        self.push(detail(field, Code::MissingParameter, message));
    }

    /// A name that is none of the accepted ones.
    pub(crate) fn unknown(&mut self, sent: &str, base: &str, accepted: &[&str]) {
        if self.details.len() >= MOST {
            return;
        }
        let sent = short(sent.to_owned());
        let message = match (accepted, nearest(base, accepted)) {
            ([], _) => format!("{sent} is not a parameter of this call; it takes none."),
            (_, None) => format!("{sent} is not a parameter of this call. It takes {}.", accepted.join(", ")),
            (_, Some(near)) => format!(
                "{sent} is not a parameter of this call. Did you mean {near}? It takes {}.",
                accepted.join(", ")
            ),
        };
        self.push(detail(sent, Code::UnknownParameter, message));
    }

    /// A body that cannot be read in its encoding.
    pub(crate) fn malformed(&mut self, message: impl Into<String>) {
        self.push(Detail { field: None, code: Code::MalformedBody, message: message.into() });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.details.is_empty()
    }

    pub(crate) fn append(&mut self, details: Vec<Detail>) {
        details.into_iter().for_each(|d| self.push(d));
    }

    /// Too large is no wrong value: if it is among the failures, it is reported alone (413).
    pub(crate) fn too_large_alone(&self) -> Result<(), Fault> {
        let large = self.details.iter().filter(|d| d.code == Code::PayloadTooLarge).cloned().collect();
        Fault::collect(large).map_or(Ok(()), Err)
    }

    /// The fault of the stage, if there is a failure.
    pub(crate) fn into_result(self) -> Result<(), Fault> {
        Fault::collect(self.details).map_or(Ok(()), Err)
    }
}

/// A name of bounded length, without control characters.
fn short(name: String) -> String {
    if name.len() <= NAME && !name.contains(char::is_control) {
        return name;
    }
    let mut short: String =
        name.chars().take(NAME).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if name.chars().nth(NAME).is_some() {
        short.push('…');
    }
    short
}

/// The accepted name that the caller most likely meant: equal but for case, or few letters away.
fn nearest<'a>(sent: &str, accepted: &[&'a str]) -> Option<&'a str> {
    if sent.is_empty() || sent.chars().nth(64).is_some() {
        return None;
    }
    let sent = sent.to_lowercase();
    let rated = accepted.iter().map(|name| (distance(&sent, &name.to_lowercase()), *name));
    let (distance, name) = rated.min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + name.chars().count() / 4).then_some(name)
}

/// Letters to insert, drop, replace or swap with their neighbour on the way from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before = vec![0; to.len() + 1];
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i; to.len() + 1];
        for j in 1..=to.len() {
            let replaced = above[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let names = ["status", "ticketIDs", "mode", "dryRun", "title"];
        assert_eq!(nearest("statsu", &names), Some("status"));
        assert_eq!(nearest("ticketids", &names), Some("ticketIDs"));
        assert_eq!(nearest("ticket_ids", &names), Some("ticketIDs"));
        assert_eq!(nearest("tittle", &names), Some("title"));
        assert_eq!(nearest("colour", &names), None);
        assert_eq!(nearest("", &names), None);
        assert_eq!(nearest(&"x".repeat(10_000), &names), None);
    }

    #[test]
    fn an_answer_lists_a_hundred_failures_at_most() {
        let mut problems = Problems::default();
        for n in 0..1_000 {
            problems.invalid(format!("ids[{n}]"), "no");
        }
        let fault = problems.into_result().expect_err("failures");
        assert_eq!(fault.details().count(), 100);
    }
}
