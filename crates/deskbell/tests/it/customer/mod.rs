//! The Customer controller.

mod calls;
