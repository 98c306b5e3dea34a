//! Bytes on their way in: hashed and looked at while they come, kept in memory while they are few and in a temporary file
//! that goes with this value otherwise.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::failure::{Failure, blocking};
use crate::kind;

/// How many bytes are handled at a time; a file of no more stays in memory.
pub const CHUNK: usize = 256 * 1024;

/// Bytes on their way in.
#[derive(Debug)]
pub struct Spool {
    /// Where the temporary file is to stand; `None`: where the system has such files, without a name.
    folder: Option<PathBuf>,
    pending: BytesMut,
    disk: Option<Disk>,
    hasher: Sha256,
    head: Vec<u8>,
    size: u64,
}

#[derive(Debug)]
pub(crate) enum Disk {
    Named(NamedTempFile),
    Nameless(File),
}

impl Disk {
    fn file(&self) -> &File {
        match self {
            Self::Named(named) => named.as_file(),
            Self::Nameless(file) => file,
        }
    }
}

/// All bytes of a file, with what was found out about them.
#[derive(Debug)]
pub struct Spooled {
    hash: [u8; 32],
    size: u64,
    kind: &'static str,
    pub(crate) held: Held,
}

#[derive(Debug)]
pub(crate) enum Held {
    Memory(Bytes),
    Disk(Disk),
}

impl Spool {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..Self::in_memory_or_nameless() }
    }

    /// A spool whose temporary file, if it needs one, has no name, so that nothing is left of it whatever happens.
    pub fn in_memory_or_nameless() -> Self {
        Self {
            folder: None,
            pending: BytesMut::new(),
            disk: None,
            hasher: Sha256::new(),
            head: Vec::new(),
            size: 0,
        }
    }

    /// How many bytes have come.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes more bytes.
    ///
    /// # Errors
    ///
    /// The temporary file could not be written.
    pub async fn write(&mut self, data: &[u8]) -> Result<(), Failure> {
        self.size += data.len() as u64;
        let head = data.len().min(kind::HEAD - self.head.len());
        self.head.extend_from_slice(&data[..head]);
        self.pending.extend_from_slice(data);
        if self.pending.len() > CHUNK { self.spill().await } else { Ok(()) }
    }

    async fn spill(&mut self) -> Result<(), Failure> {
        let (mut pending, disk) = (std::mem::take(&mut self.pending), self.disk.take());
        let (mut hasher, folder) = (std::mem::take(&mut self.hasher), self.folder.clone());
        let done = blocking(move || {
            let disk = match (disk, folder) {
                (Some(disk), _) => disk,
                (None, Some(folder)) => Disk::Named(NamedTempFile::new_in(folder)?),
                (None, None) => Disk::Nameless(tempfile::tempfile()?),
            };
            hasher.update(&pending);
            disk.file().write_all(&pending)?;
            pending.clear();
            Ok((pending, disk, hasher))
        });
        let (pending, disk, hasher) = done.await?;
        (self.pending, self.disk, self.hasher) = (pending, Some(disk), hasher);
        Ok(())
    }

    /// How many bytes are in memory.
    pub fn in_memory(&self) -> usize {
        self.pending.len()
    }

    /// Lets memory go: what is there goes to the disk.
    ///
    /// # Errors
    ///
    /// The temporary file could not be written.
    pub async fn to_disk(&mut self) -> Result<(), Failure> {
        if self.pending.is_empty() { Ok(()) } else { self.spill().await }
    }

    /// There are no more.
    ///
    /// # Errors
    ///
    /// The temporary file could not be written.
    pub async fn finish(mut self) -> Result<Spooled, Failure> {
        if self.disk.is_some() && !self.pending.is_empty() {
            self.spill().await?;
        }
        let held = match self.disk {
            Some(disk) => Held::Disk(disk),
            None => {
                self.hasher.update(&self.pending);
                Held::Memory(self.pending.freeze())
            }
        };
        let kind = kind::kind_of(&self.head, self.size);
        Ok(Spooled { hash: self.hasher.finalize().into(), size: self.size, kind, held })
    }
}

impl Spooled {
    /// The SHA-256 of the bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What they are, by their content: a media type.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The bytes from a place on, at most [`CHUNK`]; none at the end.
    ///
    /// # Errors
    ///
    /// The temporary file could not be read.
    pub async fn chunk(&self, from: u64) -> Result<Bytes, Failure> {
        let left = self.size.saturating_sub(from);
        let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        match &self.held {
            Held::Memory(bytes) => Ok(bytes.slice(bytes.len() - length..)),
            Held::Disk(disk) => {
                let file = disk.file().try_clone()?;
                blocking(move || read_exact_at(&file, from, length)).await
            }
        }
    }
}

/// Bytes of a file from a place on.
pub(crate) fn read_exact_at(file: &File, from: u64, length: usize) -> io::Result<Bytes> {
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes.into())
}
