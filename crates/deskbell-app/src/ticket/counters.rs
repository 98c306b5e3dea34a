//! How many tickets there are of each kind, kept by every write so that nobody counts a million rows. Tickets in the
//! trash are not counted. Four tables, of more and more rows: a sum is taken from the first that knows what is asked for.

use std::collections::BTreeMap;

use deskbell_core::{Priority, Status};
use deskbell_db::{Tx, Value};

use super::edit::tag_key;
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

/// One of the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Table {
    /// By status, brand and group.
    Small,
    /// By status, priority and channel.
    Kind,
    /// By all of these.
    Middle,
    /// By assigned user as well.
    Large,
}

impl Table {
    /// The primary key without the slot: what the table knows of a kind.
    fn key(self, cell: &Cell) -> Vec<i64> {
        let (status, priority) = (cell.status.rank(), cell.priority.rank());
        let archived = i64::from(cell.archived);
        match self {
            Self::Small => vec![status, cell.brand, cell.group, archived],
            Self::Kind => vec![status, priority, cell.channel, archived],
            Self::Middle => vec![status, priority, cell.channel, cell.brand, cell.group, archived],
            Self::Large => {
                vec![cell.user, cell.brand, cell.group, status, priority, cell.channel, archived]
            }
        }
    }

    fn add(self) -> &'static str {
        match self {
            Self::Small => sql::COUNT_SMALL,
            Self::Kind => sql::COUNT_KIND,
            Self::Middle => sql::COUNT_MIDDLE,
            Self::Large => sql::COUNT,
        }
    }

    fn sum(self) -> &'static str {
        match self {
            Self::Small => sql::SUM_SMALL,
            Self::Kind => sql::SUM_KIND,
            Self::Middle => sql::SUM_MIDDLE,
            Self::Large => sql::SUM,
        }
    }
}

/// What a write changes of the numbers.
#[derive(Default)]
pub(crate) struct Counts {
    cells: BTreeMap<Cell, i64>,
    /// By tag, brand, group and whether they are in the archive.
    tags: BTreeMap<(String, i64, i64, bool), i64>,
}

impl Counts {
    /// So many tickets more such as this one.
    pub(crate) fn add(&mut self, ticket: &Ticket, by: i64) {
        *self.cells.entry(Cell::of(ticket)).or_default() += by;
        for tag in &ticket.tags {
            let key = (tag_key(tag), ticket.brand.0, ticket.group.0, ticket.archived);
            *self.tags.entry(key).or_default() += by;
        }
    }

    /// Those of another part of the write as well.
    pub(crate) fn merge(&mut self, other: Self) {
        for (cell, by) in other.cells {
            *self.cells.entry(cell).or_default() += by;
        }
        for (key, by) in other.tags {
            *self.tags.entry(key).or_default() += by;
        }
    }

    /// Adds the differences. In the order of the keys, so that two writers never wait for each other crosswise.
    pub(crate) fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        let slot = tx.counter_slot();
        for table in [Table::Small, Table::Kind, Table::Middle, Table::Large] {
            let mut sums: BTreeMap<Vec<i64>, i64> = BTreeMap::new();
            for (cell, by) in &self.cells {
                *sums.entry(table.key(cell)).or_default() += by;
            }
            for (key, by) in sums.into_iter().filter(|(_, by)| *by != 0) {
                let params: Vec<Value<'_>> = key.into_iter().chain([slot, by]).map(Value::from).collect();
                tx.exec(table.add(), &params)?;
            }
        }
        for ((tag, brand, group, archived), by) in self.tags.into_iter().filter(|(_, by)| *by != 0) {
            let archived = i64::from(archived);
            let key = [tag.as_str().into(), brand.into(), group.into(), archived.into(), slot.into()];
            let params: Vec<Value<'_>> = key.iter().cloned().chain([by.into()]).collect();
            tx.exec(sql::COUNT_TAG, &params)?;
            if by < 0 {
                // What nobody has any more is not kept: it may be somebody's name.
                tx.exec(sql::FORGET_TAG, &key)?;
            }
        }
        Ok(())
    }
}

/// The sum over the cells that a condition over the table's columns admits.
pub(crate) fn sum(tx: &mut Tx<'_>, table: Table, condition: &Statement) -> Result<i64> {
    let text = format!("{}{}", table.sum(), condition.text);
    Ok(tx.first(&text, &condition.params, |row| row.int(0))?.unwrap_or(0))
}

/// A tag with brand, group and whether they are in the archive.
pub(crate) type TagKey = (String, [i64; 3]);

/// Some tags that no ticket has any more and that are still written down, since they came and went in different slots; there are none
/// on SQLite, which has one slot.
pub(crate) fn spent_tags(tx: &mut Tx<'_>, most: i64) -> Result<Vec<TagKey>> {
    Ok(tx.all(sql::SPENT_TAGS, &[most.into()], |row| {
        Ok((row.str(0)?.to_owned(), [row.int(1)?, row.int(2)?, row.int(3)?]))
    })?)
}

/// Forgets one of them, unless a ticket has it by now: rows whose sum is nothing can go, whatever others add beside them.
pub(crate) fn forget_tag(tx: &mut Tx<'_>, (tag, place): &TagKey) -> Result<()> {
    let mut params: Vec<Value<'_>> = vec![tag.as_str().into()];
    params.extend(place.iter().map(|part| Value::from(*part)));
    let slots = tx.all(sql::TAG_SLOTS, &params, |row| Ok((row.int(0)?, row.int(1)?)))?;
    if slots.iter().map(|(_, n)| n).sum::<i64>() == 0 {
        for (slot, _) in slots {
            let of_slot: Vec<Value<'_>> = params.iter().cloned().chain([slot.into()]).collect();
            tx.exec(sql::FORGET_SLOT, &of_slot)?;
        }
    }
    Ok(())
}

/// A counter that differs from what the tickets say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Brand, group and status of the cell; 0 where the counter does not tell brands and groups apart.
    pub cell: (i64, i64, i64),
    /// What the counter says.
    pub kept: i64,
    /// How many tickets there are.
    pub counted: i64,
}

/// Counts again, and tells where the kept counters differ: for `deskbell verify`.
pub fn verify(tx: &mut Tx<'_>) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for text in [sql::VERIFY_SMALL, sql::VERIFY_KIND, sql::VERIFY_MIDDLE, sql::VERIFY_LARGE, sql::VERIFY_TAGS]
    {
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
