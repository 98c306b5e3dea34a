//! A view where it is used: as a filter and an order, for a caller at a time.

use deskbell_core::{Actor, ActorId, Code, Fault, Timestamp, Version, ViewId};
use deskbell_db::Tx;

use super::lower::{self, For};
use super::row::View;
use super::{load, sql};
use crate::error::{Error, Result};
use crate::item::name_key;
use crate::ticket::list::{Filter, Order};

/// A view as a list takes it.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    /// Which view, as it is now.
    pub(crate) view: (ViewId, Version),
    /// What it lets pass.
    pub(crate) filter: Filter,
    /// The order that it asks for; empty for none.
    pub(crate) orders: Vec<Order>,
}

/// The view of this id or name, applied.
///
/// Errors: `unknown_reference` on `applyView`.
pub(crate) fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
    public_url: &str,
) -> Result<Applied> {
    let view = find(tx, name)?;
    let filter = lower::filter(&view.conditions, &caller(tx, actor, now, public_url)?)?;
    Ok(Applied { view: (view.id, view.version), filter, orders: view.orders() })
}

/// Who calls, as conditions see it.
pub(super) fn caller<'u>(
    tx: &mut Tx<'_>,
    actor: &'u Actor,
    now: Timestamp,
    public_url: &'u str,
) -> Result<For<'u>> {
    let user = match actor.id {
        ActorId::User(id) => Some(id.0),
        ActorId::Key(_) | ActorId::System => None,
    };
    let groups = match user {
        Some(user) => tx.all(sql::GROUPS_OF, &[user.into()], |row| row.int(0))?,
        None => Vec::new(),
    };
    Ok(For { user, groups, now, scope: &actor.scope, public_url })
}

/// Digits are an id, if a view has it; all else is a name.
fn find(tx: &mut Tx<'_>, name: &str) -> Result<View> {
    if let Some(id) = name.parse().ok().filter(|_| name.bytes().all(|b| b.is_ascii_digit())) {
        match load(tx, ViewId(id), false) {
            Err(Error::Fault(fault)) if fault.code() == Code::NotFound => {}
            found => return found,
        }
    }
    let id = tx.first(sql::BY_TITLE, &[name_key(name).into()], |row| row.int(0))?;
    match id {
        Some(id) => load(tx, ViewId(id), false),
        None => {
            let message = format!("The view {name} does not exist; name one by its id or its title.");
            Err(Fault::of("applyView", Code::UnknownReference, message).into())
        }
    }
}
