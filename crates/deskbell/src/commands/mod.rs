//! The commands beside `serve`, one file each: arguments in, one use case, an answer on stdout.

pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod openapi;
mod progress;
pub(crate) mod user;
pub(crate) mod verify;
