//! Webhooks: endpoints that are told what happens, as the Standard Webhooks specification says.
//!
//! The journal is the outbox: its rows are written in the transaction of the change. `glance.rs` looks whom they concern,
//! `pump.rs` writes down a delivery for each event that a webhook is told of; `round.rs` says what is to be tried, and keeps
//! what came of it. How an endpoint is reached is a `Courier`'s matter (`desk/webhooks.rs`).

mod create;
mod delete;
mod erase;
mod event;
mod forget;
mod gap;
mod get;
mod glance;
mod log;
mod payload;
mod pump;
mod replay;
mod rotate;
mod round;
mod row;
mod rules;
mod secret;
mod sql;
mod update;

use deskbell_core::{Actor, Fault, Permission, WebhookId};
use deskbell_db::Tx;

use crate::error::Result;
use crate::item;
use crate::journal::{position, sight};
use crate::statement::Statement;

pub use create::create;
pub use delete::delete;
pub(crate) use erase::erase;
pub use event::Event;
pub(crate) use forget::{all, forget};
pub use get::{Counts, Figures, counts, figures, get, list};
pub(crate) use glance::{Found, Glance, advance};
pub use log::{Logged, log};
pub use payload::TEST;
pub(crate) use payload::{body, test_body};
pub use replay::{Which, replay};
pub use rotate::{Rotated, rotate};
pub(crate) use round::{
    BREAKS_AT, Ended, GONE, Letters, Outcome, Round, any_active, begin, free, letters, record, release,
};
pub use row::{Delivery, Fares, State, Try, Webhook};
pub use rules::{Fields, check};
pub use secret::Secret;
pub use update::update;

/// Appends that a delivery is of something that exists for its webhook, whose limits may have been wider when it was written
/// down.
fn within_limits(tx: &Tx<'_>, webhook: &Webhook, statement: &mut Statement) {
    let scope = webhook.scope();
    if scope.is_everything() {
        return;
    }
    statement.push(" AND EXISTS (SELECT 1 FROM journal j WHERE ").push(position(tx.engine()));
    statement.push(" = webhook_delivery.position AND ");
    sight::exists(&scope, false, statement);
    statement.push(")");
}

/// The webhook, if it exists for the actor: one that tells of more than the actor may see does not. `lock` keeps it as it is
/// until the transaction ends.
///
/// Errors: `forbidden` without SETTINGS_CRUD; `not_found`.
fn load(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId, lock: bool) -> Result<Webhook> {
    actor.require(Permission::SettingsCrud)?;
    let mut statement = Statement::new(&sql::select());
    statement.push(sql::BY_ID).bind(id.0);
    if lock {
        item::lock(tx, &mut statement);
    }
    let found = tx.first(&statement.text, &statement.params, Webhook::read)?;
    let seen = found.filter(|webhook| actor.scope.covers(&webhook.scope()));
    seen.ok_or_else(|| Fault::not_found("Webhook", id).into())
}
