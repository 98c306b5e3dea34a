//! Reading views and their categories.

use deskbell_core::{Actor, Permission, UserId, ViewId};
use deskbell_db::Tx;

use super::{View, load, missing, sql};
use crate::error::Result;
use crate::item::{Listed, Paging};
use crate::user;

/// A category of views.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// Its id.
    pub id: i64,
    /// Its name, unique without case.
    pub title: String,
}

/// The view, and the names of its conditions that mean something which does not exist for the actor.
///
/// Errors: `forbidden` without VIEW_READ; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: ViewId) -> Result<(View, Vec<String>)> {
    actor.require(Permission::ViewRead)?;
    let view = load(tx, id, false)?;
    let missing = missing::of(tx, actor, std::slice::from_ref(&view))?.pop().unwrap_or_default();
    Ok((view, missing))
}

/// A page of the views, by category, place and id; the query looks into their titles.
///
/// Errors: `forbidden` without VIEW_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, paging: &Paging) -> Result<Listed<(View, Vec<String>)>> {
    actor.require(Permission::ViewRead)?;
    let query = paging.query.to_lowercase();
    let mut found = all(tx)?;
    found.retain(|view| view.title.to_lowercase().contains(&query));
    let total = found.len() as i64;
    let page: Vec<View> = found.into_iter().skip(paging.start as usize).take(paging.limit as usize).collect();
    let missing = missing::of(tx, actor, &page)?;
    Ok(Listed { items: page.into_iter().zip(missing).collect(), total })
}

/// The views of a user: all, since none is private. Without a user the caller's own.
///
/// Errors: `forbidden` without USER_READ; `missing_parameter` for a key, which is nobody; `unknown_reference` for a user who does
/// not exist for the actor.
pub fn of_user(tx: &mut Tx<'_>, actor: &Actor, user: Option<UserId>) -> Result<Vec<(View, Vec<String>)>> {
    actor.require(Permission::UserRead)?;
    user::meant(tx, actor, user, "views")?;
    let views = all(tx)?;
    let missing = missing::of(tx, actor, &views)?;
    Ok(views.into_iter().zip(missing).collect())
}

/// All categories, by id.
///
/// Errors: `forbidden` without VIEW_READ.
pub fn categories(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Category>> {
    actor.require(Permission::ViewRead)?;
    Ok(tx.all(sql::CATEGORIES, &[], |row| Ok(Category { id: row.int(0)?, title: row.str(1)?.to_owned() }))?)
}

/// All views, in the order in which they are shown. There are few: see `create`.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<View>> {
    let text = format!("{}{}", sql::select(), sql::IN_ORDER);
    Ok(tx.all(&text, &[], View::read)?)
}
