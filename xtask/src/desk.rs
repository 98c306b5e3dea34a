//! The deskbell binary as the developer commands use it: built here, run with one place for its data.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::server::Server;
use crate::sh;

/// The binary and the options that say where its data is.
pub(crate) struct Desk {
    binary: PathBuf,
    place: Vec<OsString>,
}

impl Desk {
    /// Builds it; for release or with the quick-to-build development profile.
    pub(crate) fn build(release: bool) -> Result<Self> {
        let more: &[&str] = if release { &["--release"] } else { &[] };
        Ok(Self { binary: sh::build("deskbell", "deskbell", more)?, place: Vec::new() })
    }

    /// The same binary over other data: a folder, and a PostgreSQL database if `database` names one.
    pub(crate) fn over(&self, data: &Path, database: Option<&str>) -> Self {
        let mut place = vec!["--data".into(), data.into()];
        if let Some(url) = database {
            place.extend(["--database".into(), url.into()]);
        }
        self.with(place)
    }

    /// The same binary with these options in every command.
    pub(crate) fn with(&self, place: Vec<OsString>) -> Self {
        Self { binary: self.binary.clone(), place }
    }

    /// Where the binary is.
    pub(crate) fn binary(&self) -> &Path {
        &self.binary
    }

    /// A command of it.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words).args(&self.place);
        command
    }

    /// What a command prints.
    pub(crate) fn ask(&self, words: &[&str]) -> Result<String> {
        sh::output(&mut self.command(words))
    }

    /// How many keys there are, revoked ones included.
    pub(crate) fn keys(&self) -> Result<usize> {
        let text = self.ask(&["key", "list", "--json"])?;
        let list: Vec<serde_json::Value> =
            serde_json::from_str(&text).context("`deskbell key list --json` prints no JSON array")?;
        Ok(list.len())
    }

    /// Makes a key that may do everything.
    pub(crate) fn create_key(&self, name: &str) -> Result<String> {
        Ok(self.ask(&["key", "create", "--name", name, "--all"])?.trim().to_owned())
    }

    /// Serves at a free port, without a line of log for each request.
    pub(crate) fn serve(&self) -> Result<Server> {
        self.serve_with(&[])
    }

    /// The same with further settings from the environment.
    pub(crate) fn serve_with(&self, settings: &[(&str, &str)]) -> Result<Server> {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("DESKBELL_LOG_LEVEL", "warn").envs(settings.iter().copied());
        Server::start(command, false)
    }
}
