//! Making a field of a form.

use deskbell_core::{Code, FormFieldId, FormId, InputType, Permission, Version};

use super::{Fields, FormField, check, form_for, require_room, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Makes a field. It is needed for changes of status from then on; tickets that have a status keep it.
///
/// Errors: `forbidden` without FORM_CUD, and for a form that reaches beyond the actor's limits; `missing_parameter` without
/// form, title or type, or options of a select; `invalid_parameter`; `unknown_reference` for the form; `conflict` if it has
/// as many fields as it may.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(FormFieldId, Version)> {
    work.actor.require(Permission::FormCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    for (name, absent) in [
        ("form_id", fields.form.is_none()),
        ("title", fields.title.is_none()),
        ("input_type", fields.input_type.is_none()),
    ] {
        if absent {
            problems.push(item::detail(name, Code::MissingParameter, format!("{name} is needed.")));
        }
    }
    item::refuse(problems)?;
    let mut field = FormField {
        id: FormFieldId::NONE,
        form: FormId::NONE,
        title: String::new(),
        input_type: InputType::Text,
        field_order: None,
        required: Vec::new(),
        external_code: String::new(),
        options: Vec::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    };
    fields.apply(&mut field)?;
    form_for(work.tx, work.actor, field.form)?;
    require_room(work.tx, field.form)?;
    let id = work.tx.first(sql::INSERT, &field.values(work.now), |row| row.int(0))?.unwrap_or_default();
    Ok((FormFieldId(id), Version::FIRST))
}
