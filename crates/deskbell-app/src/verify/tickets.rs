//! Every ticket, in the trash or not, against what hangs on it: events, messages, tags, customer, search index.

use std::collections::HashMap;
use std::ops::ControlFlow;

use deskbell_core::{Status, TicketId};
use deskbell_db::Tx;

use super::{Checking, Stretch, sql};
use crate::error::{Error, Result};
use crate::search::HEAD_PLACES;
use crate::search::check::Places;
use crate::ticket::edit::tag_key;
use crate::ticket::{Ticket, load};

/// How many tickets a stretch has.
const TICKETS: i64 = 250;

pub(super) fn check(checking: &mut Checking<'_>) -> Result<()> {
    let end = checking.newest(sql::NEWEST_TICKET)?;
    checking.stretches("tickets", end, stretch)
}

fn stretch(tx: &mut Tx<'_>, after: i64) -> Result<Stretch> {
    let tickets = load::stored(tx, TicketId(after), TICKETS)?;
    // The last stretch goes on to the highest id there can be, for what belongs to no ticket.
    let next = (tickets.len() as i64 == TICKETS).then(|| tickets.last().map(|t| t.id.0)).flatten();
    let (first, last) = (TicketId(after), TicketId(next.unwrap_or(i64::MAX >> 20)));
    let mut found = Found { problems: Vec::new(), index: Places::read(tx, first, last)? };
    let bounds = [first.0.into(), last.0.into()];
    let events: HashMap<i64, (i64, i64)> =
        tx.all(sql::EVENTS, &bounds, |row| Ok((row.int(0)?, (row.int(1)?, row.int(2)?))))?.into_iter().collect();
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    for (id, tag) in tx.all(sql::TAGS, &bounds, |row| Ok((row.int(0)?, row.str(1)?.to_owned())))? {
        tags.entry(id).or_default().push(tag);
    }
    let mut messages = Messages::default();
    tx.each::<Error>(sql::MESSAGES, &bounds, |row| {
        let (ticket, id) = (row.int(0)?, row.int(1)?);
        messages.add(&mut found, ticket, id, row.int(2)?, row.int(3)?, row.str(4)?);
        Ok(ControlFlow::Continue(()))
    })?;
    for ticket in &tickets {
        let id = ticket.id.0;
        found.state(ticket);
        found.events(ticket, events.get(&id).copied().unwrap_or_default());
        found.tags(ticket, tags.remove(&id).unwrap_or_default());
        found.messages(ticket, messages.of.get(&id).copied().unwrap_or_default());
        found.index.head(ticket);
    }
    for id in tx.all(sql::STRANGERS, &bounds, |row| row.int(0))? {
        found.problems.push((id, "its customer is not there, or another brand's".into()));
    }
    let Found { mut problems, index } = found;
    let known: Vec<i64> = tickets.iter().map(|ticket| ticket.id.0).collect();
    let end = next.or_else(|| known.last().copied()).unwrap_or(after);
    problems.extend(index.finish(tx, after + 1..=end, &known)?);
    Ok(Stretch { next, looked_at: tickets.len() as u64, problems })
}

struct Found {
    problems: Vec<(i64, String)>,
    index: Places,
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
        self.unless(shown == ticket.events, id, || format!("it counts {} events and has {shown}", ticket.events));
    }

    fn tags(&mut self, ticket: &Ticket, filed: Vec<String>) {
        let mut tags: Vec<String> = ticket.tags.iter().map(|tag| tag_key(tag)).collect();
        tags.sort_unstable();
        let mut filed = filed;
        filed.sort_unstable();
        self.unless(tags == filed, ticket.id.0, || "it is filed under other tags than it has".into());
    }

    fn messages(&mut self, ticket: &Ticket, (count, next): (i64, i64)) {
        let id = ticket.id.0;
        self.unless(count == ticket.messages, id, || {
            format!("it counts {} messages and notes and has {count}", ticket.messages)
        });
        self.unless(next.max(HEAD_PLACES) <= ticket.next_segment, id, || {
            "its next place in the search index is taken".into()
        });
    }
}

/// How many messages each ticket has, and where their places in the index end.
#[derive(Default)]
struct Messages {
    of: HashMap<i64, (i64, i64)>,
}

impl Messages {
    fn add(&mut self, found: &mut Found, ticket: i64, id: i64, first: i64, segments: i64, text: &str) {
        let (count, end) = self.of.entry(ticket).or_insert((0, HEAD_PLACES));
        found.unless(first >= *end, ticket, || format!("message {id} shares places in the search index"));
        (*count, *end) = (*count + 1, (*end).max(first + segments));
        found.index.text(TicketId(ticket), id, first, segments, text);
    }
}
