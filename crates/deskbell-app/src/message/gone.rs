//! Notes and messages that left their timeline: the journal holds each as it stood in the store, so that it can be put back as it was and
//! be shown where it was.

use deskbell_core::{Direction, MessageId, TicketId, Timestamp};
use deskbell_db::{Row, Tx, Value};
use serde::{Deserialize, Serialize};

use super::{Kind, Message, content, sql};
use crate::error::Result;
use crate::file;

/// A note or message as it stands in the store, for the journal.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) id: i64,
    kind: i64,
    channel_id: i64,
    direction: i64,
    from_address: String,
    from_name: String,
    to_address: String,
    to_name: String,
    cc: String,
    bcc: String,
    user_id: i64,
    user_name: String,
    content: String,
    format: i64,
    plain: Option<String>,
    external_id: String,
    status_new: Option<i64>,
    in_queue: i64,
    send_at: Option<i64>,
    responds_to: i64,
    pub(super) first_segment: i64,
    created_at: i64,
    /// The files that hang on it.
    #[serde(default)]
    pub(super) files: Vec<i64>,
}

impl Stored {
    /// Reads one row of `sql::STORED`.
    pub(super) fn read(row: &Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        let text = |at| row.str(at).map(str::to_owned);
        Ok(Self {
            id: row.int(0)?,
            kind: row.int(1)?,
            channel_id: row.int(2)?,
            direction: row.int(3)?,
            from_address: text(4)?,
            from_name: text(5)?,
            to_address: text(6)?,
            to_name: text(7)?,
            cc: text(8)?,
            bcc: text(9)?,
            user_id: row.int(10)?,
            user_name: text(11)?,
            content: text(12)?,
            format: row.int(13)?,
            plain: row.opt_str(14)?.map(str::to_owned),
            external_id: text(15)?,
            status_new: row.opt_int(16)?,
            in_queue: row.int(17)?,
            send_at: row.opt_int(18)?,
            responds_to: row.int(19)?,
            first_segment: row.int(20)?,
            created_at: row.int(21)?,
            files: Vec::new(),
        })
    }

    /// Its kind.
    pub(super) fn kind(&self) -> Kind {
        Kind::of(self.kind)
    }

    /// The text that is searched.
    pub(super) fn searched(&self) -> &str {
        self.plain.as_deref().unwrap_or(&self.content)
    }

    /// The parameters of `sql::PUT_BACK`.
    pub(super) fn params(&self, ticket: TicketId, segments: i64) -> Vec<Value<'_>> {
        let html = self.format != 0;
        vec![
            self.id.into(),
            ticket.0.into(),
            self.kind.into(),
            self.channel_id.into(),
            self.direction.into(),
            self.from_address.as_str().into(),
            self.from_name.as_str().into(),
            self.to_address.as_str().into(),
            self.to_name.as_str().into(),
            self.cc.as_str().into(),
            self.bcc.as_str().into(),
            self.user_id.into(),
            self.user_name.as_str().into(),
            self.content.as_str().into(),
            (if html { content::RULES } else { 0 }).into(),
            html.then(|| deskbell_html::sanitise(&self.content)).into(),
            self.plain.as_deref().into(),
            self.external_id.as_str().into(),
            self.status_new.into(),
            self.in_queue.into(),
            self.send_at.into(),
            self.responds_to.into(),
            self.first_segment.into(),
            segments.into(),
            self.created_at.into(),
            (self.files.len() as i64).into(),
        ]
    }

    /// As a timeline shows it, without the channel's name and icon.
    fn shown(self) -> Message {
        Message {
            id: MessageId(self.id),
            kind: self.kind(),
            channel_id: self.channel_id,
            direction: Direction::from_rank(self.direction).unwrap_or(Direction::Outbound),
            from_address: self.from_address,
            from_name: self.from_name,
            to_address: self.to_address,
            to_name: self.to_name,
            user_id: self.user_id,
            user_name: self.user_name,
            content: match self.format {
                0 => deskbell_html::from_text(&self.content),
                _ => deskbell_html::sanitise(&self.content),
            },
            meta_data: "{}".into(),
            external_id: self.external_id,
            status_new: self.status_new,
            pinned: false,
            in_queue: self.in_queue != 0,
            created_at: Timestamp(self.created_at),
            channel_name: String::new(),
            channel_icon: String::new(),
            files: 0,
            attachments: Vec::new(),
        }
    }
}

/// The files of a note that an event holds.
pub(crate) fn files_of(stored: &str) -> Vec<i64> {
    serde_json::from_str::<Stored>(stored).map_or(Vec::new(), |stored| stored.files)
}

/// Where a note that left its timeline stood, and the event that holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
pub(crate) struct Gone {
    created_at: i64,
    id: i64,
    #[serde(skip)]
    event: i64,
}

/// The id and the place of a note that an event holds; `None` if the text is no note.
pub(crate) fn gone(stored: &str, event: i64) -> Option<(i64, Gone)> {
    let gone: Gone = serde_json::from_str(stored).ok()?;
    Some((gone.id, Gone { event, ..gone }))
}

/// The newest of such notes, newest first, as many as `limit` and as fit into `bytes` of an answer (the newest always). The
/// caller has loaded their ticket through the gate.
pub(crate) fn newest_gone(
    tx: &mut Tx<'_>,
    mut gone: Vec<&Gone>,
    limit: i64,
    bytes: usize,
) -> Result<Vec<Message>> {
    gone.sort_unstable_by(|a, b| b.cmp(a));
    let (mut found, mut size): (Vec<Message>, usize) = (Vec::new(), 0);
    for place in gone.into_iter().take(limit as usize) {
        let stored = tx.first(sql::GONE, &[place.event.into()], |row| row.str(0).map(str::to_owned))?;
        let Some(stored) = stored.and_then(|text| serde_json::from_str::<Stored>(&text).ok()) else {
            continue;
        };
        let files = file::by_ids(tx, &stored.files)?;
        let mut message = stored.shown();
        message.files = files.len() as i64;
        message.attachments = files;
        if message.channel_id != 0 {
            let named = tx.first(sql::CHANNEL_NAME, &[message.channel_id.into()], |row| {
                Ok((row.str(0)?.to_owned(), row.str(1)?.to_owned()))
            })?;
            (message.channel_name, message.channel_icon) = named.unwrap_or_default();
        }
        size += message.size();
        if size > bytes && !found.is_empty() {
            break;
        }
        found.push(message);
    }
    Ok(found)
}
