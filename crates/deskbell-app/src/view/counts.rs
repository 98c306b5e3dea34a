//! How many tickets each view shows: the same set as the list under `applyView`, counted from few rows.

use deskbell_core::{Actor, Permission, Timestamp, ViewId};
use deskbell_db::Tx;

use super::get::all;
use super::{apply, lower};
use crate::error::Result;
use crate::search::Frequent;
use crate::ticket::list;

/// How many tickets a view shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// The view.
    pub id: ViewId,
    /// How many, or at least so many where it is not exact.
    pub count: i64,
    /// Whether that is exact.
    pub exact: bool,
}

/// How many tickets each view shows the actor, in the order of the list of views. What the counters know is exact at any size; else
/// at most 2,000 tickets are looked at for a view.
///
/// Errors: `forbidden` without VIEW_READ or TICKET_READ.
pub fn counts(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: Timestamp,
    public_url: &str,
    frequent: &Frequent,
) -> Result<Vec<Count>> {
    actor.require(Permission::ViewRead)?;
    actor.require(Permission::TicketRead)?;
    let caller = apply::caller(tx, actor, now, public_url)?;
    let mut found = Vec::new();
    for view in all(tx)? {
        let filter = lower::filter(&view.conditions, &caller)?;
        let (count, exact) = list::count_some(tx, actor, &filter, frequent)?;
        found.push(Count { id: view.id, count, exact });
    }
    Ok(found)
}
