//! The binary as people and service managers meet it: real processes, real signals, real sockets.
//!
//! What the API answers is the business of the scenarios in `tests/it`; here a call is only a means.

mod failing;
mod full_disk;
mod harness;
mod keys;
mod limits;
mod logs;
mod serving;
mod settings;
mod users;
mod verify;
