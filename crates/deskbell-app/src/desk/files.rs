//! The store of files: bytes go in before the write that needs them and out after the one that needs them no more, since no
//! transaction spans both. By default it is the database; a folder or a bucket can take its place.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use deskbell_core::{Actor, Code, Fault, FileId, Timestamp};
use deskbell_db::{Lane, Tx, Urgency};
use deskbell_files::{Failure, Files, Reading, Spool, Spooled};
use futures_util::{StreamExt, stream};

use super::Desk;
use crate::error::{Error, Result};
use crate::file::{self, Found, KEEP, Kept, Stored, Upload};
use crate::work::Work;

/// How many chunks of bytes one transaction of the database takes.
const TOGETHER: usize = 4;
/// How many places are looked at together.
const PLACES: i64 = 100;
/// How many uploads that nobody took one transaction removes.
const EXPIRE: i64 = 200;

/// Uploads on their way to a write: kept before it, and let go after it as far as it did not need them.
#[derive(Clone)]
pub struct Keeping {
    desk: Desk,
    uploads: Arc<[Upload]>,
    kept: Arc<OnceLock<Vec<Kept>>>,
}

impl std::fmt::Debug for Keeping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.uploads.fmt(f)
    }
}

impl Keeping {
    /// Puts the bytes into the store.
    ///
    /// Errors: the store of files did not take them.
    pub async fn keep(&self) -> Result<()> {
        if self.uploads.is_empty() {
            return Ok(());
        }
        let kept = self.desk.put_files(&self.uploads).await?;
        let _ = self.kept.set(kept);
        Ok(())
    }

    /// What is kept, in the order of the uploads.
    pub(crate) fn kept(&self) -> &[Kept] {
        self.kept.get().map_or(&[], Vec::as_slice)
    }

    /// What no write has claimed is removed soon. That this fails is told to the log alone: it is removed in a day then.
    pub async fn let_go(&self) {
        let places: Vec<String> = self.kept().iter().map(|kept| kept.place.clone()).collect();
        if let Err(error) = self.desk.give_up(places).await {
            tracing::warn!(%error, "files that no message took are removed later");
        }
    }
}

impl Desk {
    /// Keeps files elsewhere than in the database: for all files, and from the beginning on. Only the first call counts.
    pub fn keep_files_in(&self, files: Files) {
        let _ = self.inner.files.set(files);
    }

    /// Notes in the data where the bytes of files are, by a word and its place. The same must be said each time, since nothing
    /// moves them.
    ///
    /// Errors: `conflict` if there are files, and they are elsewhere.
    pub fn agree_on_files(&self, place: &str) -> Result<()> {
        let (system, place) = (Arc::new(Actor::system()), place.to_owned());
        let known = self.read_blocking(Lane::Point, &system, |tx, _| file::known_place(tx))?;
        if known.as_deref() == Some(&*place) {
            return Ok(());
        }
        self.write_blocking(Urgency::Interactive, &system, "start", move |work| file::agree(work.tx, &place))
    }

    /// Begins to take the bytes of a file in.
    pub fn spool(&self) -> Spool {
        match self.inner.files.get() {
            Some(files) => files.spool(),
            None => Spool::in_memory_or_nameless(),
        }
    }

    /// Uploads for a write.
    pub fn keeping(&self, uploads: Vec<Upload>) -> Keeping {
        Keeping { desk: self.clone(), uploads: uploads.into(), kept: Arc::default() }
    }

    /// Makes a file of an upload, within the write of its call.
    ///
    /// Errors: those of `file::upload`.
    pub fn file_of(keeping: &Keeping, work: &mut Work<'_, '_>) -> Result<Stored> {
        match keeping.kept() {
            [kept, ..] => file::upload(work, kept),
            [] => {
                Err(Fault::of("file", Code::MissingParameter, "file is missing; the call needs it.").into())
            }
        }
    }

    async fn put_files(&self, uploads: &[Upload]) -> Result<Vec<Kept>> {
        let mut ready = Vec::with_capacity(uploads.len());
        for upload in uploads {
            let Some(spooled) = upload.take() else { continue };
            let kept = Kept {
                name: upload.name.clone(),
                place: Kept::place(&spooled.hash(), &*self.inner.context),
                hash: spooled.hash(),
                size: i64::try_from(spooled.size()).unwrap_or(i64::MAX),
                media_type: spooled.kind(),
            };
            ready.push((kept, spooled));
        }
        let places: Vec<String> = ready.iter().map(|(kept, _)| kept.place.clone()).collect();
        let due = Timestamp(self.inner.context.now().0 + KEEP);
        self.inner
            .store
            .write(Urgency::Interactive, {
                let places = places.clone();
                move |tx| file::promise(tx, &places, due)
            })
            .await?;
        let mut done = Vec::with_capacity(ready.len());
        for (kept, spooled) in ready {
            if let Err(error) = self.put_file(&kept.place, spooled).await {
                if let Err(error) = self.give_up(places).await {
                    tracing::warn!(%error, "files that could not be kept are removed later");
                }
                return Err(error);
            }
            done.push(kept);
        }
        Ok(done)
    }

    async fn put_file(&self, place: &str, spooled: Spooled) -> Result<()> {
        if let Some(files) = self.inner.files.get() {
            return Ok(files.put(place, spooled).await?);
        }
        let (mut from, mut n) = (0, 0);
        while from < spooled.size() {
            let mut chunks: Vec<Bytes> = Vec::with_capacity(TOGETHER);
            while chunks.len() < TOGETHER && from < spooled.size() {
                let chunk = spooled.chunk(from).await?;
                from += chunk.len() as u64;
                chunks.push(chunk);
            }
            let (place, first) = (place.to_owned(), n);
            n += chunks.len() as i64;
            let put = move |tx: &mut Tx<'_>| file::put_chunks(tx, &place, first, &chunks);
            self.inner.store.write(Urgency::Bulk, put).await?;
        }
        Ok(())
    }

    /// Makes those of the places due that no write has claimed.
    async fn give_up(&self, places: Vec<String>) -> Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let look = move |tx: &mut Tx<'_>| file::unclaimed(tx, &places);
        let left = self.inner.store.read(Lane::Point, look).await?;
        if left.is_empty() {
            return Ok(());
        }
        let now = self.inner.context.now();
        self.inner.store.write(Urgency::Bulk, move |tx| file::postpone(tx, &left, now)).await
    }

    /// A file with its bytes.
    ///
    /// Errors: those of `file::get`; the store of files failed.
    pub async fn file(&self, actor: &Arc<Actor>, id: FileId) -> Result<(Found, Reading)> {
        let find = || self.read(Lane::Point, actor, move |tx, actor| file::get(tx, actor, id));
        let found = find().await?;
        match self.bytes(&found.place, found.size).await {
            // It went between the two looks, or its bytes are really lost.
            Err(Error::Files(Failure::Missing(place))) => {
                find().await?;
                Err(Failure::Missing(place).into())
            }
            reading => Ok((found, reading?)),
        }
    }

    /// The bytes of a place.
    pub(crate) async fn bytes(&self, place: &str, size: i64) -> Result<Reading> {
        if let Some(files) = self.inner.files.get() {
            return Ok(files.read(place).await?.boxed());
        }
        let (desk, place) = (self.clone(), place.to_owned());
        let numbers = stream::iter(0..file::chunks_of(size));
        let chunks = numbers.then(move |n| {
            let (store, place) = (desk.inner.store.clone(), place.clone());
            async move {
                let wanted = place.clone();
                let read = store.read(Lane::List, move |tx| file::chunk(tx, &wanted, n)).await;
                match read {
                    Ok(Some(bytes)) => Ok(Bytes::from(bytes)),
                    Ok(None) => Err(Failure::Missing(place)),
                    Err(error) => Err(Failure::Machine(std::io::Error::other(error))),
                }
            }
        });
        Ok(chunks.boxed())
    }

    /// Removes bytes whose places are due, and uploads that no message took in a day. Answers how many places it emptied.
    pub async fn sweep_files(&self) -> Result<usize> {
        let now = self.inner.context.now();
        loop {
            let before = Timestamp(now.0 - KEEP);
            let look = move |tx: &mut Tx<'_>| file::any_expired(tx, before);
            if !self.inner.store.read(Lane::Point, look).await? {
                break;
            }
            let expire = move |tx: &mut Tx<'_>| file::expire(tx, before, now, EXPIRE);
            self.inner.store.write(Urgency::Bulk, expire).await?;
        }
        let mut emptied = 0;
        loop {
            let due = self.inner.store.read(Lane::Point, move |tx| file::due(tx, now, PLACES)).await?;
            if due.is_empty() {
                return Ok(emptied);
            }
            for place in due {
                self.empty(&place).await?;
                let removed = move |tx: &mut Tx<'_>| file::removed(tx, &place);
                self.inner.store.write(Urgency::Bulk, removed).await?;
                emptied += 1;
            }
        }
    }

    async fn empty(&self, place: &str) -> Result<()> {
        if let Some(files) = self.inner.files.get() {
            return Ok(files.remove(place).await?);
        }
        loop {
            let place = place.to_owned();
            let remove = move |tx: &mut Tx<'_>| file::remove_chunks(tx, &place, TOGETHER as i64);
            if self.inner.store.write(Urgency::Bulk, remove).await? < TOGETHER as u64 {
                return Ok(());
            }
        }
    }
}
