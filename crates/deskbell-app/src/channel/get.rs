//! Reading one channel.

use deskbell_core::{Actor, ChannelId, Permission};
use deskbell_db::Tx;

use super::{Channel, load};
use crate::error::Result;

/// The channel.
///
/// Errors: `forbidden` without CHANNEL_READ; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: ChannelId) -> Result<Channel> {
    actor.require(Permission::ChannelRead)?;
    load(tx, id, false)
}
