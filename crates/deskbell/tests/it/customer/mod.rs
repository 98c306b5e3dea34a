//! The Customer controller.

mod calls;
mod crm;
mod merge;
mod timeline;
