//! Running wrk, the load generator, and reading what it measured.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::scripts;
use crate::sh;

/// The word before the line of JSON that our scripts print at the end.
pub(crate) const RESULT: &str = "RESULT ";

/// What one run measured. Times are in microseconds.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Measured {
    /// Answers per second.
    pub(crate) rate: f64,
    /// The median of the answer times.
    pub(crate) p50: u64,
    /// Their 99th percentile.
    pub(crate) p99: u64,
    /// Answers of status 400 and above, and connections and answers that failed.
    pub(crate) errors: u64,
}

/// wrk, and a folder for its scripts.
pub(crate) struct Wrk {
    folder: tempfile::TempDir,
}

/// How to load a server.
#[derive(Clone, Copy)]
pub(crate) struct Load<'a> {
    /// `HOST:PORT`.
    pub(crate) address: &'a str,
    /// The API key; empty for none.
    pub(crate) key: &'a str,
    /// How many requests are in progress at any time.
    pub(crate) connections: u32,
    /// For how long, in seconds.
    pub(crate) seconds: u32,
}

impl Wrk {
    /// Finds it, or installs it where we are root on Debian or Ubuntu.
    pub(crate) fn find() -> Result<Self> {
        if !sh::on_path("wrk") && sh::is_root() && sh::on_path("apt-get") {
            eprintln!("xtask: installing wrk");
            let mut install = Command::new("apt-get");
            install.args(["install", "-qq", "-y", "--no-install-recommends", "wrk"]);
            // Without a fresh list of packages this may fail; the message below then says what to do.
            let _ = sh::output(install.env("DEBIAN_FRONTEND", "noninteractive"));
        }
        if !sh::on_path("wrk") {
            bail!(
                "the benchmark needs wrk on the PATH (Debian: apt-get install wrk; macOS: brew install wrk)"
            );
        }
        Ok(Self { folder: tempfile::tempdir()? })
    }

    /// Runs one script to its end. Two seconds of warming up come before and do not count.
    pub(crate) fn run(&self, script: &str, load: Load<'_>) -> Result<Measured> {
        self.start("warm", script, Load { seconds: 2, ..load })?.finish()?;
        self.start("main", script, load)?.finish()
    }

    /// Runs one script while another one loads the same server; returns both.
    pub(crate) fn run_beside(
        &self,
        script: &str,
        load: Load<'_>,
        other: &str,
        other_load: Load<'_>,
    ) -> Result<(Measured, Measured)> {
        self.start("warm", other, Load { seconds: 2, ..other_load })?.finish()?;
        let other = self.start("other", other, other_load)?;
        let main = self.start("main", script, load)?.finish()?;
        Ok((main, other.finish()?))
    }

    fn start(&self, name: &str, script: &str, load: Load<'_>) -> Result<Running> {
        sh::go_on()?;
        let file: PathBuf = self.folder.path().join(format!("{name}.lua"));
        fs::write(&file, scripts::whole(script, load.address, load.key))?;
        let child = Command::new("wrk")
            // As many threads as the server may have cores, but no thread without a connection.
            .arg(format!("--threads={}", load.connections.min(2)))
            .arg(format!("--connections={}", load.connections))
            .arg(format!("--duration={}s", load.seconds))
            .args(["--timeout=10s", "--script"])
            .arg(&file)
            .arg(format!("http://{}/", load.address))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot run wrk")?;
        Ok(Running(child))
    }
}

struct Running(Child);

impl Running {
    fn finish(self) -> Result<Measured> {
        let output = self.0.wait_with_output()?;
        sh::go_on()?;
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() || !stderr.trim().is_empty() {
            bail!("wrk failed ({}):\n{stdout}{stderr}", output.status);
        }
        parse(&stdout)
    }
}

fn parse(stdout: &str) -> Result<Measured> {
    let line = stdout.lines().find_map(|line| line.strip_prefix(RESULT)).context("wrk printed no result")?;
    let value: serde_json::Value =
        serde_json::from_str(line).with_context(|| format!("wrk printed {line}"))?;
    let number = |name: &str| value[name].as_u64().with_context(|| format!("wrk printed no {name}: {line}"));
    let (requests, duration) = (number("requests")?, number("duration")?);
    if duration == 0 {
        bail!("wrk did not run: {line}");
    }
    Ok(Measured {
        rate: requests as f64 * 1e6 / duration as f64,
        p50: number("p50")?,
        p99: number("p99")?,
        errors: number("errors")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_line_is_read() {
        let text =
            "Running\nRESULT {\"requests\":500,\"duration\":2000000,\"p50\":80,\"p99\":900,\"errors\":1}\n";
        let measured = parse(text).unwrap();
        assert_eq!(measured, Measured { rate: 250.0, p50: 80, p99: 900, errors: 1 });
        assert!(parse("Requests/sec: 5").is_err());
    }
}
