//! Reading one notification.

use deskbell_core::{Actor, ActorId, Fault, NotificationId, Permission, UserId};
use deskbell_db::Tx;

use super::{Notification, sql};
use crate::error::{Error, Result};
use crate::statement::Statement;
use crate::ticket::load;
use crate::user;

/// The notification, if its ticket and its user exist for the actor. A user sees its own alone.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: NotificationId) -> Result<Notification> {
    actor.require(Permission::SettingsCrud)?;
    let mut statement = Statement::new(sql::SELECT);
    load::visible(&actor.scope, &mut statement);
    statement.push(" AND n.id = ").bind(id.0);
    let found = tx.first(&statement.text, &statement.params, Notification::read)?;
    let found = found.ok_or_else(|| missing(id))?;
    if !may_see(actor, found.user) || user::existing(tx, actor, &[found.user])?.is_empty() {
        return Err(missing(id));
    }
    Ok(found)
}

/// Whether the actor may see what this user is told: of people only the user itself.
pub(super) fn may_see(actor: &Actor, user: UserId) -> bool {
    !matches!(actor.id, ActorId::User(me) if me != user)
}

/// What is said of a notification that is missing, or hidden: the two cannot be told apart.
fn missing(id: NotificationId) -> Error {
    Fault::not_found("Notification", id).into()
}
