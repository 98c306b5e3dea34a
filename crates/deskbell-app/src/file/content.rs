//! Contents and their places: promised before bytes are put there, claimed by the write that needs them, given up when nothing
//! needs them any more.

use std::sync::Arc;

use deskbell_core::{Code, Context, Fault, Timestamp};
use deskbell_db::{Engine, Tx};
use deskbell_files::Failure;

use super::sql;
use crate::error::Result;
use crate::work::Work;

/// How long bytes may lie at a place before the write that makes a file of them, in seconds. It is how long an upload that no
/// message takes is kept, too.
pub(crate) const KEEP: i64 = 24 * 3_600;

/// A place must be good for so long to be claimed, in seconds: clocks of nodes differ.
const MARGIN: i64 = 600;

/// How often a content is looked for that others add and give up at the same time.
const ATTEMPTS: usize = 5;

/// Bytes of a chunk in the database.
const CHUNK: usize = deskbell_files::CHUNK;

/// Bytes that are kept at a place, for a write that has not happened yet.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) hash: [u8; 32],
    pub(crate) size: i64,
    pub(crate) media_type: &'static str,
    /// Where the store is in which the place is.
    pub(crate) store: Arc<str>,
    /// The place that the content has so far, if its bytes are lost.
    pub(crate) instead_of: Option<String>,
}

impl Kept {
    /// A new place for a content: its hash, so that a file of the store tells what must be in it, and something that makes it
    /// a place that nobody had.
    pub(crate) fn place(hash: &[u8; 32], context: &dyn Context) -> String {
        let mut nonce = [0; 8];
        context.random(&mut nonce);
        let mut place = String::with_capacity(81);
        for byte in hash {
            place.push_str(&format!("{byte:02x}"));
        }
        place.push_str(&format!("-{:016x}", u64::from_be_bytes(nonce)));
        place
    }
}

/// Writes down that places are to be removed, unless they are claimed before that time.
pub(crate) fn promise(tx: &mut Tx<'_>, places: &[String], due: Timestamp) -> Result<()> {
    for place in places {
        tx.exec(sql::PROMISE, &[place.as_str().into(), due.0.into()])?;
    }
    Ok(())
}

/// Makes sure that a content has a place: the one of `kept`, if no other has been there before, or the bytes of that one are lost.
///
/// Errors: `overloaded` if its place was given up meanwhile; the files of this data are elsewhere.
pub(crate) fn claims(work: &mut Work<'_, '_>, kept: &Kept) -> Result<()> {
    require_store(work.tx, &kept.store)?;
    let params = [kept.hash[..].into(), kept.place.as_str().into(), kept.size.into(), work.now.0.into()];
    for _ in 0..ATTEMPTS {
        if work.tx.exec(sql::CONTENT, &params)? > 0 {
            return claim(work, kept);
        }
        if let Some(lost) = &kept.instead_of {
            let params = [kept.hash[..].into(), kept.place.as_str().into(), lost.as_str().into()];
            if work.tx.exec(sql::INSTEAD, &params)? > 0 {
                promise(work.tx, std::slice::from_ref(lost), work.now)?;
                return claim(work, kept);
            }
        }
        // Nobody gives it up from now on; whoever did so before leaves nothing to hold.
        if hold(work.tx, &kept.hash, sql::KEEP)? {
            return Ok(());
        }
    }
    Err(Fault::new(Code::Overloaded, "The file comes and goes elsewhere at the moment. Send it again.")
        .into())
}

fn claim(work: &mut Work<'_, '_>, kept: &Kept) -> Result<()> {
    let claimed = work.tx.exec(sql::CLAIM, &[kept.place.as_str().into(), (work.now.0 + MARGIN).into()])?;
    if claimed == 0 {
        let message = "The file took too long from its arrival to its message. Send it again.";
        return Err(Fault::new(Code::Overloaded, message).into());
    }
    Ok(())
}

/// Holds a content until the transaction ends, where there are other writers; whether it is there.
fn hold(tx: &mut Tx<'_>, hash: &[u8], lock: &str) -> Result<bool> {
    let lock = if tx.engine() == Engine::Postgres { lock } else { "" };
    let text = format!("{}{lock}", sql::THERE);
    Ok(tx.first(&text, &[hash.into()], |_| Ok(()))?.is_some())
}

/// Gives up those of the contents that no file has any more: their places are due at once.
pub(super) fn forget(tx: &mut Tx<'_>, contents: &[Vec<u8>], now: Timestamp) -> Result<()> {
    for hash in contents {
        // Whoever adds a file of it at this moment is waited for, and seen by the next statement.
        hold(tx, hash, sql::GIVE_UP)?;
        if let Some(place) =
            tx.first(sql::FORGET, &[hash.as_slice().into()], |row| row.str(0).map(str::to_owned))?
        {
            promise(tx, &[place], now)?;
        }
    }
    Ok(())
}

/// Makes places due at a time, those that were not claimed.
pub(crate) fn postpone(tx: &mut Tx<'_>, places: &[String], due: Timestamp) -> Result<()> {
    for place in places {
        tx.exec(sql::POSTPONE, &[place.as_str().into(), due.0.into()])?;
    }
    Ok(())
}

/// Places that are due.
pub(crate) fn due(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<String>> {
    Ok(tx.all(sql::DUE, &[now.0.into(), most.into()], |row| row.str(0).map(str::to_owned))?)
}

/// A place is empty.
pub(crate) fn removed(tx: &mut Tx<'_>, place: &str) -> Result<()> {
    tx.exec(sql::REMOVED, &[place.into()])?;
    Ok(())
}

/// Whether there are uploads that no message has taken since a time.
pub(crate) fn any_expired(tx: &mut Tx<'_>, before: Timestamp) -> Result<bool> {
    Ok(tx.first(sql::ANY_EXPIRED, &[before.0.into()], |_| Ok(()))?.is_some())
}

/// Removes uploads that no message has taken since a time, some of them. Answers how many.
pub(crate) fn expire(tx: &mut Tx<'_>, before: Timestamp, now: Timestamp, most: i64) -> Result<usize> {
    let gone = tx.all(sql::EXPIRE, &[before.0.into(), most.into()], |row| Ok(row.blob(0)?.to_vec()))?;
    let count = gone.len();
    let mut contents = gone;
    contents.sort_unstable();
    contents.dedup();
    forget(tx, &contents, now)?;
    Ok(count)
}

/// Bytes of a place in the database: chunks from this number on.
pub(crate) fn put_chunks(tx: &mut Tx<'_>, place: &str, from: i64, chunks: &[bytes::Bytes]) -> Result<()> {
    for (n, bytes) in (from..).zip(chunks) {
        tx.exec(sql::PUT_CHUNK, &[place.into(), n.into(), bytes[..].into()])?;
    }
    Ok(())
}

/// One chunk; `None` beyond the last.
pub(crate) fn chunk(tx: &mut Tx<'_>, place: &str, n: i64) -> Result<Option<Vec<u8>>> {
    Ok(tx.first(sql::CHUNK, &[place.into(), n.into()], |row| Ok(row.blob(0)?.to_vec()))?)
}

/// Removes chunks of a place, some of them. Answers how many.
pub(crate) fn remove_chunks(tx: &mut Tx<'_>, place: &str, most: i64) -> Result<u64> {
    Ok(tx.exec(sql::REMOVE_CHUNKS, &[place.into(), most.into()])?)
}

/// Contents after a hash: hash, place and size.
pub(crate) fn stored_after(tx: &mut Tx<'_>, after: &[u8], most: i64) -> Result<Vec<(Vec<u8>, String, i64)>> {
    Ok(tx.all(sql::STORED_AFTER, &[after.into(), most.into()], |row| {
        Ok((row.blob(0)?.to_vec(), row.str(1)?.to_owned(), row.int(2)?))
    })?)
}

/// Whether a content is still at a place.
pub(crate) fn is_stored(tx: &mut Tx<'_>, hash: &[u8], place: &str) -> Result<bool> {
    Ok(tx.first(sql::IS_STORED, &[hash.into(), place.into()], |_| Ok(()))?.is_some())
}

/// How many chunks so many bytes have.
pub(crate) fn chunks_of(size: i64) -> i64 {
    size.div_euclid(CHUNK as i64) + i64::from(size.rem_euclid(CHUNK as i64) > 0)
}

/// Place and size of a content, if it is there.
pub(crate) fn stored(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<(String, i64)>> {
    Ok(tx.first(sql::STORED, &[hash.into()], |row| Ok((row.str(0)?.to_owned(), row.int(1)?)))?)
}

/// How many bytes a place in the database has; `None` if there is nothing.
pub(crate) fn size_of(tx: &mut Tx<'_>, place: &str) -> Result<Option<i64>> {
    Ok(tx.first(sql::SIZE, &[place.into()], |row| row.opt_int(0))?.flatten())
}

/// The store that the data names as that of its files.
pub(crate) fn known_store(tx: &mut Tx<'_>) -> Result<Option<String>> {
    Ok(tx.first(sql::KNOWN_STORE, &[], |row| row.str(0).map(str::to_owned))?)
}

/// Names it, unless there are files in another one.
///
/// Errors: `conflict`.
pub(crate) fn agree(tx: &mut Tx<'_>, store: &str) -> Result<()> {
    if known_store(tx)?.is_some_and(|known| known != store)
        && tx.first(sql::ANY_CONTENT, &[], |_| Ok(()))?.is_some()
    {
        let message = "The files of this data are in another store than the settings name (file_store, file_folder, s3_…).";
        return Err(Fault::new(Code::Conflict, message).into());
    }
    tx.exec(sql::AGREE, &[store.into()])?;
    Ok(())
}

/// Refuses a file whose bytes are in another store than the data names; the first file names it.
fn require_store(tx: &mut Tx<'_>, store: &str) -> Result<()> {
    match known_store(tx)? {
        Some(known) if known == store => Ok(()),
        None => agree(tx, store),
        Some(_) => {
            let message = "the files of this data are in another store than this server's";
            Err(Failure::Remote(message.to_owned()).into())
        }
    }
}
