//! Where a group's tickets are, so that no group is left with tickets in a brand that it does not serve.

use deskbell_core::{BrandId, Code, Fault, GroupId};
use deskbell_db::Tx;

use super::{Group, sql};
use crate::error::Result;

/// Refuses with `conflict` if tickets of `owner` (those in the trash count) are in brands that `group` does not serve.
pub(super) fn require_served(tx: &mut Tx<'_>, owner: GroupId, group: &Group, field: &str) -> Result<()> {
    if group.all_brands {
        return Ok(());
    }
    let mut outside = 0;
    let trash = sql::trash_by_brand(tx.engine());
    for text in [sql::TICKETS_BY_BRAND, &trash] {
        for (brand, count) in
            tx.all(text, &[owner.0.into()], |row| Ok((BrandId(row.int(0)?), row.int(1)?)))?
        {
            if !group.serves(brand) {
                outside += count;
            }
        }
    }
    if outside == 0 {
        return Ok(());
    }
    let tickets = if outside == 1 { "1 ticket".to_owned() } else { format!("{outside} tickets") };
    let message = format!(
        "{tickets} of group {owner} (the trash counts) would be in a brand that group {} does not serve.",
        group.name
    );
    Err(Fault::of(field, Code::Conflict, message).into())
}
