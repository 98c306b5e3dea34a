//! Changing a form.

use deskbell_core::{FormId, Permission, Version};
use deskbell_db::Value;

use super::rules::require_reach;
use super::{Fields, check, load, missing, sql};
use crate::error::Result;
use crate::work::Work;
use crate::{brand, item};

/// Changes what the fields name; the brands are replaced as a set, and what a caller with limits does not see of them
/// stays. Tickets that have the form keep it, also in a brand that it is for no more. A change that changes nothing keeps the
/// version.
///
/// Errors: `forbidden` without FORM_CUD, and for a form that reaches beyond the actor's limits, before or after;
/// `invalid_parameter`; `not_found`; `precondition_failed`; `unknown_reference` for a brand.
pub fn update(
    work: &mut Work<'_, '_>,
    id: FormId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::FormCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    let before = load(work.tx, work.actor, id, true)?.ok_or_else(missing)?;
    item::check_version("Form", id, before.version, expected)?;
    require_reach(work.actor, &before)?;
    brand::require_all(work.tx, work.actor, "brandIDs", fields.brands.as_deref().unwrap_or_default())?;
    let mut form = before.clone();
    fields.apply(&mut form, work.actor);
    if form == before {
        return Ok(before.version);
    }
    require_reach(work.actor, &form)?;
    let version = before.version.next();
    let params: [Value<'_>; 6] = [
        id.0.into(),
        form.title.as_str().into(),
        item::name_key(&form.title).into(),
        form.all_brands.into(),
        work.now.0.into(),
        version.0.into(),
    ];
    work.tx.exec(sql::UPDATE, &params)?;
    for brand in before.brands.iter().filter(|b| !form.brands.contains(b)) {
        work.tx.exec(sql::REMOVE_BRAND, &[id.0.into(), brand.0.into()])?;
    }
    for brand in form.brands.iter().filter(|b| !before.brands.contains(b)) {
        work.tx.exec(sql::ADD_BRAND, &[id.0.into(), brand.0.into()])?;
    }
    Ok(version)
}
