//! Changing a view.

use deskbell_core::{Permission, Version, ViewId};
use deskbell_db::Kind;

use super::create::values;
use super::{Fields, check, load, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Changes what the fields name; conditions and columns are replaced as a whole. A change that changes nothing keeps the
/// version.
///
/// Errors: `forbidden` without VIEW_CUD; `invalid_parameter`; `not_found`; `precondition_failed`; `unknown_reference` for a
/// category; `conflict` if the title is taken.
pub fn update(
    work: &mut Work<'_, '_>,
    id: ViewId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::ViewCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    let before = load(work.tx, id, true)?;
    item::check_version("View", id, before.version, expected)?;
    let mut view = before.clone();
    fields.apply(work, &mut view)?;
    if view == before {
        return Ok(before.version);
    }
    let version = before.version.next();
    let mut params = values(&view);
    params.extend([work.now.0.into(), version.0.into(), id.0.into()]);
    if item::guarded(work.tx, Kind::Unique, |tx| tx.exec(sql::UPDATE, &params))?.is_none() {
        return Err(item::taken("title", "view", &view.title));
    }
    Ok(version)
}
