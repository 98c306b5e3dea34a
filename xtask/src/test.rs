//! `cargo xtask test`: the whole suite on both engines, closed by one line that says how many tests passed.
//!
//! Without PostgreSQL it fails; it never skips.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::postgres::{self, Server};
use crate::sh;

/// What the lines `test result: …` add up to.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Adds a line of a test program's output, if it is its closing one.
    fn add(&mut self, line: &str) {
        let Some(numbers) = line.trim().strip_prefix("test result: ") else { return };
        // `ok. 12 passed; 0 failed; 0 ignored; …`
        for part in numbers.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(word)) = (words.next().and_then(|n| n.parse::<u64>().ok()), words.next())
            else {
                continue;
            };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// Runs the suite; `args` go to `cargo test` (a filter, `-p CRATE`, `-- --nocapture`).
pub(crate) fn command(args: &[OsString]) -> Result<ExitCode> {
    let server = Server::get()?;
    eprintln!("xtask: {}", server.describe());
    let mut tally = Tally::default();

    let mut main = sh::cargo("test");
    main.args(["--no-fail-fast", "--all-targets"]);
    if !chooses_package(args) {
        main.arg("--workspace");
    }
    let mut good = run(main.args(args), &server, &mut tally)?;
    // --all-targets leaves the examples in the documentation out; a filtered run does not mean them.
    if args.is_empty() {
        good &= run(sh::cargo("test").args(["--no-fail-fast", "--doc", "--workspace"]), &server, &mut tally)?;
    }
    drop(server);

    if good && tally.passed == 0 {
        bail!("no test ran: nothing matches {args:?}");
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if good && tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run(command: &mut Command, server: &Server, tally: &mut Tally) -> Result<bool> {
    command.env(postgres::VARIABLE, server.url());
    let status = sh::guarded(command, |line| tally.add(line))?;
    sh::go_on()?;
    Ok(status.success())
}

fn chooses_package(args: &[OsString]) -> bool {
    args.iter()
        .map(|arg| arg.to_string_lossy())
        .take_while(|arg| arg != "--")
        .any(|arg| arg.starts_with("-p") || arg.starts_with("--package") || arg == "--workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up_and_other_lines_do_not_count() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test passed ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.25s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s",
        ] {
            tally.add(line);
        }
        assert_eq!(tally, Tally { passed: 15, failed: 2 });
    }

    #[test]
    fn a_chosen_package_replaces_the_workspace() {
        let args = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(chooses_package(&args("-p deskbell-db name")));
        assert!(chooses_package(&args("--package=deskbell-db")));
        assert!(!chooses_package(&args("name -- -pretty")));
    }
}
