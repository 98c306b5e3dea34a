//! The Webhook controller: one file a call. Rules live in `deskbell_app::webhook`.

mod create;
mod delete;
mod delivery;
mod fields;
mod get;
mod list;
mod replay;
mod rotate;
mod test;
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
        test::operation(),
        rotate::operation(),
        replay::operation(),
        delivery::operation(),
    ]
}
