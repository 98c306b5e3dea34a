//! The command line: which commands there are, the options that all of them take, and how a command is run.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use deskbell_app::Desk;

use crate::commands::{config, demo, import, key, openapi, user, verify};
use crate::config::{Config, Given};
use crate::data::{self, Size};
use crate::failure::{self, Usage};
use crate::{logging, serve, terminal};

/// A ticketing server with an API, over SQLite or PostgreSQL.
#[derive(Parser)]
#[command(
    name = "deskbell",
    version,
    propagate_version = false,
    arg_required_else_help = true,
    after_help = "Answers go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage.\n\
                  The settings and their meaning: deskbell config show --default"
)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the data is: the options of every command.
#[derive(clap::Args)]
#[command(next_help_heading = "Options of every command")]
struct Place {
    /// The data folder; made if it is not there [default: ./deskbell-data] [env: DESKBELL_DATA].
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// A PostgreSQL database instead of SQLite: postgres://USER:PASSWORD@HOST:5432/NAME. Others on this machine can
    /// see it on the command line; the environment hides the password [env: DESKBELL_DATABASE].
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The configuration file [env: DESKBELL_CONFIG].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API until SIGTERM or Ctrl-C.
    Serve(serve::Args),
    /// Make, list, change and revoke API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Make and list users, and give them new passwords.
    #[command(subcommand)]
    User(user::Command),
    /// Bring in the tickets of another system: CSV, TSV or JSON Lines, by a map.
    Import(import::Import),
    /// Make up tickets, for trying and measuring.
    Demo(demo::Demo),
    /// Check that everything in the data is as it must be; repairs nothing.
    Verify(verify::Verify),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Check and show the settings.
    #[command(subcommand)]
    Config(config::Command),
}

/// Runs the command that the arguments name.
pub(crate) fn main() -> ExitCode {
    data::keep_private();
    logging::quiet_panics();
    let cli = Cli::parse();
    run(cli).unwrap_or_else(|error| failure::report(&error))
}

fn run(cli: Cli) -> Result<ExitCode> {
    let given = cli.place.given();
    match cli.command {
        Command::Openapi => openapi::run(),
        Command::Config(command) => config::run(&command, &given),
        Command::Serve(args) => serve::run(&args, &settings(&given.with("listen", args.listen.as_ref()))?),
        Command::Key(command) => with_desk(&given, Size::Small, |desk| key::run(&command, desk)),
        Command::User(command) => with_desk(&given, Size::Small, |desk| user::run(&command, desk)),
        Command::Import(args) => with_desk(&given, Size::Full, |desk| import::run(&args, desk)),
        Command::Demo(args) => with_desk(&given, Size::Full, |desk| demo::run(&args, desk)),
        Command::Verify(args) => with_files(&given, |desk| verify::run(&args, desk)),
    }
}

/// Opens the desk for a command, beside a server or alone.
fn with_desk(given: &Given, size: Size, command: impl FnOnce(&Desk) -> Result<ExitCode>) -> Result<ExitCode> {
    over(&settings(given)?, size, command)
}

/// The same for a command that reads files.
fn with_files(given: &Given, command: impl FnOnce(&Desk) -> Result<ExitCode>) -> Result<ExitCode> {
    let config = settings(given)?;
    over(&config, Size::Full, |desk| {
        data::files(&config, desk)?;
        command(desk)
    })
}

fn over(config: &Config, size: Size, command: impl FnOnce(&Desk) -> Result<ExitCode>) -> Result<ExitCode> {
    logging::for_commands(config)?;
    data::prepare(config)?;
    let desk = data::open(config, size)?;
    let done = command(&desk);
    desk.close();
    done
}

impl Place {
    fn given(&self) -> Given {
        Given { file: self.config.clone(), options: Vec::new() }
            .with("data", self.data.as_ref())
            .with("database", self.database.as_ref())
    }
}

impl Given {
    fn with(mut self, name: &'static str, option: Option<&String>) -> Self {
        self.options.extend(option.map(|text| (name, text.clone())));
        self
    }
}

/// The settings for a command that needs good ones.
fn settings(given: &Given) -> Result<Config> {
    let config = Config::load(given).map_err(|found| {
        let text = match &found.faults[..] {
            [one] => one.clone(),
            several => format!("the settings are wrong:\n  {}", several.join("\n  ")),
        };
        if found.usage { Usage(text).into() } else { anyhow::anyhow!(text) }
    })?;
    for warning in &config.warnings {
        terminal::hint(&format!("deskbell: {warning}"));
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_every_part_is_explained() {
        fn explained(command: &clap::Command) {
            for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
                assert!(part.get_about().is_some(), "{} says nothing about itself", part.get_name());
                for argument in
                    part.get_arguments().filter(|a| !matches!(a.get_id().as_str(), "help" | "version"))
                {
                    assert!(argument.get_help().is_some(), "{} {}", part.get_name(), argument.get_id());
                }
                explained(part);
            }
        }
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        explained(&command);
    }

    #[test]
    fn the_place_may_stand_before_and_behind_the_command() {
        for words in [["deskbell", "--data", "x", "key", "list"], ["deskbell", "key", "list", "--data", "x"]]
        {
            let cli = Cli::try_parse_from(words).map_err(|error| error.to_string()).expect("good usage");
            assert_eq!(cli.place.data.as_deref(), Some("x"));
        }
    }
}
