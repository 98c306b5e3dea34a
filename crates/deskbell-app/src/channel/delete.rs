//! Deleting a channel.

use deskbell_core::{ChannelId, Code, Fault, Permission, Version};
use deskbell_db::Kind;

use super::{FIRST_MADE, load, sql};
use crate::error::{Error, Result};
use crate::item;
use crate::work::Work;

/// Deletes a channel that was made and that nothing came by. Answers the version that the end is.
///
/// Errors: `forbidden` without CHANNEL_CUD; `not_found`; `precondition_failed`; `conflict` for a built-in channel, and
/// while it has tickets (those in the trash count) or messages.
pub fn delete(work: &mut Work<'_, '_>, id: ChannelId, expected: impl Fn(Version) -> bool) -> Result<Version> {
    work.actor.require(Permission::ChannelCud)?;
    let channel = load(work.tx, id, true)?;
    item::check_version("Channel", id, channel.version, expected)?;
    if id.0 < FIRST_MADE {
        let message = format!("Channel {id} is built in, so it cannot be deleted; it can be renamed.");
        return Err(Fault::new(Code::Conflict, message).into());
    }
    for (text, what) in
        [(sql::HAS_TICKETS, "tickets (those in the trash count)"), (sql::HAS_MESSAGES, "messages")]
    {
        if work.tx.first(text, &[id.0.into()], |row| row.int(0))?.is_some() {
            return Err(in_use(id, what));
        }
    }
    let deleted = item::guarded(work.tx, Kind::ForeignKey, |tx| tx.exec(sql::DELETE, &[id.0.into()]))?;
    deleted.map(|_| channel.version.next()).ok_or_else(|| in_use(id, "something"))
}

fn in_use(id: ChannelId, what: &str) -> Error {
    Fault::new(Code::Conflict, format!("Channel {id} has {what}, so it cannot be deleted.")).into()
}
