//! Every ticket, in the trash or not, against what hangs on it: events, messages, tags, customer, form, the ticket that it was merged into. What the search index
//! should hold of it goes to `index`.

use std::collections::HashMap;
use std::ops::ControlFlow;

use deskbell_core::{Status, TicketId};
use deskbell_db::{Engine, Tx};

use super::index::Index;
use super::{Checking, sql};
use crate::error::{Error, Result};
use crate::search::HEAD_PLACES;
use crate::search::check::{self, Digests, Expected};
use crate::ticket::edit::tag_key;
use crate::ticket::{Ticket, load};

/// How many tickets a stretch has.
const TICKETS: i64 = 500;

/// Checks all tickets that are there at the beginning.
pub(super) fn check(checking: &mut Checking<'_>) -> Result<()> {
    let end = checking.newest(sql::NEWEST_TICKET)?;
    checking.begin("tickets");
    let mut index = Index::new(checking.desk.engine(), end);
    let mut after = 0;
    while after < end {
        index.read(checking, after)?;
        (checking.tell)("tickets", after as u64, end as u64);
        let last = index.window_end();
        let stretch = checking.read(move |tx| stretch(tx, after, last))?;
        checking.note(stretch.looked_at, stretch.problems);
        let wrong = index.compare(stretch.last, stretch.expected, stretch.there);
        checking.note(0, wrong);
        after = stretch.last;
    }
    index.look_again(checking)
}

/// What a stretch came to.
struct Stretch {
    /// The ticket up to which it went.
    last: i64,
    looked_at: u64,
    problems: Vec<(i64, String)>,
    expected: Vec<Expected>,
    there: Digests,
}

fn stretch(tx: &mut Tx<'_>, after: i64, end: i64) -> Result<Stretch> {
    let tickets = load::stored(tx, TicketId(after), TicketId(end), TICKETS)?;
    let full = tickets.len() as i64 == TICKETS;
    let last = tickets.last().filter(|_| full).map_or(end, |ticket| ticket.id.0);
    let there = match tx.engine() {
        Engine::Postgres => check::postgres(tx, after, last)?,
        Engine::Sqlite => Digests::new(),
    };
    let mut found = Found::default();
    let bounds = [after.into(), last.into()];
    let events: HashMap<i64, (i64, i64)> = tx
        .all(sql::EVENTS, &bounds, |row| Ok((row.int(0)?, (row.int(1)?, row.int(2)?))))?
        .into_iter()
        .collect();
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    for (id, tag) in tx.all(sql::TAGS, &bounds, |row| Ok((row.int(0)?, row.str(1)?.to_owned())))? {
        tags.entry(id).or_default().push(tag);
    }
    let engine = tx.engine();
    tx.each::<Error>(sql::MESSAGES, &bounds, |row| {
        let (ticket, id) = (row.int(0)?, row.int(1)?);
        found.message(engine, ticket, id, row.int(2)?, row.int(3)?, row.str(4)?);
        Ok(ControlFlow::Continue(()))
    })?;
    for ticket in &tickets {
        let id = ticket.id.0;
        found.state(ticket);
        found.events(ticket, events.get(&id).copied().unwrap_or_default());
        found.tags(ticket, tags.remove(&id).unwrap_or_default());
        found.messages(ticket);
        found.expected.extend(check::head(engine, ticket));
    }
    for (text, what) in [
        (sql::STRANGERS, "its customer is not there, or another brand's"),
        (sql::FORM_GONE, "its form is not there"),
        (sql::OTHER_FILES, "it has another number of files than it says"),
        (sql::HALF_MERGED, "it was merged, and not as a whole"),
        (sql::NOT_MERGED, "it was merged, and does not say so"),
    ] {
        for id in tx.all(text, &bounds, |row| row.int(0))? {
            found.problems.push((id, what.into()));
        }
    }
    let Found { problems, expected, .. } = found;
    Ok(Stretch { last, looked_at: tickets.len() as u64, problems, expected, there })
}

#[derive(Default)]
struct Found {
    problems: Vec<(i64, String)>,
    expected: Vec<Expected>,
    /// How many messages each ticket has, and where their places in the index end.
    messages: HashMap<i64, (i64, i64)>,
}

impl Found {
    fn unless(&mut self, right: bool, id: i64, what: impl FnOnce() -> String) {
        if !right {
            self.problems.push((id, what()));
        }
    }

    fn state(&mut self, ticket: &Ticket) {
        let (id, closed) = (ticket.id.0, ticket.status == Status::Closed);
        self.unless(ticket.closed_at.is_some() == closed, id, || "closed_at does not fit its status".into());
        self.unless(closed || !ticket.archived, id, || "it is in the archive and not closed".into());
    }

    fn events(&mut self, ticket: &Ticket, (created, shown): (i64, i64)) {
        let id = ticket.id.0;
        self.unless(created == 1, id, || format!("{created} events say that it was created"));
        self.unless(shown == ticket.events, id, || {
            format!("it counts {} events and has {shown}", ticket.events)
        });
    }

    fn tags(&mut self, ticket: &Ticket, mut filed: Vec<String>) {
        let mut tags: Vec<String> = ticket.tags.iter().map(|tag| tag_key(tag)).collect();
        tags.sort_unstable();
        filed.sort_unstable();
        self.unless(tags == filed, ticket.id.0, || "it is filed under other tags than it has".into());
    }

    fn message(&mut self, engine: Engine, ticket: i64, id: i64, first: i64, segments: i64, text: &str) {
        let (count, end) = self.messages.get(&ticket).copied().unwrap_or((0, HEAD_PLACES));
        self.messages.insert(ticket, (count + 1, end.max(first + segments)));
        self.unless(first >= end, ticket, || format!("message {id} shares places in the search index"));
        let before = self.expected.len();
        self.expected.extend(check::message(engine, TicketId(ticket), id, first, text));
        let takes = (self.expected.len() - before) as i64;
        self.unless(takes == segments, ticket, || {
            format!("message {id} has {segments} places in the search index and needs {takes}")
        });
    }

    fn messages(&mut self, ticket: &Ticket) {
        let id = ticket.id.0;
        let (count, next) = self.messages.get(&id).copied().unwrap_or((0, HEAD_PLACES));
        self.unless(count == ticket.messages, id, || {
            format!("it counts {} messages and notes and has {count}", ticket.messages)
        });
        self.unless(next <= ticket.next_segment, id, || "its next place in the search index is taken".into());
    }
}
