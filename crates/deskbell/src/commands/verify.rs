//! `deskbell verify`: is everything as it must be?

use std::process::ExitCode;

use anyhow::{Context, Result};
use deskbell_app::{Desk, verify};

use super::progress::Progress;
use crate::terminal;

/// `verify`.
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 everything is as it must be, 1 it is not. It may run beside a server, and repairs nothing."
)]
pub(crate) struct Verify {
    /// Print the findings as a JSON object.
    #[arg(long)]
    json: bool,
}

/// Checks.
pub(crate) fn run(args: &Verify, desk: &Desk) -> Result<ExitCode> {
    let mut progress = Progress::new();
    let report = verify::run(desk, &mut |check, done, total| {
        progress.show(done, total, || format!("checking {check}"))
    });
    progress.clear();
    let report = report
        .context("the check did not come to its end (a large table may need a longer statement_seconds)")?;
    if args.json {
        terminal::answer_json(&report)?;
    } else {
        for problem in &report.problems {
            terminal::answer(&format!("{} {}: {}", problem.check, problem.id, problem.what))?;
        }
        let found: u64 = report.checks.iter().map(|check| check.problems).sum();
        let looked: Vec<String> =
            report.checks.iter().map(|check| format!("{} {}", check.looked_at, check.name)).collect();
        let result =
            if report.good { "everything is as it must be".to_owned() } else { format!("{found} problems") };
        terminal::answer(&format!("{result} ({}; {:.1} seconds)", looked.join(", "), report.seconds))?;
    }
    Ok(if report.good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
