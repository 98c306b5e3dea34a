//! Channels: the ways by which tickets and messages come and go.
//!
//! Numbers below 100 are built in: they can be renamed and never deleted. Limits to brands or groups hide no channel.

mod create;
mod delete;
mod get;
mod list;
mod row;
mod rules;
mod sql;
mod update;

use deskbell_core::{ChannelId, Fault, Timestamp};
use deskbell_db::Tx;

use crate::error::Result;
use crate::item;
use crate::statement::Statement;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::list;
pub use row::Channel;
pub use rules::{Fields, check};
pub use update::update;

/// The built-in channels: number, name, icon.
pub const BUILT_IN: [(i64, &str, &str); 8] = [
    (1, "e-mail", "mail"),
    (2, "telephone", "phone"),
    (3, "web form", "form"),
    (4, "API", "code"),
    (5, "postal mail", "letter"),
    (6, "fax", "fax"),
    (7, "referral", "share"),
    (8, "live chat", "chat"),
];

/// The first number of a channel that was made.
pub const FIRST_MADE: i64 = 100;

/// Makes the built-in channels, on the first start.
pub(crate) fn insert_built_in(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    for (id, name, icon) in BUILT_IN {
        let key = item::name_key(name);
        tx.exec(
            sql::INSERT_BUILT_IN,
            &[id.into(), name.into(), key.into(), icon.into(), now.0.into(), now.0.into()],
        )?;
    }
    Ok(())
}

/// Those of the channels that are there.
pub(crate) fn existing(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<i64>> {
    item::existing(tx, Statement::new(sql::IDS), ids)
}

/// The channel; `lock` keeps it as it is until the transaction ends.
fn load(tx: &mut Tx<'_>, id: ChannelId, lock: bool) -> Result<Channel> {
    let mut statement = Statement::new(&sql::by_id());
    statement.bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, Channel::read)?;
    found.ok_or_else(|| Fault::not_found("Channel", id).into())
}
