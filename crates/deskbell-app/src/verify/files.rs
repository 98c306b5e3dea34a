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

pub(super) fn check(checking: &mut Checking<'_>) -> Result<()> {
    checking.begin("files");
    let wrong = checking.read(|tx| Ok(tx.all(sql::MISCOUNTED_FILES, &[], |row| row.int(0))?))?;
    let what = "its number of files is not the one that it says".to_owned();
    checking.note(0, wrong.into_iter().map(|id| (id, what.clone())).collect());
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
            let problem = runtime.block_on(look(checking, &hash, &place, size))?;
            checking.note(1, problem.into_iter().map(|what| (0, what)).collect());
        }
    }
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
