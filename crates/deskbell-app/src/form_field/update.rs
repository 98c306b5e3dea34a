//! Changing a field of a form.

use deskbell_core::{FormFieldId, Permission, Version};

use super::{Fields, check, load_to_change, require_room, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Changes what is named; statuses and options are replaced as sets. What tickets have in the field stays, also where it is
/// no option any more, or another form's by now. A change that changes nothing keeps the version.
///
/// Errors: `forbidden` without FORM_CUD, and for a form that reaches beyond the actor's limits; `missing_parameter` for a
/// select without options; `invalid_parameter`; `not_found`; `precondition_failed`; `unknown_reference` for the form;
/// `conflict` if that has as many fields as it may, or the field was moved at this moment.
pub fn update(
    work: &mut Work<'_, '_>,
    id: FormFieldId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::FormCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    let before = load_to_change(work.tx, work.actor, id, fields.form)?;
    item::check_version("Form field", id, before.version, expected)?;
    let mut field = before.clone();
    fields.apply(&mut field)?;
    if field == before {
        return Ok(before.version);
    }
    if field.form != before.form {
        require_room(work.tx, field.form)?;
    }
    let version = before.version.next();
    let mut params = field.values(work.now);
    params.extend([version.0.into(), id.0.into()]);
    work.tx.exec(sql::UPDATE, &params)?;
    Ok(version)
}
