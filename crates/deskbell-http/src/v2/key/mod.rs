//! The Key controller: one file a call. Rules live in `deskbell_app::key`.

mod create;
mod delete;
mod fields;
mod get;
mod list;
mod rotate;
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
        get::operation(),
        update::operation(),
        delete::operation(),
        rotate::operation(),
    ]
}
