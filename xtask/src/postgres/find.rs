//! Finding PostgreSQL's programs on this machine: a folder with `initdb` and `postgres` of a new enough version.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sh;

/// The oldest major version that deskbell supports.
pub(crate) const OLDEST: u32 = 14;
/// Who runs the server when we are root; PostgreSQL refuses root. (65534 is `nobody` on all systems that we know.)
pub(crate) const NOBODY: u32 = 65534;

/// A folder of PostgreSQL's programs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Binaries {
    /// The folder.
    pub(crate) dir: PathBuf,
    /// The major version.
    pub(crate) major: u32,
}

/// A command that runs as the user who owns the server.
pub(crate) fn as_owner(program: &Path) -> Command {
    let mut command = Command::new(program);
    // Programs must not meet settings (PGHOST, PGPORT, PGDATA …) that are meant for another server.
    command.env_clear().stdin(Stdio::null());
    for name in ["PATH", "TZ", "LD_LIBRARY_PATH"] {
        if let Some(value) = sh::env(name) {
            command.env(name, value);
        }
    }
    if sh::is_root() {
        // As root, setting the uid drops the supplementary groups as well.
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    command
}

/// The newest usable version of the first place that has one.
pub(crate) fn find() -> Option<Binaries> {
    places().into_iter().find_map(|place| place.iter().filter_map(|dir| probe(dir)).max_by_key(|b| b.major))
}

/// The programs in this folder, if they are complete, new enough, and can be run by the server's user.
pub(crate) fn probe(dir: &Path) -> Option<Binaries> {
    if !dir.join("initdb").exists() {
        return None;
    }
    let output = as_owner(&dir.join("postgres")).arg("--version").output().ok()?;
    let major = major(&String::from_utf8_lossy(&output.stdout))?;
    // Links elsewhere are followed, since PostgreSQL finds its share folder beside the real place.
    let dir = dir.join("postgres").canonicalize().ok()?.parent()?.to_path_buf();
    (major >= OLDEST).then_some(Binaries { dir, major })
}

/// Reads `postgres (PostgreSQL) 17.2 (Debian …)`.
fn major(version: &str) -> Option<u32> {
    let number = version.strip_prefix("postgres (PostgreSQL) ")?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Where to look: groups of folders, the preferred group first.
fn places() -> Vec<Vec<PathBuf>> {
    let asked: Vec<PathBuf> = Command::new("pg_config")
        .arg("--bindir")
        .output()
        .ok()
        .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
        .into_iter()
        .collect();
    let folders = [
        ("/usr/lib/postgresql", "bin"),
        ("/usr", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ];
    let mut places = vec![sh::path_dirs(), asked];
    places.extend(folders.map(|(above, below)| children(Path::new(above), below)));
    places.push(super::install::folders());
    places
}

fn children(above: &Path, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = above.read_dir() else { return Vec::new() };
    entries.filter_map(Result::ok).map(|entry| entry.path().join(below)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_distributions_print() {
        assert_eq!(major("postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("psql 9"), None);
    }

    #[test]
    fn a_folder_without_the_programs_is_passed_over() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(probe(empty.path()), None);
    }
}
