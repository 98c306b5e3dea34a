//! Reading one user.

use deskbell_core::{Actor, Code, Fault, Permission, UserId};
use deskbell_db::Tx;

use super::{User, load, shown, sql, visible};
use crate::error::Result;
use crate::item;
use crate::statement::Statement;

/// The user, deactivated or not. Groups outside the actor's limits are left out.
///
/// Errors: `forbidden` without USER_READ; `not_found`, also for a user outside the actor's limits.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<User> {
    actor.require(Permission::UserRead)?;
    Ok(shown(actor, load(tx, actor, id, false)?))
}

/// The user of a login, compared without case, deactivated or not: for the command line.
///
/// Errors: `forbidden` without USER_READ; `not_found`.
pub fn named(tx: &mut Tx<'_>, actor: &Actor, login: &str) -> Result<User> {
    actor.require(Permission::UserRead)?;
    let mut statement = Statement::new(sql::IDS);
    visible(&actor.scope, &mut statement);
    statement.push(sql::AND_LOGIN).bind(item::name_key(login));
    let id = tx.first(&statement.text, &statement.params, |row| row.int(0))?;
    let nobody = || Fault::new(Code::NotFound, format!("There is no user with the login {login}."));
    get(tx, actor, UserId(id.ok_or_else(nobody)?))
}
