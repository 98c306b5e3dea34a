//! A view as it is stored and as use cases see it.

use deskbell_core::{Timestamp, Version, ViewId};
use deskbell_db::Row;
use serde::{Deserialize, Serialize};

use super::condition::Conditions;
use crate::ticket::list::{Key, Order};

/// A view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// Its name, unique without case.
    pub title: String,
    /// What decides the order first.
    pub primary: Sorting,
    /// And what between equals.
    pub secondary: Sorting,
    /// The category under which it stands.
    pub category: i64,
    /// The category's name.
    pub category_title: String,
    /// Its place in the category, lowest first.
    pub order: i64,
    /// Which tickets it shows.
    pub conditions: Conditions,
    /// What is shown of them.
    pub columns: Vec<Column>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

/// What decides an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sorting {
    /// A key of the ticket's item; `none` for nothing.
    pub key: String,
    /// Highest first.
    pub descending: bool,
}

impl Sorting {
    /// No order of its own.
    pub const NONE: &'static str = "none";

    pub(super) fn order(&self) -> Option<Order> {
        Key::of(&self.key).map(|key| Order { key, descending: self.descending })
    }
}

/// A column of a view.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column {
    /// A key of the ticket's item.
    pub r#type: String,
    /// What stands above it.
    pub title: String,
}

impl View {
    /// Reads one row of `sql::COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let sorting = |at| Ok(Sorting { key: row.str(at)?.to_owned(), descending: row.bool(at + 1)? });
        Ok(Self {
            id: ViewId(row.int(0)?),
            title: row.str(1)?.to_owned(),
            primary: sorting(2)?,
            secondary: sorting(4)?,
            category: row.int(6)?,
            category_title: row.str(7)?.to_owned(),
            order: row.int(8)?,
            // They are written by this program alone, parsed as they are read.
            conditions: Conditions::stored(row.str(9)?).unwrap_or_default(),
            columns: serde_json::from_str(row.str(10)?).unwrap_or_default(),
            created_at: Timestamp(row.int(11)?),
            last_update: Timestamp(row.int(12)?),
            version: Version(row.int(13)?),
        })
    }

    /// The order that it asks for; empty for that of the list.
    pub(super) fn orders(&self) -> Vec<Order> {
        [self.primary.order(), self.secondary.order()].into_iter().flatten().collect()
    }
}
