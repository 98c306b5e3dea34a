//! The Ticket controller: one file a call. What its fields mean stands in their tables, what they do in `deskbell_app`.

mod batch;
pub(crate) mod bulk;
mod changes;
mod create;
mod delete;
mod delete_many;
mod edits;
mod get;
mod list;
mod set_priority;
mod set_status;
mod solve_unfinished;
mod undo;
mod unlink_customer;
mod update;
mod view;

pub(crate) use bulk::row_of;
pub(crate) use list::search_archived;
pub(crate) use view::{MessageView, message_keys, schemas};

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        changes::operation(),
        update::operation(),
        delete::operation(),
        delete_many::operation(),
        set_status::operation(),
        set_priority::operation(),
        unlink_customer::operation(),
        batch::operation(),
        solve_unfinished::operation(),
        undo::operation(),
    ]
}

/// How many tickets one bulk call takes, and one that is atomic.
pub(crate) const MOST: usize = 10_000;
pub(crate) use deskbell_app::bulk::MOST_ATOMIC;
