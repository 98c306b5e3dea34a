//! The notifications of a user, newest first.

use std::collections::HashMap;

use deskbell_core::{Actor, Code, Fault, Permission, UserId, search};
use deskbell_db::Tx;
use sha2::{Digest, Sha256};

use super::get::may_see;
use super::{Notification, sql};
use crate::error::Result;
use crate::item::Paging;
use crate::statement::Statement;
use crate::ticket::list::{Cursor, EXACT_UP_TO};
use crate::ticket::load;
use crate::user;

/// Which of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Whose; `None` = the caller's own.
    pub user: Option<UserId>,
    /// Only those that were not read.
    pub unread: bool,
    /// Part of the title of the ticket, without case and accents, or its number; and which part of the list.
    pub paging: Paging,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

/// A page of notifications.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Whose they are.
    pub user: UserId,
    /// The rows, as they were before anybody saw this page.
    pub items: Vec<Notification>,
    /// How many there are in all; the limit of counting where `exact` is false.
    pub total: i64,
    /// Whether the total is exact.
    pub exact: bool,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A page of what a user is told of tickets that exist for the actor.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `missing_parameter` for a key, which is nobody; `unknown_reference` for a user who does
/// not exist for the actor; `invalid_parameter` for a cursor of another list.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, wish: &Wish) -> Result<Page> {
    actor.require(Permission::SettingsCrud)?;
    let user = user::meant(tx, actor, wish.user, "notifications")?;
    if !may_see(actor, user) {
        let message = format!("User {user} does not exist.");
        return Err(Fault::of("userID", Code::UnknownReference, message).into());
    }
    let fingerprint = fingerprint(user, wish);
    if let Some(cursor) = &wish.after {
        cursor.check(fingerprint)?;
    }
    let (total, mut ids) = match wish.paging.query.is_empty() {
        true => plain(tx, actor, user, wish)?,
        false => with_words(tx, actor, user, wish)?,
    };
    let limit = wish.paging.limit as usize;
    let more = ids.len() > limit;
    ids.truncate(limit);
    let next = ids.last().filter(|_| more).map(|id| Cursor::at(fingerprint, 0, *id));
    let items = read(tx, actor, &ids)?;
    Ok(Page { user, items, total: total.min(EXACT_UP_TO), exact: total <= EXACT_UP_TO, next })
}

/// How many there are, and the ids of the page and one more.
fn plain(tx: &mut Tx<'_>, actor: &Actor, user: UserId, wish: &Wish) -> Result<(i64, Vec<i64>)> {
    let mut counted = of_user(tx, actor, user, wish.unread);
    counted.limit(EXACT_UP_TO + 1);
    let text = sql::count_of(&counted.text);
    let total = tx.first(&text, &counted.params, |row| row.int(0))?.unwrap_or(0);
    if wish.paging.limit == 0 || total == 0 {
        return Ok((total, Vec::new()));
    }
    let mut page = of_user(tx, actor, user, wish.unread);
    if let Some(cursor) = &wish.after {
        page.push(" AND n.id < ").bind(cursor.id);
    }
    page.push(sql::NEWEST_FIRST).limit(wish.paging.limit + 1).offset(wish.paging.start);
    Ok((total, tx.all(&page.text, &page.params, |row| row.int(0))?))
}

/// The same of those whose ticket has the words, among as many of the newest as a total counts.
fn with_words(tx: &mut Tx<'_>, actor: &Actor, user: UserId, wish: &Wish) -> Result<(i64, Vec<i64>)> {
    let mut newest = of_user(tx, actor, user, wish.unread);
    newest.push(sql::NEWEST_FIRST).limit(EXACT_UP_TO);
    let ids = tx.all(&newest.text, &newest.params, |row| row.int(0))?;
    let (words, number) = (search::fold(&wish.paging.query), wish.paging.query.parse::<i64>().ok());
    let mut found = Vec::new();
    for some in ids.chunks(512) {
        let mut statement = Statement::new(sql::TITLES);
        load::visible(&actor.scope, &mut statement);
        statement.push(" AND ").within("n.id", some);
        tx.each::<crate::Error>(&statement.text, &statement.params, |row| {
            if number == Some(row.int(1)?) || search::fold(row.str(2)?).contains(&*words) {
                found.push(row.int(0)?);
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    let total = found.len() as i64;
    found.retain(|id| wish.after.is_none_or(|cursor| *id < cursor.id));
    let wanted = if wish.paging.limit == 0 { 0 } else { wish.paging.limit as usize + 1 };
    Ok((total, found.into_iter().skip(wish.paging.start as usize).take(wanted).collect()))
}

/// The ids of a user's, of tickets that exist for the actor.
fn of_user(tx: &Tx<'_>, actor: &Actor, user: UserId, unread: bool) -> Statement {
    let mut statement = Statement::new(sql::of_user(tx.engine(), unread));
    statement.bind(user.0).push(sql::OF_TICKET);
    load::visible(&actor.scope, &mut statement);
    statement.push(")");
    statement
}

/// Those of the notifications, in the order of the ids.
fn read(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64]) -> Result<Vec<Notification>> {
    let mut by_id = HashMap::with_capacity(ids.len());
    for some in ids.chunks(512) {
        let mut statement = Statement::new(sql::SELECT);
        load::visible(&actor.scope, &mut statement);
        statement.push(" AND ").within("n.id", some);
        let found = tx.all(&statement.text, &statement.params, Notification::read)?;
        by_id.extend(found.into_iter().map(|found| (found.id.0, found)));
    }
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// What a cursor must match.
fn fingerprint(user: UserId, wish: &Wish) -> [u8; 8] {
    let text = format!("notification {user} {} {}", wish.unread, wish.paging.query);
    let hash = Sha256::digest(text.as_bytes());
    let mut out = [0u8; 8];
    out.copy_from_slice(&hash[..8]);
    out
}
