//! Files in a folder: `ab/abcdef…`, below the first two characters of their place, so that no folder grows without bound.
//!
//! A file gets its name when all of it is on disk, so under a name there is never a part of one. What is on its way in
//! stands in `incoming`, beside them, since a name can be given within one file system alone.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tempfile::NamedTempFile;

use crate::Reading;
use crate::failure::{Failure, blocking};
use crate::spool::{CHUNK, Disk, Held, Spooled, read_exact_at};

/// How old something unfinished is when nobody can be at work on it any more.
const STALE: Duration = Duration::from_secs(24 * 3_600);

/// A folder of files.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<PathBuf>);

impl Folder {
    pub(crate) fn open(path: PathBuf) -> Result<Self, Failure> {
        let incoming = path.join("incoming");
        make(&incoming)?;
        // A folder that can be read only is found now and not by the first customer.
        NamedTempFile::new_in(&incoming)?;
        // All of them now, so that nobody has to see to it that one outlives a power cut.
        for n in 0..=u8::MAX {
            make(&path.join(format!("{n:02x}")))?;
        }
        sync(&path)?;
        Ok(Self(Arc::new(path)))
    }

    pub(crate) fn incoming(&self) -> PathBuf {
        self.0.join("incoming")
    }

    /// Removes what was left unfinished for a day.
    pub(crate) async fn tidy(&self) -> Result<(), Failure> {
        let incoming = self.incoming();
        blocking(move || {
            for entry in incoming.read_dir()? {
                let entry = entry?;
                let age = entry.metadata().and_then(|about| about.modified()).map(|at| at.elapsed());
                if matches!(age, Ok(Ok(age)) if age > STALE) {
                    // Another node may have been quicker.
                    let _ = fs::remove_file(entry.path());
                }
            }
            Ok(())
        })
        .await
    }

    fn path(&self, place: &str) -> PathBuf {
        self.0.join(place.get(..2).unwrap_or(place)).join(place)
    }

    pub(crate) async fn put(&self, place: &str, spooled: Spooled) -> Result<(), Failure> {
        let (path, incoming) = (self.path(place), self.incoming());
        blocking(move || {
            let named = match spooled.held {
                Held::Disk(Disk::Named(named)) => named,
                Held::Memory(bytes) => {
                    let mut named = NamedTempFile::new_in(incoming)?;
                    named.write_all(&bytes)?;
                    named
                }
                Held::Disk(Disk::Nameless(mut file)) => {
                    let mut named = NamedTempFile::new_in(incoming)?;
                    io::Seek::rewind(&mut file)?;
                    io::copy(&mut file, &mut named)?;
                    named
                }
            };
            named.as_file().sync_all()?;
            let folder = path.parent().unwrap_or(Path::new("."));
            named.persist_noclobber(&path).map_err(|error| error.error)?;
            sync(folder)
        })
        .await
    }

    pub(crate) async fn read(&self, place: &str) -> Result<Reading, Failure> {
        let path = self.path(place);
        let opened = blocking(move || found(File::open(path)));
        let Some(file) = opened.await? else { return Err(Failure::Missing(place.to_owned())) };
        let file = Arc::new(file);
        let size = file.metadata()?.len();
        let froms = (0..size).step_by(CHUNK);
        let pieces = stream::iter(froms).then(move |from| {
            let file = Arc::clone(&file);
            let length = usize::try_from(size - from).unwrap_or(CHUNK).min(CHUNK);
            blocking(move || read_exact_at(&file, from, length))
        });
        Ok(pieces.boxed())
    }

    pub(crate) async fn size(&self, place: &str) -> Result<Option<u64>, Failure> {
        let path = self.path(place);
        blocking(move || Ok(found(fs::metadata(path))?.map(|about| about.len()))).await
    }

    pub(crate) async fn remove(&self, place: &str) -> Result<(), Failure> {
        let path = self.path(place);
        blocking(move || {
            if found(fs::remove_file(&path))?.is_some() {
                sync(path.parent().unwrap_or(Path::new(".")))?;
            }
            Ok(())
        })
        .await
    }
}

/// `None` for what is not there.
fn found<T>(looked: io::Result<T>) -> io::Result<Option<T>> {
    match looked {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a folder that is for its owner alone.
fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// What was named or removed in a folder stays so after a power cut.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
