//! One private PostgreSQL server in a temporary folder: made, started, and removed when the value is dropped.
//!
//! It listens on 127.0.0.1 at a free port and on a socket in its folder, with a random password that only our
//! children learn. For tests it is not durable against a power cut; a killed backend or server still loses nothing.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::find::{self, Binaries, as_owner};
use crate::sh;

/// The folder stands here and not in a deep TMPDIR, since a socket's path has at most 107 bytes.
const ABOVE: &str = "/tmp";
const PREFIX: &str = "deskbell-pg-";
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// For tests: quick, and safe against everything but a power cut.
const QUICK: &[&str] = &["fsync=off", "full_page_writes=off"];
/// For measuring: durable, as in the field, with a usual amount of memory.
const DURABLE: &[&str] = &["shared_buffers=512MB", "effective_cache_size=2GB", "random_page_cost=1.1"];
/// For both.
const SETTINGS: &[&str] = &["max_connections=300", "logging_collector=off", "unix_socket_permissions=0700"];

/// A running private server.
pub(crate) struct Cluster {
    // Dropped after `Drop::drop` has stopped the server in it.
    folder: tempfile::TempDir,
    server: Child,
    url: String,
    about: String,
}

impl Cluster {
    /// Makes and starts one for tests. Errors: with the last lines of the server's log.
    pub(crate) fn start(binaries: &Binaries) -> Result<Self> {
        Self::start_with(binaries, QUICK)
    }

    /// Makes and starts one for measuring, as durable as in the field.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::start_with(&super::binaries()?, DURABLE)
    }

    fn start_with(binaries: &Binaries, settings: &[&str]) -> Result<Self> {
        sweep();
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(ABOVE)?;
        let home = folder.path();
        fs::write(home.join("owner"), std::process::id().to_string())?;
        if sh::is_root() {
            chown(home, Some(find::NOBODY), Some(find::NOBODY))?;
        }
        fs::set_permissions(home, fs::Permissions::from_mode(0o700))?;

        let password = password()?;
        let locale = init(binaries, home, &password)?;
        let (server, port) = launch(binaries, home, settings)?;
        Ok(Self {
            url: format!("postgres://deskbell:{password}@127.0.0.1:{port}/postgres"),
            about: format!("Private PostgreSQL {} ({locale}) on 127.0.0.1:{port}", binaries.major),
            folder,
            server,
        })
    }

    /// Its address, with user and password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Version, locale and port, for people.
    pub(crate) fn describe(&self) -> String {
        self.about.clone()
    }

    /// Whether the server still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(None))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        stop(&mut self.server);
        if let Some(dead) =
            fs::read_to_string(self.folder.path().join("log")).ok().and_then(|log| crash(&log))
        {
            eprintln!("xtask: the private PostgreSQL reported: {dead}");
        }
    }
}

/// Makes the data folder; returns the locale's name.
fn init(binaries: &Binaries, home: &Path, password: &str) -> Result<&'static str> {
    let password_file = home.join("password");
    fs::write(&password_file, password)?;
    // Databases in the field sort by a language's rules; under plain byte order the suite would never notice a
    // statement that depends on it. Old or reduced builds have no ICU.
    let icu: &[&str] = &["--locale=C", "--locale-provider=icu", "--icu-locale=en"];
    let locales = [("ICU en", icu), ("C", &["--locale=C"])];
    let mut failure = None;
    for (name, locale) in locales {
        let made = sh::output(
            as_owner(&binaries.dir.join("initdb"))
                .args(["--username=deskbell", "--auth=password", "--encoding=UTF8", "--no-sync"])
                .arg(format!("--pwfile={}", password_file.display()))
                .arg(format!("--pgdata={}", home.join("data").display()))
                .args(locale),
        );
        match made {
            Ok(_) => return Ok(name),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.context("no locale to try")?.context("cannot make a PostgreSQL data folder"))
}

/// Starts the server at a free port and waits until it answers.
fn launch(binaries: &Binaries, home: &Path, settings: &[&str]) -> Result<(Child, u16)> {
    // Between our look for a free port and the server's use of it another program may take it.
    let mut attempts = 3;
    loop {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = spawn(binaries, home, port, settings)?;
        if wait_until_ready(&mut server, home) {
            return Ok((server, port));
        }
        stop(&mut server);
        sh::go_on()?;
        attempts -= 1;
        let log = fs::read_to_string(home.join("log")).unwrap_or_default();
        if attempts == 0 || !log.contains("Address already in use") {
            bail!("PostgreSQL did not start; the end of its log:\n{}", tail(&log, 20));
        }
    }
}

fn spawn(binaries: &Binaries, home: &Path, port: u16, settings: &[&str]) -> Result<Child> {
    let log = File::create(home.join("log"))?;
    let mut command = as_owner(&binaries.dir.join("postgres"));
    command.arg("-D").arg(home.join("data")).arg("-p").arg(port.to_string());
    command
        .args(["-c", "listen_addresses=127.0.0.1", "-c"])
        .arg(format!("unix_socket_directories={}", home.display()));
    for setting in SETTINGS.iter().chain(settings) {
        command.args(["-c", setting]);
    }
    // A group of its own: Ctrl-C in the terminal must reach the tests before it ends the server below them.
    command.process_group(0).stdout(log.try_clone()?).stderr(log);
    command.spawn().context("cannot run postgres")
}

fn wait_until_ready(server: &mut Child, home: &Path) -> bool {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT && sh::signalled().is_none() {
        if matches!(server.try_wait(), Ok(Some(_))) {
            return false;
        }
        // The server writes its state into the eighth line.
        let state = fs::read_to_string(home.join("data/postmaster.pid")).unwrap_or_default();
        if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

fn stop(server: &mut Child) {
    // SIGQUIT is PostgreSQL's immediate shutdown: the data is thrown away in any case.
    sh::signal(server.id(), Signal::QUIT);
    if sh::wait_at_most(server, STOP_LIMIT).is_none() {
        let _ = server.kill();
        let _ = server.wait();
    }
}

/// Removes what earlier runs left that were killed the hard way.
fn sweep() {
    let Ok(entries) = Path::new(ABOVE).read_dir() else { return };
    for folder in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if is_orphan(&folder) {
            if let Some(pid) = postmaster(&folder) {
                sh::signal(pid, Signal::QUIT);
            }
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Whether the folder is one of ours whose maker is gone. Others' folders cannot be read and so are no orphans.
fn is_orphan(folder: &Path) -> bool {
    let ours = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
    let owner = || fs::read_to_string(folder.join("owner")).ok()?.trim().parse().ok();
    ours && owner().is_some_and(|pid| !sh::is_alive(pid))
}

/// The server that runs on this folder, if the process of that number really is one.
fn postmaster(folder: &Path) -> Option<u32> {
    let file = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let pid: u32 = file.lines().next()?.trim().parse().ok()?;
    let line = fs::read(PathBuf::from(format!("/proc/{pid}/cmdline"))).ok()?;
    String::from_utf8_lossy(&line).contains(&*folder.to_string_lossy()).then_some(pid)
}

fn password() -> Result<String> {
    let mut bytes = [0; 16];
    #[expect(clippy::disallowed_methods, reason = "a password for one run, which no test has to foresee")]
    getrandom::fill(&mut bytes).context("no randomness")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn crash(log: &str) -> Option<String> {
    log.lines().find(|line| line.contains("PANIC:")).map(str::to_owned)
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_log_is_its_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a", 5), "a");
    }

    #[test]
    fn only_folders_of_ended_runs_are_orphans() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join(format!("{PREFIX}x"));
        fs::create_dir(&folder).unwrap();
        assert!(!is_orphan(&folder), "without an owner");
        fs::write(folder.join("owner"), std::process::id().to_string()).unwrap();
        assert!(!is_orphan(&folder), "its owner is this test");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        fs::write(folder.join("owner"), child.id().to_string()).unwrap();
        assert!(is_orphan(&folder));
    }

    #[test]
    fn passwords_differ() {
        assert_ne!(password().unwrap(), password().unwrap());
    }
}
