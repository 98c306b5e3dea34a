//! Files on messages: those that come with one, those that a caller uploaded before, and those of other messages that are
//! forwarded.

use deskbell_core::{Code, Fault, FileId, TicketId};
use deskbell_db::Tx;

use super::content::{Kept, claims};
use super::{MOST, sql};
use crate::error::Result;
use crate::journal::actor_text;
use crate::statement::Statement;
use crate::ticket::edit::unknown;
use crate::ticket::load;
use crate::work::Work;

/// A file that is to hang on a message.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Bytes that came with the request.
    New(Kept),
    /// An upload of the caller.
    Upload(FileId),
    /// One that hangs on another message: it gets a twin of the same content.
    Twin { hash: Vec<u8>, name: String, size: i64, media_type: String },
}

impl Wanted {
    fn kept(&self) -> Option<&Kept> {
        match self {
            Self::New(kept) => Some(kept),
            Self::Upload(_) | Self::Twin { .. } => None,
        }
    }
}

/// The files of these ids, as `field` named them: uploads of the caller, and files of messages in tickets that exist for it.
///
/// Errors: `unknown_reference`.
pub(crate) fn wanted(work: &mut Work<'_, '_>, field: &'static str, ids: &[i64]) -> Result<Vec<Wanted>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = Statement::new(sql::WANTED);
    statement.within("f.id", ids).push(sql::OWN).bind(actor_text(work.actor.id)).push(sql::ATTACHED);
    load::visible(&work.actor.scope, &mut statement);
    statement.push("))");
    let found = work.tx.all(&statement.text, &statement.params, |row| {
        let id = row.int(0)?;
        let wanted = match row.opt_int(1)? {
            None => Wanted::Upload(FileId(id)),
            Some(_) => Wanted::Twin {
                hash: row.blob(2)?.to_vec(),
                name: row.str(3)?.to_owned(),
                size: row.int(4)?,
                media_type: row.str(5)?.to_owned(),
            },
        };
        Ok((id, wanted))
    })?;
    ids.iter()
        .map(|id| {
            let found = found.iter().find(|(known, _)| known == id);
            found.map(|(_, wanted)| wanted.clone()).ok_or_else(|| unknown(field, "File", FileId(*id)))
        })
        .collect()
}

/// Hangs files on a message, in their order.
///
/// Errors: `conflict` if another message has taken an upload meanwhile.
pub(crate) fn insert(
    work: &mut Work<'_, '_>,
    ticket: TicketId,
    message: i64,
    files: &[Wanted],
) -> Result<()> {
    // In one order, so that two writers who need the same contents do not wait for each other.
    let mut new: Vec<&Kept> = files.iter().filter_map(Wanted::kept).collect();
    new.sort_unstable_by_key(|kept| kept.hash);
    for kept in new {
        claims(work, kept)?;
    }
    for (place, wanted) in (0..).zip(files) {
        match wanted {
            Wanted::New(kept) => {
                let row =
                    Row { hash: &kept.hash, name: &kept.name, size: kept.size, media_type: kept.media_type };
                row.insert(work, Some((ticket, message, place)))?;
            }
            Wanted::Twin { hash, name, size, media_type } => {
                Row { hash, name, size: *size, media_type }.insert(work, Some((ticket, message, place)))?;
            }
            Wanted::Upload(id) => {
                if work.tx.exec(sql::USE, &[id.0.into(), ticket.0.into(), message.into(), place.into()])? == 0
                {
                    let message = format!(
                        "File {id} is no upload any more: another message took it, or its day is over."
                    );
                    return Err(Fault::new(Code::Conflict, message).into());
                }
            }
        }
    }
    Ok(())
}

/// What a file is.
pub(super) struct Row<'r> {
    pub(super) hash: &'r [u8],
    pub(super) name: &'r str,
    pub(super) size: i64,
    pub(super) media_type: &'r str,
}

impl Row<'_> {
    /// Writes it, on a message and at a place among its files, or as an upload.
    pub(super) fn insert(&self, work: &mut Work<'_, '_>, on: Option<(TicketId, i64, i64)>) -> Result<FileId> {
        let params = [
            on.map(|(ticket, ..)| ticket.0).into(),
            on.map(|(_, message, _)| message).into(),
            on.map_or(0, |(.., place)| place).into(),
            self.hash.into(),
            self.name.into(),
            self.size.into(),
            self.media_type.into(),
            actor_text(work.actor.id).into(),
            work.now.0.into(),
        ];
        Ok(FileId(work.tx.first(sql::INSERT, &params, |row| row.int(0))?.unwrap_or_default()))
    }
}

/// The files of a message that leaves its timeline stay with the ticket, and nobody sees them. Answers their ids.
pub(crate) fn detach(tx: &mut Tx<'_>, ticket: TicketId, message: i64) -> Result<Vec<i64>> {
    let mut files =
        tx.all(sql::DETACH, &[ticket.0.into(), message.into()], |row| Ok((row.int(1)?, row.int(0)?)))?;
    files.sort_unstable();
    Ok(files.into_iter().map(|(_, id)| id).collect())
}

/// The message is back.
pub(crate) fn reattach(tx: &mut Tx<'_>, ticket: TicketId, message: i64, files: &[i64]) -> Result<()> {
    for id in files {
        tx.exec(sql::REATTACH, &[(*id).into(), ticket.0.into(), message.into()])?;
    }
    Ok(())
}

/// The messages that a merge names are about to stand in another ticket: their files go along. Answers how many.
pub(crate) fn carry(tx: &mut Tx<'_>, merge: i64, (from, to): (TicketId, TicketId)) -> Result<i64> {
    Ok(tx.exec(sql::CARRY, &[merge.into(), from.0.into(), to.0.into()])?.cast_signed())
}

/// Refuses more files than a message takes.
///
/// Errors: `payload_too_large`.
pub(crate) fn require_few(field: &str, count: usize) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    let message = format!("The message has {count} files; it takes at most {MOST}.");
    Err(Fault::of(field, Code::PayloadTooLarge, message).into())
}
