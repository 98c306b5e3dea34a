//! Marking notifications as read. Doing it again changes nothing.

use deskbell_core::{NotificationId, Permission, UserId, Version};

use super::{READ, get, sql};
use crate::error::Result;
use crate::statement::Statement;
use crate::work::Work;

/// Marks a notification as read. Answers its version.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`.
pub fn set_read(work: &mut Work<'_, '_>, id: NotificationId) -> Result<Version> {
    let found = get(work.tx, work.actor, id)?;
    mark(work, found.user, &[id.0])?;
    Ok(READ)
}

/// Marks those of a user as read that a list has shown.
///
/// Errors: `forbidden` without SETTINGS_CRUD.
pub fn mark_seen(work: &mut Work<'_, '_>, user: UserId, ids: &[i64]) -> Result<()> {
    work.actor.require(Permission::SettingsCrud)?;
    mark(work, user, ids)
}

fn mark(work: &mut Work<'_, '_>, user: UserId, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(512) {
        let mut statement = Statement::new(sql::MARK);
        statement.params.extend([work.now.0.into(), user.0.into()]);
        statement.within("id", some);
        work.tx.exec(&statement.text, &statement.params)?;
    }
    Ok(())
}
