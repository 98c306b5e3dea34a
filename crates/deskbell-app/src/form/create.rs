//! Making a form.

use deskbell_core::{Code, FormId, Permission, Version};
use deskbell_db::Value;

use super::rules::require_reach;
use super::{Fields, Form, check, sql};
use crate::error::Result;
use crate::work::Work;
use crate::{brand, item};

/// Makes a form without fields. Without brands it is for every brand.
///
/// Errors: `forbidden` without FORM_CUD, and for a form that reaches beyond the actor's limits to brands;
/// `missing_parameter` without a title; `invalid_parameter`; `unknown_reference` for a brand.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(FormId, Version)> {
    work.actor.require(Permission::FormCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    if fields.title.is_none() {
        problems.push(item::detail("title", Code::MissingParameter, "title is needed."));
    }
    item::refuse(problems)?;
    brand::require_all(work.tx, work.actor, "brandIDs", fields.brands.as_deref().unwrap_or_default())?;
    let mut form = Form {
        id: FormId::NONE,
        title: String::new(),
        all_brands: true,
        brands: Vec::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    };
    fields.apply(&mut form, work.actor);
    require_reach(work.actor, &form)?;
    let params: [Value<'_>; 5] = [
        form.title.as_str().into(),
        item::name_key(&form.title).into(),
        form.all_brands.into(),
        work.now.0.into(),
        work.now.0.into(),
    ];
    let id = FormId(work.tx.first(sql::INSERT, &params, |row| row.int(0))?.unwrap_or_default());
    for brand in &form.brands {
        work.tx.exec(sql::ADD_BRAND, &[id.0.into(), brand.0.into()])?;
    }
    Ok((id, Version::FIRST))
}
