//! The data folder: made and kept readable by its owner alone, and the desk opened from it.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use deskbell_app::Desk;
use deskbell_db::{Kind, Location, Options, Store};
use deskbell_files::{Bucket, Files, Remote};

use crate::config::Config;
use crate::context::SystemContext;
use crate::terminal;

/// The SQLite database in the data folder.
pub(crate) const DATABASE: &str = "deskbell.db";

/// What no other user may do with what is ours.
const OTHERS: u32 = 0o077;

/// Files that this process makes are for its user alone, whatever the user's own mask says.
pub(crate) fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(OTHERS));
}

/// Makes the data folder if it is not there, and closes it to others; answers it. On PostgreSQL there is none.
///
/// Errors: it cannot be made, or not be written by this user.
pub(crate) fn prepare(config: &Config) -> Result<Option<PathBuf>> {
    if config.optional("database").is_some() {
        return Ok(None);
    }
    let folder = config.data();
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.with_context(|| {
        format!("cannot make the data folder {}; name another with --data", folder.display())
    })?;
    writable(&folder)?;
    if !close(&folder)? {
        terminal::hint(&format!(
            "deskbell: others may look into {}, for it holds more than the data; better give the data a folder of its own",
            folder.display()
        ));
    }
    Ok(Some(folder))
}

/// Closes the folder to others; answers whether it is closed. A folder with other things in it, such as a home, is not
/// ours to change.
fn close(folder: &Path) -> Result<bool> {
    let about = folder.metadata().with_context(|| format!("cannot look at {}", folder.display()))?;
    if about.mode() & OTHERS == 0 {
        return Ok(true);
    }
    let mut entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
    let ours = folder.join(DATABASE).exists() || entries.next().is_none();
    Ok(ours && std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).is_ok())
}

/// SQLite says of all its files alike that they cannot be opened; here it is said of what and why.
fn writable(folder: &Path) -> Result<()> {
    use rustix::fs::{Access, access};
    let user = rustix::process::geteuid().as_raw();
    if access(folder, Access::WRITE_OK | Access::EXEC_OK | Access::READ_OK).is_err() {
        bail!(
            "the user {user} may not write in the data folder {}; change its owner, or name another folder with --data",
            folder.display()
        );
    }
    let database = folder.join(DATABASE);
    if database.exists() && access(&database, Access::WRITE_OK | Access::READ_OK).is_err() {
        bail!("the user {user} may not write the database {}; change its owner", database.display());
    }
    Ok(())
}

/// How much of the machine a desk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// As configured: for a server and for long work.
    Full,
    /// As little as will do: for a command of a moment, beside a server.
    Small,
}

/// Opens the desk that the settings name, in the folder that `prepare` has made, and brings its tables up to date.
///
/// Errors: what was wrong and what to do.
pub(crate) fn open(config: &Config, size: Size) -> Result<Desk> {
    let mut options = config.store();
    if size == Size::Small {
        options = Options { readers: 1, slow_readers: 1, point_readers: 1, pool: 3, cache_mib: 8, ..options };
    }
    let place = match &options.location {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(_) => "the PostgreSQL database".to_owned(),
    };
    let store = Store::open(options, deskbell_app::migrations::MIGRATIONS).map_err(|error| match error.kind() {
        Kind::Unavailable if config.optional("database").is_some() => anyhow::anyhow!(
            "{error}; check that the server runs and that --database (or DESKBELL_DATABASE) names it rightly"
        ),
        _ => anyhow::anyhow!("{place}: {error}"),
    })?;
    let desk = Desk::open(store, Arc::new(SystemContext), config.desk());
    let desk = desk.with_context(|| format!("{place} could not be made ready"))?;
    Ok(desk)
}

/// Tells the desk where the bytes of files are: for a server, and for whatever reads or writes files.
///
/// Errors: they cannot be there.
pub(crate) fn files(config: &Config, desk: &Desk) -> Result<()> {
    let shared = config.optional("database").is_some();
    let store = match config.text("file_store") {
        "auto" if shared => "database",
        "auto" => "folder",
        store => store,
    };
    match store {
        "folder" => {
            let folder = match config.optional("file_folder") {
                Some(folder) => PathBuf::from(folder),
                None if shared => bail!(
                    "file_store = \"folder\" with PostgreSQL needs file_folder: a folder that all servers of the database share"
                ),
                None => config.data().join("files"),
            };
            let files = Files::in_folder(&folder);
            desk.keep_files_in(files.with_context(|| format!("the folder of files {}", folder.display()))?);
        }
        "s3" => {
            let bucket = Bucket {
                name: config.text("s3_bucket").to_owned(),
                endpoint: config.text("s3_endpoint").to_owned(),
                region: config.text("s3_region").to_owned(),
                key_id: config.text("s3_key_id").to_owned(),
                secret: config.text("s3_secret").to_owned(),
                prefix: config.text("s3_prefix").to_owned(),
            };
            if bucket.name.is_empty() {
                bail!("file_store = \"s3\" needs s3_bucket: the name of the bucket");
            }
            desk.keep_files_in(Files::in_bucket(Remote::new(&bucket).context("the bucket of files")?));
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().expect("there").mode() & 0o777
    }

    fn open_to_all(path: &Path) {
        std::fs::create_dir(path).expect("made");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("opened");
    }

    #[test]
    fn an_empty_folder_and_one_of_ours_are_closed_to_others() {
        let place = tempfile::tempdir().expect("a folder");
        let (empty, ours) = (place.path().join("empty"), place.path().join("ours"));
        open_to_all(&empty);
        open_to_all(&ours);
        std::fs::write(ours.join(DATABASE), "").expect("written");
        for folder in [empty, ours] {
            assert!(close(&folder).expect("closed"));
            assert_eq!(mode(&folder), 0o700);
        }
    }

    #[test]
    fn a_folder_with_other_things_in_it_is_left_as_it_is() {
        let place = tempfile::tempdir().expect("a folder");
        let home = place.path().join("home");
        open_to_all(&home);
        std::fs::write(home.join("letter.txt"), "hello").expect("written");
        assert!(!close(&home).expect("usable"));
        assert_eq!(mode(&home), 0o755);
    }
}
