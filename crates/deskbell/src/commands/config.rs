//! `deskbell config`: whether the settings are good, and what they are.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::config::{self, Config, Faults, Given};
use crate::terminal;

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read file, environment and options, and say everything that is wrong with them.
    Check,
    /// Show the settings in force and where each comes from; passwords are masked.
    Show {
        /// Print the shipped configuration file instead: every setting with its meaning and its default.
        #[arg(long, conflicts_with = "json")]
        default: bool,
        /// Print a JSON array of name, value and source.
        #[arg(long)]
        json: bool,
    },
}

/// Runs one.
pub(crate) fn run(command: &Command, given: &Given) -> Result<ExitCode> {
    if let Command::Show { default: true, .. } = command {
        terminal::answer(config::shipped().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = match Config::load(given) {
        Ok(config) => config,
        Err(faults) => return Ok(refuse(&faults)),
    };
    for warning in &config.warnings {
        terminal::hint(&format!("deskbell: {warning}"));
    }
    match command {
        Command::Check => {
            let read = config.file.as_ref().map(|path| format!(" ({} was read)", path.display()));
            terminal::answer(&format!("The settings are good{}.", read.unwrap_or_default()))?;
        }
        Command::Show { json: true, .. } => terminal::answer_json(&config::effective(&config))?,
        Command::Show { .. } => {
            let lines: Vec<String> = config::effective(&config).iter().map(config::Shown::line).collect();
            terminal::answer(&lines.join("\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse(faults: &Faults) -> ExitCode {
    for fault in &faults.faults {
        terminal::hint(&format!("deskbell: {fault}"));
    }
    ExitCode::from(if faults.usage { 2 } else { 1 })
}
