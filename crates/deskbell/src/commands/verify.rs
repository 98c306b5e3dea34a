//! `deskbell verify`: is everything as it must be?

use std::process::ExitCode;

use anyhow::{Context, Result};
use deskbell_app::{Desk, verify, verify::Head};

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
    /// A head of the journal's chain that was kept, as printed: it must still be in the chain. May be repeated.
    #[arg(long, value_name = "POSITION:HASH", value_parser = head)]
    head: Vec<Head>,
}

fn head(text: &str) -> Result<Head, &'static str> {
    Head::parse(text).ok_or("a head is POSITION:HASH as this command prints it, with 64 hexadecimal digits")
}

/// Checks.
pub(crate) fn run(args: &Verify, desk: &Desk) -> Result<ExitCode> {
    let mut progress = Progress::new();
    let report = verify::against(desk, &args.head, &mut |check, done, total| {
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
        if let Some(head) = &report.head {
            terminal::answer(&format!(
                "the chain of the journal ends with the head {}:{}",
                head.position, head.hash
            ))?;
        }
        if report.unsealed > 0 {
            terminal::answer(&format!("{} events are not sealed yet: a server does that", report.unsealed))?;
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
