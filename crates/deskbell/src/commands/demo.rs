//! `deskbell demo`: made-up data for trying and measuring.

use std::process::ExitCode;

use anyhow::Result;
use deskbell_app::{Desk, demo};

use super::progress::Progress;
use crate::terminal;

/// `demo`.
#[derive(clap::Args)]
#[command(
    after_help = "The same seed makes the same data everywhere; a larger number of tickets adds to a smaller one."
)]
pub(crate) struct Demo {
    /// How many made-up tickets the desk has in the end; each has three messages on average.
    #[arg(long, value_name = "N")]
    tickets: u64,
    /// Which made-up data: any number.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print the summary as a JSON object.
    #[arg(long)]
    json: bool,
}

/// Makes the data.
pub(crate) fn run(args: &Demo, desk: &Desk) -> Result<ExitCode> {
    let mut progress = Progress::new();
    let made = demo::run(desk, args.tickets, args.seed, &mut |count| {
        progress.show(count, args.tickets, || format!("{count} tickets"));
    });
    progress.clear();
    let made = made?;
    if args.json {
        terminal::answer_json(&made)?;
    } else {
        terminal::answer(&format!(
            "{} tickets made with {} messages, {} there already; {:.1} seconds, {:.0} tickets a second",
            made.tickets, made.messages, made.already, made.seconds, made.per_second
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
