//! `cargo xtask serve`: build, make a first key on the very first start, serve, and say what to do next.
//!
//! The development profile by default: it is built in a third of the time of a release, and SQLite itself is optimised
//! in both. `--release` is for measuring.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

use crate::desk::Desk;
use crate::server::Server;
use crate::sh;

/// What `cargo xtask serve` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build with optimisations; takes minutes the first time.
    #[arg(long)]
    release: bool,
    /// The data folder [default: ./deskbell-data].
    #[arg(long)]
    data: Option<OsString>,
    /// A PostgreSQL URL instead of the SQLite file in the data folder.
    #[arg(long)]
    database: Option<OsString>,
    /// The configuration file.
    #[arg(long)]
    config: Option<OsString>,
    /// Further options of `deskbell serve`, such as `--listen 127.0.0.1:9000`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<OsString>,
}

/// Builds and serves until Ctrl-C; the server's exit status is ours.
pub(crate) fn command(args: Args) -> Result<ExitCode> {
    let mut place = Vec::new();
    for (name, value) in [("--data", args.data), ("--database", args.database), ("--config", args.config)] {
        place.extend(value.into_iter().flat_map(|value| [name.into(), value]));
    }
    let options: String = place.iter().map(|part| format!(" {}", part.to_string_lossy())).collect();
    let desk = Desk::build(args.release)?.with(place);
    sh::go_on()?;
    let key = if desk.keys()? == 0 { Some(desk.create_key("first")?) } else { None };
    let mut serve = desk.command(&["serve"]);
    serve.args(&args.more);
    let server = Server::start(serve, true)?;
    // To stderr, like every hint; stdout has the server's own line.
    let _ = write!(std::io::stderr(), "{}", hints(&server.address, key.as_deref(), &options));
    Ok(ExitCode::from(sh::exit_code(server.wait()?)))
}

/// `options` say where the data is, each with a blank before it.
fn hints(address: &str, key: Option<&str>, options: &str) -> String {
    let base = format!("http://{address}");
    let (about, key) = match key {
        Some(key) => (
            format!(
                "Your first key   {key}\n                 It may do everything and is not shown again.\n"
            ),
            key,
        ),
        None => (
            format!(
                "Keys exist       cargo run -- key list{options}\n\
                 To make another  cargo run -- key create --name NAME --all{options}\n"
            ),
            "KEY",
        ),
    };
    format!(
        "\nCalls to try     {base}/docs\n{about}\
         A first ticket   curl -H 'apiKey: {key}' -d title='Hello' {base}/api/v2/ticket\n\
         And to see it    curl -H 'apiKey: {key}' {base}/api/v2/ticket\n\
         Stop             Ctrl-C\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_shows_the_key_ready_to_paste() {
        let text = hints("127.0.0.1:8025", Some("dk_1"), "");
        assert!(text.contains("curl -H 'apiKey: dk_1' http://127.0.0.1:8025/api/v2/ticket\n"), "{text}");
    }

    #[test]
    fn later_starts_say_how_to_make_another_key() {
        let text = hints("127.0.0.1:8025", None, " --data x");
        assert!(
            text.contains("cargo run -- key create --name NAME --all --data x\n")
                && text.contains("apiKey: KEY"),
            "{text}"
        );
    }
}
