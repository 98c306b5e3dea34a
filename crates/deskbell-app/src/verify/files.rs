//! Every content of the store of files: its bytes must be there, and be those that its hash names. And every file must hang where
//! its message says.

use deskbell_files::Failure;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::{Checking, sql};
use crate::error::{Error, Result};
use crate::file;

/// How many contents are listed at a time.
const CONTENTS: i64 = 500;
/// How many messages a stretch has.
const MESSAGES: i64 = 5_000;

pub(super) fn check(checking: &mut Checking<'_>) -> Result<()> {
    checking.begin("files");
    counts(checking)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Files(error.into()))?;
    let (mut after, mut done) = (Vec::new(), 0);
    loop {
        let from = after.clone();
        let found = checking.read(move |tx| file::stored_after(tx, &from, CONTENTS))?;
        let Some((last, ..)) = found.last() else { return Ok(()) };
        after.clone_from(last);
        for (hash, place, size) in found {
            (checking.tell)("files", done, done);
            done += 1;
            let mut problem = runtime.block_on(look(checking, &hash, &place, size))?;
            if problem.is_some() {
                // A server may have removed it since it was listed, with the last file of it.
                let still = checking.read(move |tx| file::is_stored(tx, &hash, &place))?;
                problem = problem.filter(|_| still);
            }
            checking.note(1, problem.into_iter().map(|what| (0, what)).collect());
        }
    }
}

/// Messages say how many files they have.
fn counts(checking: &mut Checking<'_>) -> Result<()> {
    let newest = checking.newest(sql::NEWEST_MESSAGE)?;
    let mut after = 0;
    while after < newest {
        let bounds = [after.into(), (after + MESSAGES).into()];
        let wrong = checking.read(move |tx| Ok(tx.all(sql::MISCOUNTED_FILES, &bounds, |row| row.int(0))?))?;
        let what = |id| (id, format!("message {id} has another number of files than it says"));
        checking.note(0, wrong.into_iter().map(what).collect());
        after += MESSAGES;
    }
    Ok(())
}

/// What is wrong with the bytes of a place.
async fn look(checking: &Checking<'_>, hash: &[u8], place: &str, size: i64) -> Result<Option<String>> {
    let missing = || Some(format!("the bytes of {place} are not in the store of files"));
    let mut bytes = match checking.desk.bytes(place, size).await {
        Ok(bytes) => bytes,
        Err(Error::Files(Failure::Missing(_))) => return Ok(missing()),
        Err(error) => return Err(error),
    };
    let (mut hasher, mut length) = (Sha256::new(), 0);
    while let Some(piece) = bytes.next().await {
        match piece {
            Ok(piece) => {
                hasher.update(&piece);
                length += piece.len() as i64;
            }
            Err(Failure::Missing(_)) => return Ok(missing()),
            Err(failure) => return Err(failure.into()),
        }
    }
    let right = length == size && hasher.finalize()[..] == *hash;
    Ok((!right).then(|| format!("the bytes of {place} are not those that were put there")))
}
