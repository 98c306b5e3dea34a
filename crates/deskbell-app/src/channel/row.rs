//! A channel as it is stored and as use cases see it.

use deskbell_core::{ChannelId, Timestamp, Version};
use deskbell_db::Row;

/// A channel.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its number: below 100 built in, from 100 on made.
    pub id: ChannelId,
    /// Its name, unique without case.
    pub name: String,
    /// The name of its icon.
    pub icon: String,
    /// Where messages of a custom channel are sent; empty for nowhere.
    pub endpoint: String,
    /// What they are signed with. It leaves the server in no answer.
    pub(super) secret: String,
    /// Whether the brand's signature stands under its messages.
    pub include_signature: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl std::fmt::Debug for Channel {
    /// Leaves the secret out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Channel {
    /// Reads one row of `sql::COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let text = |at| row.str(at).map(str::to_owned);
        Ok(Self {
            id: ChannelId(row.int(0)?),
            name: text(1)?,
            icon: text(2)?,
            endpoint: text(3)?,
            secret: text(4)?,
            include_signature: row.bool(5)?,
            created_at: Timestamp(row.int(6)?),
            last_update: Timestamp(row.int(7)?),
            version: Version(row.int(8)?),
        })
    }
}
