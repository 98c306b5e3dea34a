//! The Customer controller.

mod calls;
mod crm;
mod merge;
mod purge;
mod purge_leaves;
mod timeline;
