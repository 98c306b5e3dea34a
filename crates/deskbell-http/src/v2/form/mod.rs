//! The Form controller: one file a call. What its fields mean stands in their tables, the rules in `deskbell_app::form`.

mod create;
mod delete;
mod fields;
mod get;
mod get_for_ticket;
mod list;
mod save_fields;
mod update;
mod view;

pub(crate) use view::schemas;

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![
        list::operation(),
        create::operation(),
        get_for_ticket::operation(),
        save_fields::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ]
}
