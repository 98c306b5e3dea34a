//! A server process of ours: started, known by the address it prints, and ended with this value.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::sh;

const START_LIMIT: Duration = Duration::from_secs(120);
/// Longer than the ten seconds that requests in progress get.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// How every server of ours says that it answers.
const READY: &str = "listening on http://";

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// `HOST:PORT`.
    pub(crate) address: String,
}

impl Server {
    /// Starts it and waits until it answers. Its stdout is passed on to ours if `loud`.
    pub(crate) fn start(mut command: Command, loud: bool) -> Result<Self> {
        let start = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        let stdout = child.stdout.take().context("stdout was asked for")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if loud {
                    let _ = writeln!(std::io::stdout(), "{line}");
                }
                if let Some((_, address)) = line.split_once(READY) {
                    let _ = sender.send(address.trim().trim_end_matches('/').to_owned());
                }
            }
        });
        while start.elapsed() < START_LIMIT && sh::signalled().is_none() {
            if let Ok(address) = receiver.recv_timeout(Duration::from_millis(50)) {
                return Ok(Self { child, address });
            }
            if let Some(status) = child.try_wait()? {
                bail!("the server ended before it answered: {status}");
            }
        }
        end(&mut child);
        sh::go_on()?;
        bail!("the server did not say `{READY}…` within {} s", START_LIMIT.as_secs());
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself or a signal to us is passed on to it.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        let mut ended = None;
        sh::wait_for_signal(|| {
            ended = self.child.try_wait().ok().flatten();
            ended.is_some()
        });
        match ended {
            Some(status) => Ok(status),
            None => end(&mut self.child).context("the server did not end when asked and was killed"),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            end(&mut self.child);
        }
    }
}

fn end(child: &mut Child) -> Option<ExitStatus> {
    sh::signal(child.id(), Signal::TERM);
    let status = sh::wait_at_most(child, STOP_LIMIT);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_address_is_read_from_the_line_that_says_it() {
        let server =
            Server::start(shell("echo hello; echo 'listening on http://127.0.0.1:7'; sleep 60"), false);
        assert_eq!(server.unwrap().address, "127.0.0.1:7");
    }

    #[test]
    fn a_server_that_ends_early_is_an_error() {
        let error = Server::start(shell("exit 4"), false).err().unwrap();
        assert!(error.to_string().contains("exit status: 4"), "{error}");
    }

    #[test]
    fn the_exit_status_passes_through() {
        let server = Server::start(shell("echo 'listening on http://a:1'; exit 3"), false).unwrap();
        assert_eq!(server.wait().unwrap().code(), Some(3));
    }
}
