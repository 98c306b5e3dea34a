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

/// How the store is named that is the database itself.
const DATABASE: &str = "database";
/// For how long a place is left alone that could not be emptied, in seconds.
const REST: i64 = 3_600;
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
    /// `agree_on_files` has to follow.
    pub fn keep_files_in(&self, files: Files) {
        let _ = self.inner.files.set(files);
    }

    /// Names in the data the store in which its files are: by its kind and by the mark that lies in it, so that it is the same one
    /// wherever it stands. Nothing moves files, so a store that is another one is refused once there are any.
    ///
    /// Errors: `conflict` if there are files, and they are elsewhere; the store cannot be reached.
    pub async fn agree_on_files(&self) -> Result<()> {
        let store = match self.inner.files.get() {
            None => DATABASE.to_owned(),
            Some(files) => {
                let mut nonce = [0; 16];
                self.inner.context.random(&mut nonce);
                files.mark(&format!("{:032x}", u128::from_be_bytes(nonce))).await?
            }
        };
        let (system, name) = (Arc::new(Actor::system()), store.clone());
        self.write(&system, "start", move |work| file::agree(work.tx, &name)).await?;
        let _ = self.inner.store_of_files.set(store.into());
        Ok(())
    }

    fn store_of_files(&self) -> Arc<str> {
        self.inner.store_of_files.get().cloned().unwrap_or_else(|| DATABASE.into())
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
                store: self.store_of_files(),
                instead_of: None,
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
        for (mut kept, spooled) in ready {
            // If this fails nobody knows whether bytes come to lie there after all: the place is removed in a day.
            self.put_file(&kept.place, spooled).await?;
            kept.instead_of = self.lost(&kept).await?;
            done.push(kept);
        }
        Ok(done)
    }

    /// The place that the content of an upload has so far, if its bytes are not there.
    async fn lost(&self, kept: &Kept) -> Result<Option<String>> {
        let hash = kept.hash;
        let known = self.inner.store.read(Lane::Point, move |tx| file::stored(tx, &hash)).await?;
        let Some((place, size)) = known else { return Ok(None) };
        let there = match self.inner.files.get() {
            Some(files) => files.size(&place).await?.and_then(|size| i64::try_from(size).ok()),
            None => {
                let place = place.clone();
                self.inner.store.read(Lane::List, move |tx| file::size_of(tx, &place)).await?
            }
        };
        let whole = there == Some(size) || there.is_none() && size == 0 && self.inner.files.get().is_none();
        Ok((!whole).then_some(place))
    }

    async fn put_file(&self, place: &str, spooled: Spooled) -> Result<()> {
        if let Some(files) = self.inner.files.get() {
            return Ok(files.put(place, spooled).await?);
        }
        let few = spooled.size() <= (TOGETHER * deskbell_files::CHUNK) as u64;
        // A large one lets others go before.
        let urgency = if few { Urgency::Interactive } else { Urgency::Bulk };
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
            self.inner.store.write(urgency, put).await?;
        }
        Ok(())
    }

    /// Makes those of the places due that no write has claimed. It writes in any case, so that it tells nobody by its time whether
    /// a content was there already.
    async fn give_up(&self, places: Vec<String>) -> Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let now = self.inner.context.now();
        self.inner.store.write(Urgency::Interactive, move |tx| file::postpone(tx, &places, now)).await
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
        let count = file::chunks_of(size);
        if count == 0 {
            return Ok(stream::empty().boxed());
        }
        // The first one is read before anything is answered.
        let first = self.chunk(place.to_owned(), 0).await?;
        let (desk, place) = (self.clone(), place.to_owned());
        let rest = stream::iter(1..count).then(move |n| {
            let (desk, place) = (desk.clone(), place.clone());
            async move { desk.chunk(place, n).await }
        });
        Ok(stream::iter([Ok(first)]).chain(rest).boxed())
    }

    async fn chunk(&self, place: String, n: i64) -> std::result::Result<Bytes, Failure> {
        let wanted = place.clone();
        match self.inner.store.read(Lane::List, move |tx| file::chunk(tx, &wanted, n)).await {
            Ok(Some(bytes)) => Ok(Bytes::from(bytes)),
            Ok(None) => Err(Failure::Missing(place)),
            Err(error) => Err(Failure::Machine(std::io::Error::other(error))),
        }
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
                // One that cannot be emptied keeps no other waiting.
                if let Err(error) = self.empty(&place).await {
                    tracing::warn!(%error, place, "bytes of a file that nothing needs are not removed yet");
                    let later = Timestamp(now.0 + REST);
                    let postpone =
                        move |tx: &mut Tx<'_>| file::postpone(tx, std::slice::from_ref(&place), later);
                    self.inner.store.write(Urgency::Bulk, postpone).await?;
                    continue;
                }
                let removed = move |tx: &mut Tx<'_>| file::removed(tx, &place);
                self.inner.store.write(Urgency::Bulk, removed).await?;
                emptied += 1;
            }
        }
    }

    /// Removes what uploads left in the store that broke off with their process.
    pub async fn tidy_files(&self) -> Result<()> {
        match self.inner.files.get() {
            Some(files) => Ok(files.tidy().await?),
            None => Ok(()),
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
