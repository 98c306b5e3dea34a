//! What became of the rows of all imports so far, kept in the store: an import is a process of its own, and those who
//! watch figures ask a server.

use std::ops::{AddAssign, Sub};

use deskbell_db::Tx;

use super::sql;
use crate::error::Result;

/// How many rows had which outcome. A row counts again in each run that meets it; a dry run counts none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Became tickets.
    pub imported: u64,
    /// Were in before.
    pub already: u64,
    /// Could not go in.
    pub rejected: u64,
    /// Had no content.
    pub blank: u64,
    /// Were left out by the map's `when`.
    pub left_out: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.imported += more.imported;
        self.already += more.already;
        self.rejected += more.rejected;
        self.blank += more.blank;
        self.left_out += more.left_out;
    }
}

impl Sub for Totals {
    type Output = Self;

    fn sub(self, less: Self) -> Self {
        Self {
            imported: self.imported - less.imported,
            already: self.already - less.already,
            rejected: self.rejected - less.rejected,
            blank: self.blank - less.blank,
            left_out: self.left_out - less.left_out,
        }
    }
}

/// The totals of all imports into this desk: one row is read.
pub fn totals(tx: &mut Tx<'_>) -> Result<Totals> {
    let read = tx.first(sql::TOTALS, &[], |row| {
        // They only ever grow.
        let count = |at| row.int(at).map(i64::unsigned_abs);
        Ok(Totals {
            imported: count(0)?,
            already: count(1)?,
            rejected: count(2)?,
            blank: count(3)?,
            left_out: count(4)?,
        })
    })?;
    Ok(read.unwrap_or_default())
}

/// Adds rows to the totals, in the transaction that settles them.
pub(super) fn add(tx: &mut Tx<'_>, more: Totals) -> Result<()> {
    if more != Totals::default() {
        let counts = [more.imported, more.already, more.rejected, more.blank, more.left_out];
        tx.exec(sql::ADD_TOTALS, &counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX).into()))?;
    }
    Ok(())
}
