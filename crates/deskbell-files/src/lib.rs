//! Bytes of files, and the places where they are kept: a folder, or an S3-compatible store.
//!
//! What arrives is spooled first ([`Spool`]): until its end nobody knows its hash, and what breaks off leaves nothing. A
//! place is a name that is used once and never again. Which places count, and who may see what, is not known here.

mod failure;
mod folder;
mod kind;
mod remote;
mod spool;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;

pub use failure::Failure;
pub use kind::kind_of;
pub use remote::{Bucket, Remote};
pub use spool::{CHUNK, Spool, Spooled};

use folder::Folder;

/// The place of the mark.
const MARK: &str = "deskbell-store";

/// Bytes as they come.
pub type Reading = BoxStream<'static, Result<Bytes, Failure>>;

/// Where bytes are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Folder(Folder),
    Remote(Remote),
}

impl Files {
    /// A folder of this machine, or one that all nodes share. It is made, for its owner alone, if it is not there; [`Files::tidy`]
    /// removes what others left unfinished.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or written.
    pub fn in_folder(path: impl Into<std::path::PathBuf>) -> Result<Self, Failure> {
        Ok(Self(Kept::Folder(Folder::open(path.into())?)))
    }

    /// A bucket of an S3-compatible store.
    pub fn in_bucket(remote: Remote) -> Self {
        Self(Kept::Remote(remote))
    }

    /// The mark by which this place is known again: the one that lies here, or this one, which is put here if none does.
    ///
    /// # Errors
    ///
    /// It could not be read or written.
    pub async fn mark(&self, new: &str) -> Result<String, Failure> {
        let mut found = self.marked().await?;
        if found.is_none() {
            let mut spool = self.spool();
            spool.write(new.as_bytes()).await?;
            let put = self.put(MARK, spool.finish().await?).await;
            found = self.marked().await?;
            // Of two who put one at the same moment one is late.
            if found.is_none() {
                put?;
            }
        }
        found.ok_or_else(|| Failure::Missing(MARK.to_owned()))
    }

    async fn marked(&self) -> Result<Option<String>, Failure> {
        match self.read(MARK).await {
            Ok(bytes) => {
                let pieces: Vec<Bytes> = bytes.try_collect().await?;
                Ok(Some(String::from_utf8_lossy(&pieces.concat()).trim().to_owned()))
            }
            Err(Failure::Missing(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Removes what others left unfinished a day ago or longer.
    ///
    /// # Errors
    ///
    /// It could not be looked for.
    pub async fn tidy(&self) -> Result<(), Failure> {
        match &self.0 {
            Kept::Folder(folder) => folder.tidy().await,
            // What is unfinished there the bucket's own rules remove.
            Kept::Remote(_) => Ok(()),
        }
    }

    /// Begins to take bytes in.
    pub fn spool(&self) -> Spool {
        match &self.0 {
            Kept::Folder(folder) => Spool::in_folder(folder.incoming()),
            Kept::Remote(_) => Spool::in_memory_or_nameless(),
        }
    }

    /// Keeps what was spooled under a place that was never used. Once it answers, the bytes outlive a power cut.
    ///
    /// # Errors
    ///
    /// The bytes could not be written; nothing is under the place then.
    pub async fn put(&self, place: &str, spooled: Spooled) -> Result<(), Failure> {
        match &self.0 {
            Kept::Folder(folder) => folder.put(place, spooled).await,
            Kept::Remote(remote) => remote.put(place, spooled).await,
        }
    }

    /// The bytes under a place, piece by piece.
    ///
    /// # Errors
    ///
    /// [`Failure::Missing`] if nothing is there; a stream that breaks off ends with its failure.
    pub async fn read(
        &self,
        place: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, Failure>> + Send + use<>, Failure> {
        let reading: Reading = match &self.0 {
            Kept::Folder(folder) => folder.read(place).await?,
            Kept::Remote(remote) => remote.read(place).await?,
        };
        Ok(reading)
    }

    /// How many bytes are under a place; `None` if there is nothing.
    ///
    /// # Errors
    ///
    /// It could not be looked up.
    pub async fn size(&self, place: &str) -> Result<Option<u64>, Failure> {
        match &self.0 {
            Kept::Folder(folder) => folder.size(place).await,
            Kept::Remote(remote) => remote.size(place).await,
        }
    }

    /// Removes what is under a place. That nothing is there is fine.
    ///
    /// # Errors
    ///
    /// It could not be removed.
    pub async fn remove(&self, place: &str) -> Result<(), Failure> {
        match &self.0 {
            Kept::Folder(folder) => folder.remove(place).await,
            Kept::Remote(remote) => remote.remove(place).await,
        }
    }
}
