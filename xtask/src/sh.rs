//! Running other programs: plainly, or guarded so that a signal to us ends them and our own cleaning up still happens.
//!
//! Guarded programs get a process group of their own; SIGINT, SIGTERM and SIGHUP are passed on to all of it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};

/// How long a guarded program may take to end after a signal, before its whole group is killed.
const GRACE: Duration = Duration::from_secs(15);
/// How often waiting loops look again.
const TICK: Duration = Duration::from_millis(20);

static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// From here on SIGINT, SIGTERM and SIGHUP do not end this program but are remembered, see [`signalled`].
pub(crate) fn catch_signals() -> Result<()> {
    let seen = SIGNAL.get_or_init(Arc::default);
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        let number = usize::try_from(signal).context("signal number")?;
        signal_hook::flag::register_usize(signal, Arc::clone(seen), number)
            .with_context(|| format!("cannot catch signal {signal}"))?;
    }
    Ok(())
}

/// The number of the signal that came since [`catch_signals`], if one did.
pub(crate) fn signalled() -> Option<i32> {
    let number = SIGNAL.get()?.load(Ordering::SeqCst);
    i32::try_from(number).ok().filter(|number| *number != 0)
}

/// Waits until a signal comes, or until `done` says so.
pub(crate) fn wait_for_signal(mut done: impl FnMut() -> bool) {
    while signalled().is_none() && !done() {
        thread::sleep(TICK);
    }
}

/// An environment variable, `None` when unset or empty.
pub(crate) fn env(name: &str) -> Option<OsString> {
    #[expect(clippy::disallowed_methods, reason = "the developer commands are configured by the environment")]
    let value = std::env::var_os(name);
    value.filter(|value| !value.is_empty())
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder that cargo builds into.
pub(crate) fn target_dir() -> PathBuf {
    env("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Cargo, in the workspace's folder.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).current_dir(root());
    // What cargo says of this program is none of theirs: build scripts that look at it would run again for nothing.
    for name in names_of_env() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

#[expect(clippy::disallowed_methods, reason = "xtask has no configuration of its own")]
fn names_of_env() -> Vec<std::ffi::OsString> {
    std::env::vars_os().map(|(name, _)| name).collect()
}

/// Whether a program of that name is on the PATH.
pub(crate) fn on_path(program: &str) -> bool {
    path_dirs().iter().any(|dir| dir.join(program).is_file())
}

/// The folders of the PATH.
pub(crate) fn path_dirs() -> Vec<PathBuf> {
    env("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a program to its end and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("cannot run `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// Builds a program of the workspace and returns its path. Errors: it does not compile (cargo has said why).
pub(crate) fn build(package: &str, bin: &str, more: &[&str]) -> Result<PathBuf> {
    let mut command = cargo("build");
    command.args(["--package", package, "--bin", bin, "--message-format=json-render-diagnostics"]).args(more);
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("`{}` failed", line(&command));
    }
    // One JSON object for each thing built; ours has a path to run.
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == bin)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .with_context(|| format!("cargo did not say where it put {bin}"))
}

/// Fails if a signal came: for long work that has to stop between its steps.
pub(crate) fn go_on() -> Result<()> {
    match signalled() {
        Some(signal) => bail!("stopped by signal {signal}"),
        None => Ok(()),
    }
}

/// Runs a program to its end and returns what it wrote to stdout; fails with its stderr when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run `{line}`"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed: {}\n{}", output.status, stderr.trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` does not write UTF-8"))
}

/// Runs a program guarded; `each` sees every line of its stdout, which is passed on as well. After a signal its whole
/// group is gone when this returns; [`signalled`] tells. Errors: it cannot be started.
pub(crate) fn guarded(command: &mut Command, mut each: impl FnMut(&str) + Send) -> Result<ExitStatus> {
    let line = line(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot run `{line}`"))?;
    let stdout = child.stdout.take().context("stdout was asked for")?;
    thread::scope(|scope| {
        scope.spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // A closed pipe behind us must not end the run before its cleaning up.
                let _ = writeln!(std::io::stdout(), "{line}");
                each(&line);
            }
        });
        wait_guarded(&mut child)
    })
}

fn wait_guarded(child: &mut Child) -> Result<ExitStatus> {
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            if asked.is_some() {
                signal_group(child.id(), Signal::KILL);
            }
            return Ok(status);
        }
        match (signalled(), asked) {
            (Some(_), None) => {
                signal_group(child.id(), Signal::TERM);
                asked = Some(Instant::now());
            }
            (Some(_), Some(since)) if since.elapsed() > GRACE => signal_group(child.id(), Signal::KILL),
            _ => {}
        }
        thread::sleep(TICK);
    }
}

/// Sends a signal to one process; one that is gone already is no failure.
pub(crate) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = to_pid(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// Whether a process of that id exists.
pub(crate) fn is_alive(pid: u32) -> bool {
    // EPERM means that it lives under another user.
    to_pid(pid).is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn signal_group(pid: u32, signal: Signal) {
    if let Some(pid) = to_pid(pid) {
        let _ = kill_process_group(pid, signal);
    }
}

fn to_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Waits until the child ends, `limit` at most.
pub(crate) fn wait_at_most(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(TICK);
    }
    None
}

/// The exit code that a shell would report for this status.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(code).unwrap_or(1)
}

fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guarded_passes_every_line_and_the_status() {
        let mut lines = Vec::new();
        let status = guarded(Command::new("sh").args(["-c", "echo; echo; exit 3"]), |line| {
            lines.push(line.to_owned());
        })
        .unwrap();
        assert_eq!((lines, exit_code(status)), (vec![String::new(); 2], 3));
    }

    #[test]
    fn output_names_the_command_and_its_complaint() {
        let error = output(Command::new("sh").args(["-c", "echo no good >&2; exit 1"])).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("no good") && text.contains("sh -c"), "{text}");
    }

    #[test]
    fn a_process_that_ended_is_not_alive() {
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(is_alive(std::process::id()));
        assert!(!is_alive(pid));
    }
}
