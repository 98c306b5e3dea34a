//! The Ticket controller.

#![expect(clippy::unwrap_used, reason = "a scenario that panics has failed, which is what it is for")]

mod as_of;
mod batch;
mod batch_by_filter;
mod batch_refusals;
mod bulk_rules;
mod changes;
mod create;
mod delete;
mod delete_many;
mod get;
mod history;
mod list;
mod list_paging;
mod merge;
mod merge_seen;
mod search;
mod search_language;
mod set_priority;
mod set_status;
mod setup;
mod solve_unfinished;
mod timers;
mod undo;
mod unlink_customer;
mod update;

pub(crate) use setup::{change, fill_messages, stored};
