//! How many tickets there are of each kind, kept by every write so that nobody counts a million rows. Tickets in the
//! trash are not counted. Two tables: a small one over what most lists filter by, and one over everything.

use std::collections::BTreeMap;

use deskbell_core::{Priority, Status};
use deskbell_db::Tx;

use super::row::Ticket;
use super::sql;
use crate::error::Result;
use crate::statement::Statement;

/// One kind of ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cell {
    /// Assigned user, 0 = nobody.
    pub user: i64,
    /// Brand.
    pub brand: i64,
    /// Group, 0 = none.
    pub group: i64,
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Channel.
    pub channel: i64,
    /// In the archive.
    pub archived: bool,
}

impl Cell {
    /// The kind of this ticket.
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            user: ticket.user.0,
            brand: ticket.brand.0,
            group: ticket.group.0,
            status: ticket.status,
            priority: ticket.priority,
            channel: ticket.channel.0,
            archived: ticket.archived,
        }
    }
}

/// Adds the differences of a write. In the order of the cells, so that two writers never wait for each other crosswise.
pub(crate) fn write(tx: &mut Tx<'_>, counts: &BTreeMap<Cell, i64>) -> Result<()> {
    let slot = tx.counter_slot();
    let mut small: BTreeMap<(i64, i64, i64, bool), i64> = BTreeMap::new();
    for (cell, by) in counts.iter().filter(|(_, by)| **by != 0) {
        *small.entry((cell.brand, cell.group, cell.status.rank(), cell.archived)).or_default() += by;
    }
    for ((brand, group, status, archived), by) in small.into_iter().filter(|(_, by)| *by != 0) {
        tx.exec(
            sql::COUNT_SMALL,
            &[brand.into(), group.into(), status.into(), archived.into(), slot.into(), by.into()],
        )?;
    }
    for (cell, by) in counts.iter().filter(|(_, by)| **by != 0) {
        tx.exec(
            sql::COUNT,
            &[
                cell.user.into(),
                cell.brand.into(),
                cell.group.into(),
                cell.status.rank().into(),
                cell.priority.rank().into(),
                cell.channel.into(),
                cell.archived.into(),
                slot.into(),
                (*by).into(),
            ],
        )?;
    }
    Ok(())
}

/// The sum over the cells that a condition over the counters' columns admits.
pub(crate) fn sum(tx: &mut Tx<'_>, small: bool, condition: &Statement) -> Result<i64> {
    let from = if small { sql::SUM_SMALL } else { sql::SUM };
    let text = format!("{from}{}", condition.text);
    Ok(tx.first(&text, &condition.params, |row| row.int(0))?.unwrap_or(0))
}

/// A counter that differs from what the tickets say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Brand, group and status of the cell.
    pub cell: (i64, i64, i64),
    /// What the counter says.
    pub kept: i64,
    /// How many tickets there are.
    pub counted: i64,
}

/// Counts again, and tells where the kept counters differ: for `deskbell verify`.
pub fn verify(tx: &mut Tx<'_>) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for text in [sql::VERIFY_SMALL, sql::VERIFY_LARGE] {
        differences.extend(tx.all(text, &[], |row| {
            Ok(Difference {
                cell: (row.int(0)?, row.int(1)?, row.int(2)?),
                kept: row.int(3)?,
                counted: row.int(4)?,
            })
        })?);
    }
    Ok(differences)
}
