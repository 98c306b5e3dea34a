//! `cargo xtask schemathesis`: schemathesis, a tester of HTTP APIs by their OpenAPI document, against a fresh server.
//!
//! Every check of it is on; what no schema can foretell is listed, with its reasons, in `xtask/schemathesis/hooks.py`. It
//! comes from PyPI into the target folder; Python itself is installed where we are root and it is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::desk::Desk;
use crate::sh;

const VERSION: &str = "4.32.5";
/// The same seed gives the same requests, so that a failure can be met again.
const SEED: u64 = 1;
/// How it is told what no schema can say, from the root; each exception has its reason there.
const CONFIG: &str = "xtask/schemathesis/schemathesis.toml";
const HOOKS: &str = "xtask/schemathesis/hooks.py";

/// Runs it with that many examples per operation; its exit status is ours.
pub(crate) fn command(examples: u32, seed: Option<u64>, more: &[String]) -> Result<ExitCode> {
    let desk = Desk::build(false)?;
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let desk = desk.over(&folder.path().join("data"), None);
    // Something to find, to change and to refer to.
    desk.ask(&["demo", "--tickets", "2000"])?;
    let key = desk.create_key("schemathesis")?;
    // The second one stands for the first where a key is to be changed: see the hooks.
    desk.create_key("another")?;
    // The endpoints that it names are on this machine: see hooks.py.
    let server = desk.serve_with(&[("DESKBELL_WEBHOOK_ALLOW_PRIVATE", "true")])?;

    let mut command = Command::new(program);
    command.env("SCHEMATHESIS_HOOKS", sh::root().join(HOOKS)).env("PYTHONDONTWRITEBYTECODE", "1");
    command.arg(format!("--config-file={}", sh::root().join(CONFIG).display()));
    command.arg("run").arg(format!("http://{}/api/v2/openapi.json", server.address));
    command.arg(format!("--header=apiKey: {key}"));
    command.args(["--generation-database=none", "--continue-on-failure"]);
    // It waits for the end of an answer, and a stream has none.
    command.arg("--exclude-operation-id=changesStream");
    command.arg(format!("--max-examples={examples}"));
    command.arg(format!("--seed={}", seed.unwrap_or(SEED)));
    // It leaves its caches in the current folder.
    let status = sh::guarded(command.args(more).current_dir(folder.path()), |_| {})?;
    sh::go_on()?;
    Ok(ExitCode::from(sh::exit_code(status)))
}

/// The program of the pinned version, installed when it is not there.
fn program() -> Result<PathBuf> {
    let home = sh::target_dir().join("tools").join(format!("schemathesis-{VERSION}"));
    let program = home.join("bin/schemathesis");
    if !program.exists() {
        eprintln!("xtask: installing schemathesis {VERSION} into {}", home.display());
        let outcome = install(&home);
        if outcome.is_err() {
            // Half an environment must not look like a whole one the next time.
            let _ = fs::remove_dir_all(&home);
        }
        outcome.context("schemathesis cannot be installed")?;
    }
    Ok(program)
}

fn install(home: &Path) -> Result<()> {
    if make_environment(home).is_err() {
        if !sh::is_root() || !sh::on_path("apt-get") {
            bail!(
                "it needs Python 3.10 or newer with venv; install it (Debian: apt-get install python3-venv)"
            );
        }
        let apt_get = |args: &[&str]| {
            sh::output(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt_get(&["update", "-qq"])?;
        apt_get(&["install", "-qq", "-y", "--no-install-recommends", "python3", "python3-venv"])?;
        make_environment(home)?;
    }
    let package = format!("schemathesis=={VERSION}");
    sh::output(Command::new(home.join("bin/python")).args(["-m", "pip", "install", "--quiet", &package]))
        .map(drop)
}

fn make_environment(home: &Path) -> Result<()> {
    sh::output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home)).map(drop)
}
