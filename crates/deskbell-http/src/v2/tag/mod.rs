//! The Tag controller: one file a call. Rules live in `deskbell_app::tag`.

mod list;
mod rename;

use deskbell_app::Desk;
use serde_json::{Value, json};

use crate::Operation;
use crate::v2::object;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![list::operation(), rename::operation()]
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    vec![("Tag", object(json!({"tag": {"type": "string"}, "count": {"type": "integer", "minimum": 1}})))]
}
