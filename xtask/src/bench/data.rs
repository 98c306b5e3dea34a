//! The data that is measured: made by `deskbell demo` once, kept below the target folder, and copied for each run.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::rows::Engine;
use crate::desk::Desk;
use crate::postgres::Cluster;
use crate::sh;

const SEED: &str = "1";

/// A place with data for one run; removed afterwards.
pub(crate) struct Place {
    /// The binary over this place.
    pub(crate) desk: Desk,
    // Both are held for their destructors: the server ends before its folder goes.
    _cluster: Option<Cluster>,
    _folder: tempfile::TempDir,
}

/// Makes or copies data of that many tickets.
pub(crate) fn prepare(desk: &Desk, engine: Engine, tickets: u64) -> Result<Place> {
    let bench = sh::target_dir().join("bench");
    fs::create_dir_all(&bench)?;
    let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&bench)?;
    let data = folder.path().join("data");
    match engine {
        Engine::Sqlite => {
            let kept = keep(desk, &bench, tickets)?;
            sh::run(Command::new("cp").args(["-R", "-p"]).arg(&kept).arg(&data))?;
            Ok(Place { desk: desk.over(&data, None), _cluster: None, _folder: folder })
        }
        Engine::Postgres => {
            let cluster = Cluster::start_durable()?;
            let desk = desk.over(&data, Some(cluster.url()));
            demo(&desk, tickets)?;
            Ok(Place { desk, _cluster: Some(cluster), _folder: folder })
        }
    }
}

fn keep(desk: &Desk, bench: &Path, tickets: u64) -> Result<PathBuf> {
    let kept = bench.join(format!("sqlite-{tickets}-{:016x}", fingerprint(&sh::root().join("crates"))?));
    if !kept.exists() {
        let making = kept.with_extension("making");
        if making.exists() {
            fs::remove_dir_all(&making)?;
        }
        demo(&desk.over(&making, None), tickets)?;
        fs::rename(&making, &kept)?;
    }
    Ok(kept)
}

fn demo(desk: &Desk, tickets: u64) -> Result<()> {
    eprintln!("xtask: making {tickets} tickets");
    let number = tickets.to_string();
    let mut command = desk.command(&["demo", "--tickets", &number, "--seed", SEED]);
    let status = sh::guarded(&mut command, |_| {})?;
    sh::go_on()?;
    anyhow::ensure!(status.success(), "`deskbell demo` failed: {status}");
    Ok(())
}

/// Changes when the schema or the generator does, so that no run measures data of an older kind.
fn fingerprint(folder: &Path) -> Result<u64> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in folder.read_dir()?.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "sql") || path.to_string_lossy().contains("demo")
        {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_follows_the_schema_and_the_generator_only() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let print = || fingerprint(folder.path()).unwrap();
        write("0001_a.sql", "one");
        write("demo.rs", "one");
        let first = print();
        write("other.rs", "anything");
        assert_eq!(print(), first);
        write("demo.rs", "two");
        assert_ne!(print(), first);
    }
}
