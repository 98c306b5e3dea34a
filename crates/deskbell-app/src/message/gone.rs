//! Notes that left their timeline: the journal holds each as it stood in the store, so that it can be put back as it was and
//! be shown where it was.

use deskbell_core::{Direction, MessageId, Timestamp};
use deskbell_db::Tx;
use serde::{Deserialize, Serialize};

use super::{Kind, Message, sql};
use crate::error::Result;

/// A note as it stands in the store, for the journal.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) channel_id: i64,
    pub(super) direction: i64,
    pub(super) from_name: String,
    pub(super) user_id: i64,
    pub(super) user_name: String,
    pub(super) content: String,
    pub(super) external_id: String,
    pub(super) first_segment: i64,
    pub(super) created_at: i64,
}

impl Stored {
    /// The note as a timeline shows it.
    fn shown(self) -> Message {
        Message {
            id: MessageId(self.id),
            kind: Kind::Note,
            channel_id: self.channel_id,
            direction: Direction::from_rank(self.direction).unwrap_or(Direction::Outbound),
            from_address: String::new(),
            from_name: self.from_name,
            to_address: String::new(),
            to_name: String::new(),
            user_id: self.user_id,
            user_name: self.user_name,
            content: self.content,
            meta_data: "{}".into(),
            external_id: self.external_id,
            status_new: None,
            pinned: false,
            in_queue: false,
            created_at: Timestamp(self.created_at),
            channel_name: String::new(),
            channel_icon: String::new(),
        }
    }
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
        let message = stored.shown();
        size += message.size();
        if size > bytes && !found.is_empty() {
            break;
        }
        found.push(message);
    }
    Ok(found)
}
