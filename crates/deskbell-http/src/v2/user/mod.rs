//! The User controller: one file a call. What its fields mean stands in their tables, the rules in `deskbell_app::user`.

mod create;
mod delete;
mod fields;
mod get;
mod list;
mod settings;
mod update;
mod view;
mod views;

pub(crate) use view::schemas;

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
        views::operation(),
        settings::operation(),
    ]
}
