//! Listing channels.

use deskbell_core::{Actor, Permission};
use deskbell_db::Tx;

use super::{Channel, sql};
use crate::error::Result;
use crate::item::{self, Listed, Paging};
use crate::statement::Statement;

/// A page of the channels, by number; the query looks into their names.
///
/// Errors: `forbidden` without CHANNEL_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<Channel>> {
    actor.require(Permission::ChannelRead)?;
    item::list(tx, sql::COLUMNS, Statement::new(sql::FROM), "name_key", paging, Channel::read)
}
