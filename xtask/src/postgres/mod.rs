//! A private PostgreSQL for tests and developers: found or installed, started in a temporary folder, gone afterwards.
//!
//! Never touches a server or a data folder that was there before.

mod cluster;
mod find;
mod install;

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

pub(crate) use cluster::Cluster;

use crate::sh;

/// The variable by which tests learn the server's address.
pub(crate) const VARIABLE: &str = "DESKBELL_TEST_POSTGRES";

/// A server for tests: the one that the environment names, or a private one that ends with this value.
pub(crate) enum Server {
    /// Named by the environment; not ours to stop.
    Given(String),
    /// Ours.
    Private(Cluster),
}

impl Server {
    /// Takes or starts one. Errors: none is found and none can be installed, or it does not start.
    pub(crate) fn get() -> Result<Self> {
        if let Some(url) = sh::env(VARIABLE) {
            let url = url.into_string().ok().with_context(|| format!("{VARIABLE} is not UTF-8"))?;
            return Ok(Self::Given(url));
        }
        Cluster::start(&binaries()?).map(Self::Private)
    }

    /// Its address: `postgres://…/postgres`, with the rights of a superuser.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Given(url) => url,
            Self::Private(cluster) => cluster.url(),
        }
    }

    /// What it is, in one line for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Given(_) => format!("PostgreSQL as named by {VARIABLE}"),
            Self::Private(cluster) => cluster.describe(),
        }
    }
}

fn binaries() -> Result<find::Binaries> {
    match find::find() {
        Some(found) => Ok(found),
        None => install::install(),
    }
}

/// `cargo xtask postgres`: starts a private server, prints its address, and runs until a signal or the command's end.
pub(crate) fn command(program: &[OsString]) -> Result<ExitCode> {
    let mut cluster = Cluster::start(&binaries()?)?;
    eprintln!("{}; ends with this command.", cluster.describe());
    let Some((program, args)) = program.split_first() else {
        println!("{}", cluster.url());
        eprintln!("For tests: export {VARIABLE}=<the address above>");
        sh::wait_for_signal(|| !cluster.is_running());
        return Ok(if sh::signalled().is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    let mut command = Command::new(program);
    let status = sh::guarded(command.args(args).env(VARIABLE, cluster.url()), |_| {})?;
    Ok(ExitCode::from(sh::exit_code(status)))
}
