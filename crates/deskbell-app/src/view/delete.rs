//! Deleting a view.

use deskbell_core::{Permission, Version, ViewId};

use super::{load, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Deletes a view; its tickets are none of its own and stay. Answers the version that the end is.
///
/// Errors: `forbidden` without VIEW_CUD; `not_found`; `precondition_failed`.
pub fn delete(work: &mut Work<'_, '_>, id: ViewId, expected: impl Fn(Version) -> bool) -> Result<Version> {
    work.actor.require(Permission::ViewCud)?;
    let view = load(work.tx, id, true)?;
    item::check_version("View", id, view.version, expected)?;
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    Ok(view.version.next())
}
