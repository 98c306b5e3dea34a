//! The change feed. Rules live in `deskbell_app::feed`.

mod list;
mod stream;
mod view;

pub(crate) use list::{CURSOR, check, fields, position, wish};
pub(crate) use view::TicketChangeView;

use deskbell_app::Desk;
use serde_json::Value;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![list::operation(), stream::operation()]
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    vec![("Change", view::schema()), ("TicketChange", view::ticket_schema())]
}
