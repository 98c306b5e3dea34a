//! Messages and notes: the entries of a ticket's timeline besides its events.

mod gone;
mod sql;

use std::collections::HashSet;
use std::ops::ControlFlow;

use deskbell_core::{ActorId, Direction, MessageId, TicketId, Timestamp};
use deskbell_db::{Row, Tx};

use crate::error::Result;
use crate::search::Prepared;
use crate::{journal, search};

pub(crate) use gone::{Gone, gone, newest_gone};

use gone::Stored;

/// What kind of entry it is; the number is what the store keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Between the customer and the desk.
    Message = 1,
    /// Among agents.
    Note = 2,
}

impl Kind {
    /// The word that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Note => "note",
        }
    }
}

/// A message or note.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are those of a timeline entry in docs/api.md")]
pub struct Message {
    pub id: MessageId,
    pub kind: Kind,
    pub channel_id: i64,
    pub direction: Direction,
    pub from_address: String,
    pub from_name: String,
    pub to_address: String,
    pub to_name: String,
    pub user_id: i64,
    pub user_name: String,
    pub content: String,
    pub meta_data: String,
    pub external_id: String,
    pub status_new: Option<i64>,
    pub pinned: bool,
    pub in_queue: bool,
    pub created_at: Timestamp,
    /// Name and icon of the channel it went through; empty for a note.
    pub channel_name: String,
    pub channel_icon: String,
}

impl Message {
    /// About how many bytes it takes in an answer.
    pub(crate) fn size(&self) -> usize {
        let texts = [
            &self.content,
            &self.meta_data,
            &self.from_address,
            &self.from_name,
            &self.to_address,
            &self.to_name,
        ];
        700 + texts.into_iter().map(|text| journal::answered_len(text)).sum::<usize>()
    }
}

/// A message or note to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in Message")]
pub struct NewMessage<'a> {
    pub kind: Kind,
    pub channel_id: i64,
    pub direction: Direction,
    pub from_address: &'a str,
    pub from_name: &'a str,
    pub to_address: &'a str,
    pub to_name: &'a str,
    pub author: ActorId,
    pub author_name: &'a str,
    pub content: &'a str,
    pub external_id: &'a str,
    pub created_at: Timestamp,
}

/// Writes a message and makes it found. The caller has loaded the ticket through the gate, and writes the ticket's row
/// (its `messages` and `next_segment` move) and the journal.
///
/// Says the message's id and how many places of the index it took from `first_segment` on.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    first_segment: i64,
    new: &NewMessage<'_>,
) -> Result<(MessageId, i64)> {
    let words = search::prepare(tx.engine(), new.content);
    insert_prepared(tx, ticket, first_segment, new, &words)
}

/// The same where the content has been made ready for the index before the transaction.
pub(crate) fn insert_prepared(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    first_segment: i64,
    new: &NewMessage<'_>,
    words: &Prepared,
) -> Result<(MessageId, i64)> {
    let segments = search::add_text(tx, ticket, first_segment, words)?;
    let user = match new.author {
        ActorId::User(user) => user.0,
        ActorId::Key(_) | ActorId::System => 0,
    };
    let id = tx
        .first(
            sql::INSERT,
            &[
                ticket.0.into(),
                (new.kind as i64).into(),
                new.channel_id.into(),
                new.direction.rank().into(),
                new.from_address.into(),
                new.from_name.into(),
                new.to_address.into(),
                new.to_name.into(),
                user.into(),
                new.author_name.into(),
                new.content.into(),
                new.external_id.into(),
                first_segment.into(),
                segments.into(),
                new.created_at.0.into(),
            ],
            |row| row.int(0),
        )?
        .unwrap_or_default();
    Ok((MessageId(id), segments))
}

/// The newest messages and notes of a ticket, newest first, without those that are left out, as many as `limit` and as fit
/// into `bytes` of an answer (the newest always). The caller has loaded the ticket through the gate.
pub(crate) fn newest(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    limit: i64,
    bytes: usize,
    left_out: &HashSet<i64>,
) -> Result<Vec<Message>> {
    let (mut found, mut size): (Vec<Message>, usize) = (Vec::new(), 0);
    let rows = limit + left_out.len() as i64;
    tx.each::<crate::Error>(sql::NEWEST, &[ticket.0.into(), rows.into()], |row| {
        if left_out.contains(&row.int(0)?) {
            return Ok(ControlFlow::Continue(()));
        }
        if found.len() as i64 == limit {
            return Ok(ControlFlow::Break(()));
        }
        let message = read(row)?;
        size += message.size();
        if size > bytes && !found.is_empty() {
            return Ok(ControlFlow::Break(()));
        }
        found.push(message);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn read(row: &Row<'_>) -> std::result::Result<Message, deskbell_db::Error> {
    let text = |at| row.str(at).map(str::to_owned);
    Ok(Message {
        id: MessageId(row.int(0)?),
        kind: if row.int(1)? == 1 { Kind::Message } else { Kind::Note },
        channel_id: row.int(2)?,
        direction: Direction::from_rank(row.int(3)?).unwrap_or(Direction::Inbound),
        from_address: text(4)?,
        from_name: text(5)?,
        to_address: text(6)?,
        to_name: text(7)?,
        user_id: row.int(8)?,
        user_name: text(9)?,
        content: text(10)?,
        meta_data: text(11)?,
        external_id: text(12)?,
        status_new: row.opt_int(13)?,
        pinned: row.int(14)? != 0,
        in_queue: row.int(15)? != 0,
        created_at: Timestamp(row.int(16)?),
        channel_name: row.opt_str(17)?.unwrap_or("").to_owned(),
        channel_icon: row.opt_str(18)?.unwrap_or("").to_owned(),
    })
}

/// Takes the words of a ticket's messages out of the search index: before the ticket's row is purged, with which the
/// messages go.
pub(crate) fn remove_from_search(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = tx.all(sql::TEXTS, &[ticket.0.into(), after.into()], |row| {
            Ok((row.int(0)?, row.int(1)?, row.str(2)?.to_owned()))
        })?;
        let Some((last, _, _)) = rows.last() else { return Ok(()) };
        after = *last;
        for (_, first_segment, text) in &rows {
            search::remove_text(tx, ticket, *first_segment, text)?;
        }
    }
}

/// Takes a note out of a ticket's timeline and out of the search index. Answers it as text; `None` if it is not there.
pub(crate) fn take_out(tx: &mut Tx<'_>, ticket: TicketId, id: i64) -> Result<Option<String>> {
    let stored = tx.first(sql::NOTE, &[id.into(), ticket.0.into()], |row| {
        let text = |at| row.str(at).map(str::to_owned);
        Ok(Stored {
            id,
            channel_id: row.int(0)?,
            direction: row.int(1)?,
            from_name: text(2)?,
            user_id: row.int(3)?,
            user_name: text(4)?,
            content: text(5)?,
            external_id: text(6)?,
            first_segment: row.int(7)?,
            created_at: row.int(8)?,
        })
    })?;
    let Some(stored) = stored else { return Ok(None) };
    search::remove_text(tx, ticket, stored.first_segment, &stored.content)?;
    tx.exec(sql::DELETE, &[id.into()])?;
    Ok(serde_json::to_string(&stored).ok())
}

/// Puts a note back that was taken out, under the id that it had. Answers the id; `None` if the text is no note.
pub(crate) fn put_back(tx: &mut Tx<'_>, ticket: TicketId, stored: &str) -> Result<Option<i64>> {
    let Ok(note) = serde_json::from_str::<Stored>(stored) else { return Ok(None) };
    let words = search::prepare(tx.engine(), &note.content);
    let segments = search::add_text(tx, ticket, note.first_segment, &words)?;
    tx.exec(
        sql::PUT_BACK,
        &[
            note.id.into(),
            ticket.0.into(),
            (Kind::Note as i64).into(),
            note.channel_id.into(),
            note.direction.into(),
            note.from_name.into(),
            note.user_id.into(),
            note.user_name.into(),
            note.content.into(),
            note.external_id.into(),
            note.first_segment.into(),
            segments.into(),
            note.created_at.into(),
        ],
    )?;
    Ok(Some(note.id))
}
