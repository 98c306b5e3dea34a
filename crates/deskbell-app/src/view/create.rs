//! Making a view.

use deskbell_core::{Code, Fault, Permission, Version, ViewId};
use deskbell_db::Value;

use super::row::Sorting;
use super::{Conditions, Fields, View, check, sql};
use crate::error::Result;
use crate::item::{self, name_key};
use crate::work::Work;

/// How many views there can be: all of them are counted together.
const MOST: i64 = 500;

/// The category of what names none.
pub(super) const CATEGORY: i64 = 1;

/// Makes a view. Without conditions it shows all tickets.
///
/// Errors: `forbidden` without VIEW_CUD; `missing_parameter` without a title; `invalid_parameter`; `unknown_reference` for a
/// category; `conflict` if the title is taken or there are too many.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(ViewId, Version)> {
    work.actor.require(Permission::ViewCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    if fields.title.is_none() {
        problems.push(item::detail("title", Code::MissingParameter, "title is needed."));
    }
    item::refuse(problems)?;
    if work.tx.first(sql::COUNT, &[], |row| row.int(0))?.unwrap_or(0) >= MOST {
        let message = format!("There are {MOST} views already. Delete one that is not needed.");
        return Err(Fault::new(Code::Conflict, message).into());
    }
    let mut view = blank(work);
    fields.apply(work, &mut view)?;
    match insert(work, &view)? {
        Some(id) => Ok((id, Version::FIRST)),
        None => Err(item::taken("title", "view", &view.title)),
    }
}

pub(super) fn blank(work: &Work<'_, '_>) -> View {
    let none = || Sorting { key: Sorting::NONE.into(), descending: false };
    View {
        id: ViewId::NONE,
        title: String::new(),
        primary: none(),
        secondary: none(),
        category: CATEGORY,
        category_title: String::new(),
        order: 0,
        conditions: Conditions::default(),
        columns: Vec::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    }
}

/// Inserts the row of a view; `None` if its title is taken.
pub(super) fn insert(work: &mut Work<'_, '_>, view: &View) -> Result<Option<ViewId>> {
    let mut params = values(view);
    params.push(work.now.0.into());
    Ok(work.tx.first(sql::INSERT, &params, |row| row.int(0))?.map(ViewId))
}

/// What is stored of a view.
pub(super) fn values(view: &View) -> Vec<Value<'static>> {
    vec![
        view.title.clone().into(),
        name_key(&view.title).into(),
        view.primary.key.clone().into(),
        view.primary.descending.into(),
        view.secondary.key.clone().into(),
        view.secondary.descending.into(),
        view.category.into(),
        view.order.into(),
        view.conditions.to_json().to_string().into(),
        serde_json::to_string(&view.columns).unwrap_or_default().into(),
    ]
}
