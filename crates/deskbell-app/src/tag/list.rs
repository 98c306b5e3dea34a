//! Which tags there are, and how many tickets have each.

use deskbell_core::{Actor, Permission};
use deskbell_db::{Engine, Tx};

use super::sql;
use crate::error::Result;
use crate::item::{self, Paging};
use crate::statement::Statement;
use crate::ticket::edit::tag_key;
use crate::ticket::load;

/// A tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag {
    /// As it is compared: without case.
    pub tag: String,
    /// How many tickets have it.
    pub count: i64,
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// By its characters.
    Name,
    /// The most used first.
    Count,
}

impl Sort {
    /// The words of the API, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &["name", "count"];

    /// The sort of this word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "name" => Some(Self::Name),
            "count" => Some(Self::Count),
            _ => None,
        }
    }
}

/// Which of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// What the tags contain, without case; and which part of the list.
    pub paging: Paging,
    /// In which order.
    pub sort: Sort,
    /// Tickets in the archive count too.
    pub archived_too: bool,
}

/// A page of tags.
pub type Listed = item::Listed<Tag>;

/// The tags of the tickets that exist for the actor, with their numbers: those of a list of tickets by that tag.
///
/// Errors: `forbidden` without TICKET_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, wish: &Wish) -> Result<Listed> {
    actor.require(Permission::TicketRead)?;
    let postgres = tx.engine() == Engine::Postgres;
    let mut from = Statement::new(sql::COUNTED);
    load::in_scope(&actor.scope, "", &mut from);
    if !wish.archived_too {
        from.push(" AND archived = 0");
    }
    if !wish.paging.query.is_empty() {
        from.push(" AND tag LIKE ").bind(item::pattern(&tag_key(&wish.paging.query))).push(item::ESCAPE);
    }
    from.push(sql::BY_TAG);
    let total = tx.first(&sql::count_of(&from.text), &from.params, |row| row.int(0))?.unwrap_or(0);
    if wish.paging.limit == 0 || wish.paging.start >= total {
        return Ok(Listed { items: Vec::new(), total });
    }
    from.push(match wish.sort {
        Sort::Name => sql::by_name(postgres),
        Sort::Count => sql::by_count(postgres),
    });
    from.limit(wish.paging.limit).offset(wish.paging.start);
    let read = |row: &deskbell_db::Row<'_>| Ok(Tag { tag: row.str(0)?.to_owned(), count: row.int(1)? });
    Ok(Listed { items: tx.all(&from.text, &from.params, read)?, total })
}
