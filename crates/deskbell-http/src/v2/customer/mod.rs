//! The Customer controller: one file a call. What its fields mean stands in their tables, what they do in `deskbell_app`.

mod add_channel_only;
mod create;
mod delete;
mod fields;
mod get;
mod item_channel;
mod list;
mod merge;
mod purge;
mod search;
mod timeline;
mod update;
mod update_customer;
mod view;

pub(crate) use view::schemas;

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![
        list::operation(),
        create::operation(),
        update_customer::operation(),
        add_channel_only::operation(),
        item_channel::operation(),
        merge::operation(),
        purge::operation(),
        search::operation(),
        timeline::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ]
}
