//! Messages and notes: the entries of a ticket's timeline besides its events.

mod across;
mod chatbot;
mod content;
mod create;
mod departed;
mod get;
mod gone;
mod receive;
mod recipient;
mod scheduled;
mod sql;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use deskbell_core::{ActorId, Direction, MessageId, Status, TicketId, Timestamp, UserId};
use deskbell_db::{Row, Tx};

use crate::error::Result;
use crate::file::{self, Attachment, Wanted};
use crate::search::Prepared;
use crate::statement::Statement;
use crate::work::Work;
use crate::{journal, search};

pub(crate) use across::{Across, count_messages, newest_at};
pub use chatbot::{Chat, chatbot};
pub use content::Content;
pub use create::{Channel, Outgoing, check, create};
pub(crate) use departed::{carry, erase, put_back, remove_from_search, take_out};
pub use get::{Whole, get};
pub(crate) use gone::{Gone, files_of, gone, newest_gone};
pub use receive::{Incoming, Received, receive};
pub use scheduled::cancel;
pub(crate) use scheduled::{due, is_any_due, is_waiting, send};

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

/// About how many bytes a file takes in an answer: a name has at most 200 characters.
const ATTACHMENT: usize = 1_200;
/// How many messages are asked for in one statement.
const TOGETHER: usize = 500;

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
    /// Whether it waits to be sent.
    pub in_queue: bool,
    pub created_at: Timestamp,
    /// How many files hang on it.
    pub files: i64,
    /// These files.
    pub attachments: Vec<Attachment>,
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
        let files = usize::try_from(self.files).unwrap_or(0);
        700 + files * ATTACHMENT + texts.into_iter().map(|text| journal::answered_len(text)).sum::<usize>()
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
    /// What only some have.
    pub further: Further<'a>,
}

/// What only some messages have; by default plain text that is neither sent nor an answer.
#[derive(Clone, Copy, Default, Debug)]
#[expect(missing_docs, reason = "as in POST /message")]
pub struct Further<'a> {
    pub cc: &'a str,
    pub bcc: &'a str,
    /// Of HTML: the number of the rules, and what they left of it.
    pub html: Option<(i64, &'a str)>,
    /// The text that is searched, where it is another one than the content.
    pub plain: Option<&'a str>,
    pub status_new: Option<Status>,
    pub in_queue: bool,
    pub send_at: Option<Timestamp>,
    /// The message that is answered; 0 = none.
    pub responds_to: i64,
    /// How many files hang on it.
    pub files: i64,
}

/// A message that is to be written with changes of its ticket.
#[derive(Clone, Debug)]
pub(crate) struct Spoken {
    pub(crate) kind: Kind,
    pub(crate) channel_id: i64,
    pub(crate) direction: Direction,
    /// Address and name.
    pub(crate) from: (String, String),
    pub(crate) to: (String, String),
    pub(crate) cc: String,
    pub(crate) bcc: String,
    pub(crate) user: UserId,
    pub(crate) user_name: String,
    pub(crate) content: Content,
    pub(crate) external_id: String,
    pub(crate) responds_to: MessageId,
    pub(crate) status_new: Option<Status>,
    pub(crate) in_queue: bool,
    pub(crate) send_at: Option<Timestamp>,
    pub(crate) files: Vec<Wanted>,
}

impl Spoken {
    /// Whether the customer says it.
    pub(crate) fn is_heard(&self) -> bool {
        self.kind == Kind::Message && self.direction == Direction::Inbound
    }

    /// Writes it; says its id and how many places of the index it took.
    pub(crate) fn insert(
        &self,
        work: &mut Work<'_, '_>,
        ticket: TicketId,
        first_segment: i64,
    ) -> Result<(MessageId, i64)> {
        let new = NewMessage {
            kind: self.kind,
            channel_id: self.channel_id,
            direction: self.direction,
            from_address: &self.from.0,
            from_name: &self.from.1,
            to_address: &self.to.0,
            to_name: &self.to.1,
            author: ActorId::User(self.user),
            author_name: &self.user_name,
            content: self.content.raw(),
            external_id: &self.external_id,
            created_at: work.now,
            further: Further {
                cc: &self.cc,
                bcc: &self.bcc,
                html: self.content.html(),
                plain: self.content.plain(),
                status_new: self.status_new,
                in_queue: self.in_queue,
                send_at: self.send_at,
                responds_to: self.responds_to.0,
                files: self.files.len() as i64,
            },
        };
        let (id, segments) = insert_prepared(work.tx, ticket, first_segment, &new, self.content.words())?;
        file::insert(work, ticket, id.0, &self.files)?;
        Ok((id, segments))
    }
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
    let words = search::prepare(tx.engine(), new.further.plain.unwrap_or(new.content));
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
                new.further.cc.into(),
                new.further.bcc.into(),
                new.further.html.map_or(0, |(rules, _)| rules).into(),
                new.further.html.map(|(_, shown)| shown).into(),
                new.further.plain.into(),
                new.further.status_new.map(Status::rank).into(),
                new.further.in_queue.into(),
                new.further.send_at.map(|at| at.0).into(),
                new.further.responds_to.into(),
                new.further.files.into(),
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
    tx.each::<crate::Error>(&sql::newest(), &[ticket.0.into(), rows.into(), content::RULES.into()], |row| {
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
    attach(tx, found.iter_mut())?;
    Ok(found)
}

/// Reads the files of those that have some.
fn attach<'m>(tx: &mut Tx<'_>, messages: impl Iterator<Item = &'m mut Message>) -> Result<()> {
    let with: Vec<&mut Message> = messages.filter(|message| message.files > 0).collect();
    let ids: Vec<i64> = with.iter().map(|message| message.id.0).collect();
    let mut files = file::of_messages(tx, &ids)?;
    for message in with {
        message.attachments = files.remove(&message.id.0).unwrap_or_default();
    }
    Ok(())
}

/// When some messages came, by their ids; those that are there.
pub(crate) fn times(tx: &mut Tx<'_>, ids: &[i64]) -> Result<HashMap<i64, i64>> {
    let mut times = HashMap::with_capacity(ids.len());
    for some in ids.chunks(TOGETHER) {
        let mut statement = Statement::new(sql::TIMES);
        statement.within("m.id", some);
        times.extend(tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.int(1)?)))?);
    }
    Ok(times)
}

/// The newest of these messages, wherever they stand, newest first, as many as `limit` and as fit into `bytes` of an answer (the
/// newest always).
pub(crate) fn newest_of(
    tx: &mut Tx<'_>,
    ids: &HashSet<i64>,
    limit: i64,
    bytes: usize,
) -> Result<Vec<Message>> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    let mut places: Vec<(i64, i64)> = times(tx, &ids)?.into_iter().map(|(id, at)| (at, id)).collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    let (mut found, mut size): (Vec<Message>, usize) = (Vec::new(), 0);
    for (_, id) in places.into_iter().take(limit as usize) {
        let params = [id.into(), content::RULES.into()];
        let Some(message) = tx.first(&sql::one(), &params, read)? else { continue };
        size += message.size();
        if size > bytes && !found.is_empty() {
            break;
        }
        found.push(message);
    }
    attach(tx, found.iter_mut())?;
    Ok(found)
}

/// Reads one row of `sql::SHOWN`.
fn read(row: &Row<'_>) -> std::result::Result<Message, deskbell_db::Error> {
    let text = |at| row.str(at).map(str::to_owned);
    Ok(Message {
        id: MessageId(row.int(0)?),
        kind: Kind::of(row.int(1)?),
        channel_id: row.int(2)?,
        direction: Direction::from_rank(row.int(3)?).unwrap_or(Direction::Inbound),
        from_address: text(4)?,
        from_name: text(5)?,
        to_address: text(6)?,
        to_name: text(7)?,
        user_id: row.int(8)?,
        user_name: text(9)?,
        content: content::shown(row.int(19)?, row.str(10)?),
        meta_data: text(11)?,
        external_id: text(12)?,
        status_new: row.opt_int(13)?,
        pinned: row.int(14)? != 0,
        in_queue: row.int(15)? != 0,
        created_at: Timestamp(row.int(16)?),
        channel_name: row.opt_str(17)?.unwrap_or("").to_owned(),
        channel_icon: row.opt_str(18)?.unwrap_or("").to_owned(),
        files: row.int(20)?,
        attachments: Vec::new(),
    })
}

impl Kind {
    /// The kind of this number.
    fn of(number: i64) -> Self {
        if number == Self::Message as i64 { Self::Message } else { Self::Note }
    }
}
