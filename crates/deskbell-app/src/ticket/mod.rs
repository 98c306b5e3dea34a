//! Tickets. Every read and write loads them through `load`, which knows what the actor may see.

mod as_of;
pub mod counters;
pub mod create;
pub mod delete;
mod differs;
pub mod edit;
mod effect;
pub(crate) mod erase;
mod form;
pub mod get;
pub mod list;
pub mod load;
pub(crate) mod merge;
pub(crate) mod merged;
mod row;
pub mod settle;
pub mod solve;
pub(crate) mod spoken;
mod sql;
pub(crate) mod timers;
pub mod undo;
pub mod update;
pub(crate) mod whole;

pub use row::Ticket;
