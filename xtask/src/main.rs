//! `cargo xtask …`: the developer commands of deskbell. They need nothing but Rust and what they fetch themselves.

mod bench;
mod desk;
mod generate;
mod http;
mod postgres;
mod schemathesis;
mod serve;
mod server;
mod sh;
mod test;
mod tidy;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Developer commands of deskbell.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build deskbell and serve; the first start makes a key and shows it.
    Serve(serve::Args),
    /// Run the whole suite on both engines; the arguments go to `cargo test`.
    Test {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Make the files anew that are made from the code.
    Gen {
        /// Write nothing; fail where a file is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Check the invariants that reading the tree can check.
    Tidy,
    /// Test the API by its own document with schemathesis.
    Schemathesis {
        /// Examples per operation.
        #[arg(long, default_value_t = 25)]
        examples: u32,
        /// Another seed than the usual one: other requests.
        #[arg(long)]
        seed: Option<u64>,
        /// Further options of `schemathesis run`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        more: Vec<String>,
    },
    /// Measure a release build with wrk, as ratios to a bare server.
    Bench(bench::Args),
    /// Start a private PostgreSQL until Ctrl-C, or for the run of a command.
    Postgres {
        /// A command that gets the server's address as DESKBELL_TEST_POSTGRES.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let outcome = sh::catch_signals().and_then(|()| run(Cli::parse().command));
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Test { args } => test::command(&args),
        Command::Serve(args) => serve::command(args),
        Command::Gen { check } => generate::command(check),
        Command::Schemathesis { examples, seed, more } => schemathesis::command(examples, seed, &more),
        Command::Bench(args) => bench::command(&args),
        Command::Tidy => tidy::command(),
        Command::Postgres { program } => postgres::command(&program),
    }
}
