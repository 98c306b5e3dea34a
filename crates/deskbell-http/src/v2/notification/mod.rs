//! The Notification controller: one file a call. What its fields mean stands in their tables, the rules in
//! `deskbell_app::notification`.

mod get;
mod list;
mod set_is_read;
mod view;

pub(crate) use view::schemas;

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![list::operation(), get::operation(), set_is_read::operation()]
}
