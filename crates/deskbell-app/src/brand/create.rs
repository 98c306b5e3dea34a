//! Making a brand.

use deskbell_core::{BrandId, Code, Fault, Permission, Version};
use deskbell_db::Value;

use super::{Brand, Fields, check, sees_new, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Makes a brand. Without a time zone it lives in UTC, without a language it writes English.
///
/// Errors: `forbidden` without BRAND_CUD, and for a caller that is limited to brands, which would not see the new one;
/// `missing_parameter` without a name; `invalid_parameter` for a value that `check` refuses; `conflict` if the name is
/// taken.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(BrandId, Version)> {
    work.actor.require(Permission::BrandCud)?;
    if !sees_new(&work.actor.scope) {
        let message = "This caller is limited to brands, so it cannot make one: it would not see it.";
        return Err(Fault::new(Code::Forbidden, message).into());
    }
    let mut problems = Vec::new();
    check(fields, &mut problems);
    if fields.name.is_none() {
        problems.push(item::detail("name", Code::MissingParameter, "name is needed."));
    }
    item::refuse(problems)?;
    let mut brand = blank(work);
    fields.apply(&mut brand);
    match insert(work, &brand)? {
        Some(id) => Ok((id, Version::FIRST)),
        None => Err(item::taken("name", "brand", &brand.name)),
    }
}

/// The brand of this name (compared without case), made if there is none: for data that names its brands. It asks for
/// no permission.
pub fn find_or_create(work: &mut Work<'_, '_>, name: &str) -> Result<BrandId> {
    let key = item::name_key(name);
    // A second look is needed where another writer makes it between the first look and the insert.
    for _ in 0..2 {
        if let Some(id) = work.tx.first(sql::BY_NAME, &[key.as_str().into()], |row| row.int(0))? {
            return Ok(BrandId(id));
        }
        let brand = Brand { name: name.to_owned(), ..blank(work) };
        if let Some(id) = insert(work, &brand)? {
            return Ok(id);
        }
    }
    Err(item::taken("name", "brand", name))
}

fn blank(work: &Work<'_, '_>) -> Brand {
    Brand {
        id: BrandId::NONE,
        name: String::new(),
        country: String::new(),
        time_zone: "UTC".into(),
        language: "en".into(),
        crm_sync_url: String::new(),
        signature: String::new(),
        business_hours: String::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    }
}

/// Inserts a brand; `None` if its name is taken.
fn insert(work: &mut Work<'_, '_>, brand: &Brand) -> Result<Option<BrandId>> {
    let params: [Value<'_>; 10] = [
        brand.name.as_str().into(),
        item::name_key(&brand.name).into(),
        brand.country.as_str().into(),
        brand.time_zone.as_str().into(),
        brand.language.as_str().into(),
        brand.crm_sync_url.as_str().into(),
        brand.signature.as_str().into(),
        brand.business_hours.as_str().into(),
        work.now.0.into(),
        work.now.0.into(),
    ];
    Ok(work.tx.first(sql::INSERT, &params, |row| row.int(0))?.map(BrandId))
}
