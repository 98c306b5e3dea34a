//! Groups of agents: what their members may do, and in which brands.

mod sql;

use deskbell_core::Timestamp;
use deskbell_db::Tx;

use crate::error::Result;

pub(crate) use sql::EXISTS;

/// Makes the group that a new desk begins with.
pub(crate) fn insert_first(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.exec(sql::INSERT_FIRST, &[now.0.into(), now.0.into()])?;
    Ok(())
}
