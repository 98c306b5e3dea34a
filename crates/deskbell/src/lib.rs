//! The binary's inside: settings, command line, the server process around the API, logs and figures.
//!
//! It is a library so that tests can build the served router from a desk of theirs ([`serve::app`]). It knows no rule
//! of the help desk and no call of the API.

mod cli;
mod commands;
mod config;
mod context;
mod courier;
mod data;
mod failure;
mod health;
mod lock;
mod logging;
mod metrics;
pub mod serve;
mod server;
mod terminal;

pub use context::SystemContext;

/// Runs the command that the arguments name. Answers go to stdout, everything else to stderr; the exit status is 0 for
/// done, 1 for failed, 2 for wrong usage, or what a command defines beyond.
pub fn main() -> std::process::ExitCode {
    cli::main()
}
