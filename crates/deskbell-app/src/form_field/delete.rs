//! Deleting a field of a form.

use deskbell_core::{FormFieldId, Permission, Version};

use super::{load_to_change, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Deletes a field. Tickets do not change by it: what they have in it is shown nowhere but in their history, and goes with
/// them. Answers the version that the end is.
///
/// Errors: `forbidden` without FORM_CUD, and for a form that reaches beyond the actor's limits; `not_found`;
/// `precondition_failed`; `conflict` if it was moved to another form at this moment.
pub fn delete(
    work: &mut Work<'_, '_>,
    id: FormFieldId,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::FormCud)?;
    let field = load_to_change(work.tx, work.actor, id, None)?;
    item::check_version("Form field", id, field.version, expected)?;
    work.tx.exec(sql::DELETE, &[id.0.into()])?;
    Ok(field.version.next())
}
