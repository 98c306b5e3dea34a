//! Contents and their places: promised before bytes are put there, claimed by the write that needs them, given up when nothing
//! needs them any more.

use deskbell_core::{Code, Context, Fault, Timestamp};
use deskbell_db::{Tx, Value};

use super::sql;
use crate::error::Result;
use crate::statement::Statement;
use crate::work::Work;

/// How long bytes may lie at a place before the write that makes a file of them, in seconds. It is how long an upload that no
/// message takes is kept, too.
pub(crate) const KEEP: i64 = 24 * 3_600;

/// A place must be good for so long to be claimed, in seconds: clocks of nodes differ.
const MARGIN: i64 = 600;

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

/// Makes sure that a content has a place: the one of `kept`, if no other has been there before.
///
/// Errors: `overloaded` if its place was given up meanwhile.
pub(crate) fn claims(work: &mut Work<'_, '_>, kept: &Kept) -> Result<()> {
    let params = [kept.hash[..].into(), kept.place.as_str().into(), kept.size.into(), work.now.0.into()];
    if work.tx.exec(sql::CONTENT, &params)? == 0 {
        return Ok(());
    }
    let claimed = work.tx.exec(sql::CLAIM, &[kept.place.as_str().into(), (work.now.0 + MARGIN).into()])?;
    if claimed == 0 {
        let message = "The file took too long from its arrival to its message. Send it again.";
        return Err(Fault::new(Code::Overloaded, message).into());
    }
    Ok(())
}

/// Gives up those of the contents that no file has any more: their places are due at once.
pub(super) fn forget(tx: &mut Tx<'_>, contents: &[Vec<u8>], now: Timestamp) -> Result<()> {
    for hash in contents {
        if let Some(place) =
            tx.first(sql::FORGET, &[hash.as_slice().into()], |row| row.str(0).map(str::to_owned))?
        {
            promise(tx, &[place], now)?;
        }
    }
    Ok(())
}

/// Which of the places were not claimed.
pub(crate) fn unclaimed(tx: &mut Tx<'_>, places: &[String]) -> Result<Vec<String>> {
    let mut statement = Statement::new(sql::UNCLAIMED);
    statement.among("place", places.iter().map(|place| Value::from(place.clone())).collect());
    Ok(tx.all(&statement.text, &statement.params, |row| row.str(0).map(str::to_owned))?)
}

/// Makes places due at a time.
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

/// How many chunks so many bytes have.
pub(crate) fn chunks_of(size: i64) -> i64 {
    size.div_euclid(CHUNK as i64) + i64::from(size.rem_euclid(CHUNK as i64) > 0)
}

/// Where the data says that the bytes of files are.
pub(crate) fn known_place(tx: &mut Tx<'_>) -> Result<Option<String>> {
    Ok(tx.first(sql::KNOWN_PLACE, &[], |row| row.str(0).map(str::to_owned))?)
}

/// Says it, unless there are files elsewhere.
///
/// Errors: `conflict`.
pub(crate) fn agree(tx: &mut Tx<'_>, place: &str) -> Result<()> {
    if let Some(known) = known_place(tx)?
        && tx.first(sql::ANY_CONTENT, &[], |_| Ok(()))?.is_some()
    {
        let message = format!(
            "The files of this data are kept in {known}, and the settings say {place}. Set file_store as it was."
        );
        return Err(Fault::new(Code::Conflict, message).into());
    }
    tx.exec(sql::AGREE, &[place.into()])?;
    Ok(())
}
