//! The journal: one row for each changed field, in the transaction of the change. Timeline, change feed, undo and
//! webhooks read it. Rows are only ever added; a purge empties their payload and keeps their hash.

pub(crate) mod chain;
pub(crate) mod links;
pub(crate) mod sight;
mod sql;

use std::ops::ControlFlow;

use deskbell_core::{ActorId, BrandId, GroupId, TicketId, Timestamp};
use deskbell_db::{Tx, Value};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::form::said;
use crate::ticket::erase::{PART, PURGED};
use crate::work::Work;

pub(crate) use sql::position;

/// One change of one field of one ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The ticket; none where a customer is meant, whose id is the value after.
    pub ticket: TicketId,
    /// The ticket's brand after the change: decides who may see the event.
    pub brand: BrandId,
    /// The ticket's group after the change.
    pub group: GroupId,
    /// The ticket's brand and group before, if the write moved it.
    pub from: Option<(BrandId, GroupId)>,
    /// The field, by its key in the item; `created`, `deleted`, `restored`, `note` or `message`; `customer_created` and so on.
    pub item_type: &'static str,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// The ticket's times before the change.
    pub times: Times,
}

/// Times of a ticket that move with its changes and have no event of their own. An event keeps those that it replaces, or of a
/// ticket that is made its own: so taking changes back gives them back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are those of the ticket")]
pub struct Times {
    pub last_update: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub last_update_agent: Option<Timestamp>,
    pub last_update_customer: Option<Timestamp>,
}

/// An event as the timeline shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Its id.
    pub id: i64,
    /// The field.
    pub item_type: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// Who: `api: NAME`, `user: NAME`, `system`.
    pub initiated_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl Recorded {
    /// The event in words.
    pub fn description(&self) -> String {
        if self.item_type == said::ITEM_TYPE
            && let Some(text) = said::described(self.before.as_deref(), self.after.as_deref())
        {
            return text;
        }
        let after = self.after.as_deref().unwrap_or("");
        match (self.item_type.as_str(), self.before.as_deref()) {
            ("created", _) if after.is_empty() => "Ticket created.".into(),
            (PURGED, _) if after == PART => "What another ticket had said was erased here.".into(),
            (PURGED, _) => "All that told of the customer was erased.".into(),
            ("created", _) => after.to_owned(),
            ("deleted", _) => "Ticket deleted.".into(),
            ("message_due", _) => format!("The time to send message {after} has come."),
            ("follow_up_of", _) if after.is_empty() => "This ticket follows up another one.".into(),
            ("follow_up_of", _) => format!("This ticket follows up ticket {after}."),
            ("followed_up_by", _) if after.is_empty() => "Another ticket follows up this one.".into(),
            ("followed_up_by", _) => format!("Ticket {after} follows up this one."),
            ("merged_into", _) if after == "0" => {
                "This ticket was taken out of the one that it was merged into.".into()
            }
            ("merged_into", _) if after.is_empty() => "This ticket was merged into another one.".into(),
            ("merged_into", _) => format!("This ticket was merged into ticket {after}."),
            ("merged_from", Some("")) => "A ticket that was merged into this one was taken out again.".into(),
            ("merged_from", Some(before)) => {
                format!("Ticket {before}, which was merged into this one, was taken out again.")
            }
            ("merged_from", None) if after.is_empty() => "Another ticket was merged into this one.".into(),
            ("merged_from", None) => format!("Ticket {after} was merged into this one."),
            // A change always has a value after; an entry that left is not shown here.
            (field, _) if self.after.is_none() => format!("{field} changed; the values were erased."),
            (field, Some(before)) if !before.is_empty() => {
                format!("{field} changed from {before} to {after}.")
            }
            (field, _) => format!("{field} set to {after}."),
        }
    }
}

impl Recorded {
    /// About how many bytes it takes in an answer: its values stand there twice, once in the description.
    pub(crate) fn size(&self) -> usize {
        let values = [&self.before, &self.after].into_iter().flatten();
        400 + values.map(|v| 2 * answered_len(v)).sum::<usize>()
    }
}

/// How many bytes a text takes between the quotation marks of JSON.
pub(crate) fn answered_len(text: &str) -> usize {
    // Plain counts, which the compiler makes of many bytes at a time.
    let short = count(text, |b| matches!(b, b'\n' | b'\r' | b'\t' | 8 | 12));
    text.len() + count(text, |b| matches!(b, b'"' | b'\\')) + 5 * count(text, |b| b < 0x20) - 4 * short
}

fn count(text: &str, which: impl Fn(u8) -> bool) -> usize {
    text.bytes().filter(|byte| which(*byte)).count()
}

/// How many rows go into one statement.
const ROWS: usize = 16;

/// Writes the events of a write.
pub(crate) fn write(work: &mut Work<'_, '_>, events: &[Event]) -> Result<()> {
    let initiated_by = work.actor.initiated_by();
    let actor = actor_text(work.actor.id);
    for rows in events.chunks(ROWS) {
        let mut params: Vec<Value<'_>> = vec![
            work.batch.as_str().into(),
            initiated_by.as_str().into(),
            actor.as_str().into(),
            work.call.into(),
            work.now.0.into(),
        ];
        for event in rows {
            let mut salt = [0u8; 16];
            work.context.random(&mut salt);
            let hash = payload_hash(&salt, event.before.as_deref(), event.after.as_deref());
            params.push(event.ticket.0.into());
            params.push(event.brand.0.into());
            params.push(event.group.0.into());
            params.push(event.from.map(|(brand, _)| brand.0).into());
            params.push(event.from.map(|(_, group)| group.0).into());
            params.push(event.item_type.into());
            params.push(event.before.as_deref().into());
            params.push(event.after.as_deref().into());
            params.push(salt.to_vec().into());
            params.push(hash.to_vec().into());
            params.push(event.times.last_update.0.into());
            params.push(event.times.closed_at.map(|t| t.0).into());
            params.push(event.times.last_update_agent.map(|t| t.0).into());
            params.push(event.times.last_update_customer.map(|t| t.0).into());
        }
        work.tx.exec(&sql::insert(rows.len()), &params)?;
    }
    Ok(())
}

/// `key:5`, `user:7`, `system`: who acted, for look-ups; the name beside it is for people.
pub(crate) fn actor_text(id: ActorId) -> String {
    match id {
        ActorId::Key(id) => format!("key:{id}"),
        ActorId::User(id) => format!("user:{id}"),
        ActorId::System => "system".into(),
    }
}

/// SHA-256 over the salt and the payload. Each part is preceded by its length, and absent differs from empty.
pub fn payload_hash(salt: &[u8], before: Option<&str>, after: Option<&str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    for part in [before, after] {
        match part {
            None => hash.update([0]),
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text.as_bytes());
            }
        }
    }
    hash.finalize().into()
}

/// The newest events of a ticket up to an id, newest first, as many as `limit` and as fit into `bytes` of an answer (the
/// newest always). The caller has loaded the ticket through the gate.
pub(crate) fn newest(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    last: i64,
    limit: i64,
    bytes: usize,
) -> Result<Vec<Recorded>> {
    let (mut found, mut size): (Vec<Recorded>, usize) = (Vec::new(), 0);
    tx.each::<crate::Error>(sql::NEWEST, &[ticket.0.into(), last.into(), limit.into()], |row| {
        let event = Recorded {
            id: row.int(0)?,
            item_type: row.str(1)?.to_owned(),
            before: row.opt_str(2)?.map(str::to_owned),
            after: row.opt_str(3)?.map(str::to_owned),
            initiated_by: row.str(4)?.to_owned(),
            created_at: Timestamp(row.int(5)?),
        };
        size += event.size();
        if size > bytes && !found.is_empty() {
            return Ok(ControlFlow::Break(()));
        }
        found.push(event);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Empties the payloads of a ticket's events: what was in them is gone, that they were stays.
pub(crate) fn purge(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    tx.exec(sql::PURGE, &[ticket.0.into()])?;
    Ok(())
}

/// The same for one event.
pub(crate) fn purge_one(tx: &mut Tx<'_>, event: i64) -> Result<()> {
    tx.exec(sql::PURGE_ONE, &[event.into()])?;
    Ok(())
}

/// The same for some of them. Answers how many.
pub(crate) fn purge_some(tx: &mut Tx<'_>, ticket: TicketId, most: u64) -> Result<u64> {
    Ok(tx.exec(&sql::purge_some(most), &[ticket.0.into()])?)
}
