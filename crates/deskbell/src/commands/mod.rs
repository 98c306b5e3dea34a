//! The commands beside `serve`, one file each: arguments in, one use case, an answer on stdout.

pub(crate) mod config;
pub(crate) mod key;
pub(crate) mod openapi;
