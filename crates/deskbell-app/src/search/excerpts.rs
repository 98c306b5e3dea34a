//! Snippets: where tickets have the words of a query. The tickets have come through the gate, and what is shown is theirs.

use std::collections::HashMap;
use std::ops::ControlFlow;

use deskbell_core::search::{Clause, Excerpt, Query, Side};
use deskbell_core::{Actor, MessageId, Permission, TicketId};
use deskbell_db::{Engine, Tx};

use super::{HEAD_PLACES, PLACES, place, sql};
use crate::error::Result;
use crate::message::Kind;
use crate::ticket::Ticket;

/// How many messages and notes of a ticket are shown.
const ENTRIES: usize = 3;
/// How many words and phrases are looked for in them.
const WORDS: usize = 8;
/// Once the texts that were read for an answer have so many bytes, no more are.
const BYTES: usize = 8 * 1024 * 1024;

/// Where a ticket has what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Snippet {
    /// Which text it is of.
    pub of: Of,
    /// The text around the hit.
    pub excerpt: Excerpt,
}

/// What a snippet is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Of {
    /// The title.
    Title,
    /// Who the ticket is from.
    From,
    /// Who it is to.
    To,
    /// A message or note.
    Entry(Kind, MessageId),
}

/// The snippets of each of the tickets, in their order.
///
/// Errors: `forbidden` without TICKET_READ.
pub fn snippets(
    tx: &mut Tx<'_>,
    actor: &Actor,
    query: &Query,
    tickets: &[Ticket],
) -> Result<Vec<Vec<Snippet>>> {
    actor.require(Permission::TicketRead)?;
    let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
    for clause in query.wanted().into_iter().take(WORDS) {
        for place in places(tx, clause, tickets)? {
            found.entry(place / PLACES).or_default().push(place % PLACES);
        }
    }
    let mut bytes = 0;
    let mut all = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let mut snippets = head(query, ticket);
        if let Some(segments) = found.get(&ticket.id.0).filter(|_| bytes < BYTES) {
            bytes += entries(tx, query, segments, ticket, &mut snippets)?;
        }
        all.push(snippets);
    }
    Ok(all)
}

/// Where the newest entry stands that meets a clause, of each of the tickets that has one.
fn places(tx: &mut Tx<'_>, clause: &Clause, tickets: &[Ticket]) -> Result<Vec<i64>> {
    let mut ids: Vec<i64> = tickets.iter().filter(|t| t.messages > 0).map(|t| t.id.0).collect();
    ids.sort_unstable();
    let (Some(low), Some(high)) = (ids.first().copied(), ids.last().copied()) else { return Ok(Vec::new()) };
    let mut found: Vec<i64> = Vec::new();
    if tx.engine() == Engine::Sqlite && clause.has_prefix() {
        let bounds =
            [clause.fts5().into(), place(TicketId(low), 0).into(), place(TicketId(high), PLACES - 1).into()];
        tx.each::<crate::Error>(sql::SQLITE_FIND, &bounds, |row| {
            let place = row.int(0)?;
            let is_first = found.last().is_none_or(|last| last / PLACES != place / PLACES);
            if is_first && place % PLACES >= HEAD_PLACES && ids.binary_search(&(place / PLACES)).is_ok() {
                found.push(place);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        return Ok(found);
    }
    let (sql, text) = match tx.engine() {
        Engine::Sqlite => (sql::SQLITE_NEWEST_PLACE, clause.fts5()),
        Engine::Postgres => (sql::POSTGRES_NEWEST_PLACE, clause.tsquery()),
    };
    for id in ids.into_iter().map(TicketId) {
        let bounds = [text.clone().into(), place(id, HEAD_PLACES).into(), place(id, PLACES - 1).into()];
        found.extend(tx.first(sql, &bounds, |row| row.int(0))?);
    }
    Ok(found)
}

fn head(query: &Query, ticket: &Ticket) -> Vec<Snippet> {
    let texts = [
        (Of::Title, None, &ticket.title),
        (Of::From, Some(Side::From), &ticket.from_name),
        (Of::From, Some(Side::From), &ticket.from_address),
        (Of::To, Some(Side::To), &ticket.to_name),
        (Of::To, Some(Side::To), &ticket.to_address),
    ];
    let snippet = |(of, side, text): (Of, Option<Side>, &String)| {
        query.excerpt(text, side).map(|excerpt| Snippet { of, excerpt })
    };
    texts.into_iter().filter_map(snippet).collect()
}

/// Adds the entries that stand at these places, none twice; says how many bytes were read.
fn entries(
    tx: &mut Tx<'_>,
    query: &Query,
    segments: &[i64],
    ticket: &Ticket,
    snippets: &mut Vec<Snippet>,
) -> Result<usize> {
    let (mut bytes, mut seen): (usize, Vec<i64>) = (0, Vec::new());
    for segment in segments {
        let params = [ticket.id.0.into(), (*segment).into()];
        let entry =
            tx.first(sql::ENTRY_AT, &params, |row| Ok((row.int(0)?, row.int(1)?, row.str(2)?.to_owned())))?;
        let Some((id, kind, text)) = entry.filter(|(id, ..)| !seen.contains(id)) else { continue };
        seen.push(id);
        bytes += text.len();
        let kind = if kind == Kind::Note as i64 { Kind::Note } else { Kind::Message };
        let of = Of::Entry(kind, MessageId(id));
        snippets.extend(query.excerpt(&text, None).map(|excerpt| Snippet { of, excerpt }));
        if seen.len() == ENTRIES {
            break;
        }
    }
    Ok(bytes)
}
