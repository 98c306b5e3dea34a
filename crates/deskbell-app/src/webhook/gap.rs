//! Stretches of the journal that a webhook is not told of, since it was not active. What happened while it was is told
//! later, however long that takes to be written down.

use deskbell_core::WebhookId;
use deskbell_db::Tx;

use super::sql;
use crate::error::Result;
use crate::feed;

/// A stretch, from after a position up to another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gap {
    pub(super) after: i64,
    pub(super) until: i64,
}

/// From now on nothing is told: what happens after the last event has no place.
pub(super) fn open(tx: &mut Tx<'_>, id: WebhookId) -> Result<()> {
    let last = feed::last(tx)?;
    tx.exec(sql::OPEN_GAP, &[id.0.into(), last.into()])?;
    Ok(())
}

/// What happens from now on is told again.
pub(super) fn close(tx: &mut Tx<'_>, id: WebhookId) -> Result<()> {
    let last = feed::last(tx)?;
    tx.exec(sql::CLOSE_GAP, &[id.0.into(), last.into()])?;
    Ok(())
}

/// The next stretch that is over, if there is one.
pub(super) fn next(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Gap>> {
    let read = |row: &deskbell_db::Row<'_>| Ok(Gap { after: row.int(0)?, until: row.int(1)? });
    Ok(tx.first(sql::NEXT_GAP, &[id.0.into()], read)?)
}

/// A stretch is behind.
pub(super) fn pass(tx: &mut Tx<'_>, id: WebhookId, gap: Gap) -> Result<()> {
    tx.exec(sql::PASS_GAP, &[id.0.into(), gap.after.into()])?;
    Ok(())
}
