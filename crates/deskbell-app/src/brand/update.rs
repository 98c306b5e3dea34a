//! Changing a brand.

use deskbell_core::{BrandId, Permission, Version};
use deskbell_db::{Kind, Value};

use super::{Fields, check, load, sql};
use crate::crm;
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Changes what the fields name. A change that changes nothing keeps the version. A new name shows in tickets at once;
/// a new country is used for the numbers of tickets from then on.
///
/// Errors: `forbidden` without BRAND_CUD; `invalid_parameter`; `not_found`; `precondition_failed` if the version is
/// none of those expected; `conflict` if the name is taken.
pub fn update(
    work: &mut Work<'_, '_>,
    id: BrandId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::BrandCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    let before = load(work.tx, work.actor, id, true)?;
    item::check_version("Brand", id, before.version, expected)?;
    let mut brand = before.clone();
    fields.apply(&mut brand);
    if brand == before {
        return Ok(before.version);
    }
    let version = before.version.next();
    let params: [Value<'_>; 11] = [
        id.0.into(),
        brand.name.as_str().into(),
        item::name_key(&brand.name).into(),
        brand.country.as_str().into(),
        brand.time_zone.as_str().into(),
        brand.language.as_str().into(),
        brand.crm_sync_url.as_str().into(),
        brand.signature.as_str().into(),
        brand.business_hours.as_str().into(),
        work.now.0.into(),
        version.0.into(),
    ];
    let written = item::guarded(work.tx, Kind::Unique, |tx| tx.exec(sql::UPDATE, &params))?;
    if written.is_some() && brand.crm_sync_url != before.crm_sync_url {
        // How another place fared says nothing of this one.
        crm::fares_well(work.tx, id)?;
    }
    written.map(|_| version).ok_or_else(|| item::taken("name", "brand", &brand.name))
}
