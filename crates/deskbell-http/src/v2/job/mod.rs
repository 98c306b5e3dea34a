//! Bulk work that goes on after its answer. For the key that began it; for others it does not exist. Rules live in
//! `deskbell_app::bulk`.

mod cancel;
mod get;
mod list;
mod results;
mod view;

use deskbell_app::Desk;
use serde_json::Value;

use crate::Operation;

/// Who may make the calls.
const RULE: &str = "the key that made the job";

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![list::operation(), get::operation(), results::operation(), cancel::operation()]
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    vec![("Job", view::job()), ("JobRow", view::row())]
}
