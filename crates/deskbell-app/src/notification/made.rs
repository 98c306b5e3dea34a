//! What makes a notification: it is written in the transaction of the change, so that none is lost and none comes twice.

use deskbell_core::{MessageId, TicketId, UserId};
use deskbell_db::{Tx, Value};

use super::{Kind, sql};
use crate::error::Result;
use crate::statement::Statement;
use crate::ticket::Ticket;
use crate::work::Work;

/// How many rows go into one statement.
const ROWS: usize = 16;

/// Somebody to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Notice {
    pub(crate) user: UserId,
    pub(crate) ticket: TicketId,
    pub(crate) kind: Kind,
    /// What the customer wrote; none = 0.
    pub(crate) message: MessageId,
}

/// Notes what the user of a ticket is told of a change: one thing, of which a new ticket of the user's is the first and a message of the
/// customer, which is `heard`, the second.
pub(crate) fn of_change(work: &mut Work<'_, '_>, before: &Ticket, now: &Ticket, heard: Option<MessageId>) {
    let woken = before.snooze_time.is_some() && now.snooze_time.is_none();
    let kind = match heard {
        _ if before.user != now.user => Kind::Assigned,
        Some(_) => Kind::Message,
        None if woken => Kind::Woken,
        None => return,
    };
    let message = heard.filter(|_| kind == Kind::Message).unwrap_or_default();
    work.notify(Notice { user: now.user, ticket: now.id, kind, message });
}

/// Writes the notices of a write, without those to users who are not active.
pub(crate) fn write(work: &mut Work<'_, '_>, mut notices: Vec<Notice>) -> Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let mut users: Vec<i64> = notices.iter().map(|notice| notice.user.0).collect();
    users.sort_unstable();
    users.dedup();
    let mut active = Vec::new();
    for some in users.chunks(512) {
        let mut statement = Statement::new(sql::ACTIVE);
        statement.within("id", some);
        active.extend(work.tx.all(&statement.text, &statement.params, |row| row.int(0))?);
    }
    notices.retain(|notice| active.contains(&notice.user.0));
    let initiated_by = work.actor.initiated_by();
    for rows in notices.chunks(ROWS) {
        let mut params: Vec<Value<'_>> =
            vec![initiated_by.as_str().into(), work.batch.as_str().into(), work.now.0.into()];
        for notice in rows {
            params.push(notice.user.0.into());
            params.push(notice.ticket.0.into());
            params.push((notice.kind as i64).into());
            params.push(notice.message.0.into());
        }
        work.tx.exec(&sql::insert(rows.len()), &params)?;
    }
    Ok(())
}

/// Takes away what a batch told of a ticket, since the batch is taken back.
pub(crate) fn take_back(tx: &mut Tx<'_>, ticket: TicketId, batch: &str) -> Result<()> {
    tx.exec(sql::TAKE_BACK, &[ticket.0.into(), batch.into()])?;
    Ok(())
}
