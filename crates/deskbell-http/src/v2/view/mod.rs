//! The View controller: one file a call. What its fields mean stands in their tables, the rules in `deskbell_app::view`.

mod categories;
mod counts;
mod create;
mod delete;
mod fields;
mod get;
mod list;
mod shown;
mod update;

pub(crate) use shown::{ViewView, schemas};

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
        categories::operation(),
        counts::operation(),
    ]
}
