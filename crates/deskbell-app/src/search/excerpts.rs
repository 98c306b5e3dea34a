//! Snippets: where tickets have the words of a query. The tickets have come through the gate, and what is shown is theirs.

use deskbell_core::search::{Clause, Excerpt, Query, Side};
use deskbell_core::{Actor, MessageId, Permission};
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
    let clauses = query.wanted();
    let mut bytes = 0;
    let mut all = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let mut snippets = head(query, ticket);
        if ticket.messages > 0 && bytes < BYTES {
            bytes += entries(tx, query, &clauses, ticket, &mut snippets)?;
        }
        all.push(snippets);
    }
    Ok(all)
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

/// Adds the newest entry for each word, none twice; says how many bytes were read.
fn entries(
    tx: &mut Tx<'_>,
    query: &Query,
    clauses: &[&Clause],
    ticket: &Ticket,
    snippets: &mut Vec<Snippet>,
) -> Result<usize> {
    let (mut bytes, mut seen): (usize, Vec<i64>) = (0, Vec::new());
    let (low, high) = (place(ticket.id, HEAD_PLACES), place(ticket.id, PLACES - 1));
    for clause in clauses.iter().take(WORDS) {
        let (sql, text) = match tx.engine() {
            Engine::Sqlite => (sql::SQLITE_NEWEST_PLACE, clause.fts5()),
            Engine::Postgres => (sql::POSTGRES_NEWEST_PLACE, clause.tsquery()),
        };
        let Some(found) = tx.first(sql, &[text.into(), low.into(), high.into()], |row| row.int(0))? else {
            continue;
        };
        let params = [ticket.id.0.into(), (found % PLACES).into()];
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
