//! The newest messages over many tickets, as one timeline. Each ticket's own index says how new its newest entry is, so that
//! tickets without anything new enough are not looked into.

use std::collections::HashMap;

use deskbell_core::TicketId;
use deskbell_db::Tx;

use super::{Message, attach, content, read, sql};
use crate::error::Result;
use crate::statement::Statement;

/// How many tickets are looked into by one statement.
const TOGETHER: usize = 32;
/// How many messages are read by one statement: as much memory as they take is held beside the answer.
const READ: usize = 16;
/// In how many tickets messages are counted by one statement.
const COUNTED: usize = 512;

/// Which entries of the tickets are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Across {
    /// Only those before this time and id.
    pub(crate) before: Option<(i64, i64)>,
    /// Notes too.
    pub(crate) notes: bool,
}

/// Appends the time of the newest entry of a ticket `t` that is meant; null if there is none.
pub(crate) fn newest_at(which: &Across, statement: &mut Statement) {
    statement.push(sql::NEWEST_AT);
    which.conditions(statement);
    statement.push(sql::NEWEST_FIRST).limit(1).push(")");
}

impl Across {
    fn conditions(&self, statement: &mut Statement) {
        if !self.notes {
            statement.push(sql::NO_NOTES);
        }
        if let Some((at, id)) = self.before {
            statement.push(" AND (m.created_at, m.id) < (").bind(at).push(", ").bind(id).push(")");
        }
    }

    /// The newest entries of tickets, newest first, as many as `limit` and as fit into `bytes` of an answer (the newest always), and
    /// whether there are more. The tickets were loaded through the gate and come with the times of their newest entries, the
    /// newest first.
    pub(crate) fn newest(
        &self,
        tx: &mut Tx<'_>,
        tickets: &[(i64, i64)],
        limit: i64,
        bytes: usize,
    ) -> Result<(Vec<(TicketId, Message)>, bool)> {
        let mut places = self.places(tx, tickets, limit + 1)?;
        let mut more = places.len() as i64 > limit;
        places.truncate(limit as usize);
        let (mut found, mut size) = (Vec::new(), 0);
        'all: for some in places.chunks(READ) {
            let mut statement = Statement::new(&sql::some());
            statement.params.push(content::RULES.into());
            statement.within("m.id", &some.iter().map(|(_, id, _)| *id).collect::<Vec<_>>());
            let mut by_id: HashMap<i64, Message> = tx
                .all(&statement.text, &statement.params, |row| Ok((row.int(0)?, read(row)?)))?
                .into_iter()
                .collect();
            for (_, id, ticket) in some {
                let Some(message) = by_id.remove(id) else { continue };
                size += message.size();
                if size > bytes && !found.is_empty() {
                    more = true;
                    break 'all;
                }
                found.push((TicketId(*ticket), message));
            }
        }
        attach(tx, found.iter_mut().map(|(_, message)| message))?;
        Ok((found, more))
    }

    /// Time, id and ticket of the newest entries, newest first.
    fn places(&self, tx: &mut Tx<'_>, tickets: &[(i64, i64)], wanted: i64) -> Result<Vec<(i64, i64, i64)>> {
        let mut best: Vec<(i64, i64, i64)> = Vec::new();
        for some in tickets.chunks(TOGETHER) {
            let oldest = best.get(wanted as usize - 1).map(|(at, _, _)| *at);
            if oldest.is_some_and(|oldest| some[0].1 < oldest) {
                break;
            }
            let mut statement = Statement::default();
            // Filled up with tickets that are none, so that few different texts arise.
            for n in 0..some.len().next_power_of_two() {
                statement.push(if n == 0 { "" } else { " UNION ALL " });
                statement.push(sql::PLACES).bind(some.get(n).map_or(0, |(id, _)| *id));
                self.conditions(&mut statement);
                statement.push(sql::NEWEST_FIRST).limit_about(wanted).push(") AS newest");
            }
            best.extend(tx.all(&statement.text, &statement.params, |row| {
                Ok((row.int(0)?, row.int(1)?, row.int(2)?))
            })?);
            best.sort_unstable_by(|a, b| b.cmp(a));
            best.truncate(wanted as usize);
        }
        Ok(best)
    }
}

/// How many messages tickets have, without notes; counted up to `most`.
pub(crate) fn count_messages(tx: &mut Tx<'_>, tickets: &[i64], most: i64) -> Result<i64> {
    let mut found = 0;
    for some in tickets.chunks(COUNTED) {
        let mut statement = Statement::new(sql::MESSAGES_OF);
        statement.within("m.ticket_id", some).limit(most - found);
        let text = sql::count_of(&statement.text);
        found += tx.first(&text, &statement.params, |row| row.int(0))?.unwrap_or(0);
        if found >= most {
            break;
        }
    }
    Ok(found)
}
