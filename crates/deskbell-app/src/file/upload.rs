//! Uploading a file that a message takes later.

use deskbell_core::{FileId, Permission};

use super::attach::Row;
use super::content::{Kept, claims};
use crate::error::Result;
use crate::work::Work;

/// What was made of an upload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// The file.
    pub id: FileId,
    /// Its name, as it is shown.
    pub name: String,
    /// How many bytes it has.
    pub size: i64,
    /// What it is, by its content.
    pub media_type: &'static str,
}

/// Makes a file of bytes that are kept. It is its caller's alone, and goes after a day, unless a message takes it.
///
/// Errors: `forbidden` without MESSAGE_CREATE.
pub(crate) fn upload(work: &mut Work<'_, '_>, kept: &Kept) -> Result<Stored> {
    work.actor.require(Permission::MessageCreate)?;
    claims(work, kept)?;
    let row = Row { hash: &kept.hash, name: &kept.name, size: kept.size, media_type: kept.media_type };
    let id = row.insert(work, None)?;
    Ok(Stored { id, name: kept.name.clone(), size: kept.size, media_type: kept.media_type })
}
