//! Deleting a brand.

use deskbell_core::{BrandId, Code, Fault, Permission, Version};
use deskbell_db::Kind;

use super::{load, sql};
use crate::error::{Error, Result};
use crate::work::Work;
use crate::{item, key};

/// Deletes a brand that nothing belongs to. Limits, groups and forms that name it keep naming it, or nothing: they never
/// become wider by its end. Answers the version that the end is.
///
/// Errors: `forbidden` without BRAND_CUD; `not_found`; `precondition_failed`; `conflict` while it has tickets (those in
/// the trash count) or customers.
pub fn delete(work: &mut Work<'_, '_>, id: BrandId, expected: impl Fn(Version) -> bool) -> Result<Version> {
    work.actor.require(Permission::BrandCud)?;
    // Locked first: a ticket that is being made at this moment is seen below, one that begins later finds no brand.
    let brand = load(work.tx, work.actor, id, true)?;
    item::check_version("Brand", id, brand.version, expected)?;
    for (text, what) in
        [(sql::HAS_TICKETS, "tickets (those in the trash count)"), (sql::HAS_CUSTOMERS, "customers")]
    {
        if work.tx.first(text, &[id.0.into()], |row| row.int(0))?.is_some() {
            return Err(in_use(id, what));
        }
    }
    for text in [sql::STEP_GROUPS, sql::STEP_FORMS] {
        work.tx.exec(text, &[id.0.into(), work.now.0.into()])?;
    }
    let deleted = item::guarded(work.tx, Kind::ForeignKey, |tx| tx.exec(sql::DELETE, &[id.0.into()]))?;
    if deleted.is_none() {
        return Err(in_use(id, "something"));
    }
    key::bump(work.tx)?;
    Ok(brand.version.next())
}

fn in_use(id: BrandId, what: &str) -> Error {
    Fault::new(Code::Conflict, format!("Brand {id} has {what}, so it cannot be deleted.")).into()
}
