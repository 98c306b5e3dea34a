//! Messages and notes that leave their ticket, with their words in the search index and their files: out of its timeline and back, into
//! another ticket, or for good.

use std::ops::{ControlFlow, Range};

use deskbell_core::TicketId;
use deskbell_db::{Engine, Tx};

use super::gone::Stored;
use super::{Kind, sql};
use crate::error::Result;
use crate::ticket::erase::Room;
use crate::work::Work;
use crate::{file, search};

/// Takes the words of a ticket's messages out of the search index: before the ticket's row is purged, with which the
/// messages go.
pub(crate) fn remove_from_search(tx: &mut Tx<'_>, ticket: TicketId) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = tx.all(sql::TEXTS, &[ticket.0.into(), after.into()], |row| {
            Ok((row.int(0)?, row.int(1)?, row.str(2)?.to_owned()))
        })?;
        let Some((last, _, _)) = rows.last() else { return Ok(()) };
        after = *last;
        for (_, first_segment, text) in &rows {
            search::remove_text(tx, ticket, *first_segment, text)?;
        }
    }
}

/// Gives the messages and notes that a merge names, as far as they stand in a ticket, to another one; their words, which stand in
/// these places, stand from `first` on then. Answers how many there were, and how many files they have.
pub(crate) fn carry(
    tx: &mut Tx<'_>,
    merge: i64,
    (from, to): (TicketId, TicketId),
    places: Range<i64>,
    first: i64,
) -> Result<(i64, i64)> {
    let shift = first - places.start;
    match tx.engine() {
        Engine::Postgres => search::move_places(tx, (from, to), places, first)?,
        Engine::Sqlite => move_words(tx, merge, (from, to), shift)?,
    }
    let files = file::carry(tx, merge, (from, to))?;
    let params = [merge.into(), from.0.into(), to.0.into(), shift.into()];
    Ok((tx.exec(sql::CARRY, &params)?.cast_signed(), files))
}

fn move_words(tx: &mut Tx<'_>, merge: i64, (from, to): (TicketId, TicketId), shift: i64) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = tx.all(sql::CARRIED, &[merge.into(), after.into(), from.0.into()], |row| {
            Ok((row.int(0)?, row.int(1)?, row.str(2)?.to_owned()))
        })?;
        let Some((last, _, _)) = rows.last() else { return Ok(()) };
        after = *last;
        for (_, first, text) in &rows {
            search::move_text(tx, (from, to), (*first, first + shift), text)?;
        }
    }
}

/// Removes messages and notes of a ticket for good, with their words in the index and their files, as far as there is room: all, or
/// those that came from another one by a merge. Answers how many, and how many files they had.
pub(crate) fn erase(
    work: &mut Work<'_, '_>,
    ticket: TicketId,
    from: Option<TicketId>,
    room: &mut Room,
) -> Result<(i64, i64)> {
    let mut some = Vec::new();
    let (text, params) = match from {
        None => (sql::ERASED, vec![ticket.0.into()]),
        Some(from) => (sql::ERASED_FROM, vec![ticket.0.into(), from.0.into()]),
    };
    work.tx.each::<crate::Error>(text, &params, |row| {
        let text = row.str(2)?.to_owned();
        let more = room.take(text.len());
        some.push((row.int(0)?, row.int(1)?, text, row.int(3)?));
        Ok(if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    for (id, first_segment, text, files) in &some {
        search::remove_text(work.tx, ticket, *first_segment, text)?;
        if *files > 0 {
            file::erase(work, ticket, file::Which::Of(*id))?;
        }
        work.tx.exec(sql::DELETE, &[(*id).into()])?;
    }
    Ok((some.len() as i64, some.iter().map(|(.., files)| files).sum()))
}

/// Takes a note, or a message that waits for its time, out of a ticket's timeline and out of the search index. Answers its kind,
/// all of it as text, and how many files it has; `None` if it is not there.
pub(crate) fn take_out(tx: &mut Tx<'_>, ticket: TicketId, id: i64) -> Result<Option<(Kind, String, i64)>> {
    let Some(mut stored) = tx.first(sql::STORED, &[id.into(), ticket.0.into()], Stored::read)? else {
        return Ok(None);
    };
    stored.files = file::detach(tx, ticket, id)?;
    search::remove_text(tx, ticket, stored.first_segment, stored.searched())?;
    tx.exec(sql::DELETE, &[id.into()])?;
    let files = stored.files.len() as i64;
    Ok(serde_json::to_string(&stored).ok().map(|text| (stored.kind(), text, files)))
}

/// Puts one back that was taken out, under the id that it had. Answers its kind and id, and how many files it has; `None` if the
/// text is none.
pub(crate) fn put_back(tx: &mut Tx<'_>, ticket: TicketId, stored: &str) -> Result<Option<(Kind, i64, i64)>> {
    let Ok(stored) = serde_json::from_str::<Stored>(stored) else { return Ok(None) };
    let words = search::prepare(tx.engine(), stored.searched());
    let segments = search::add_text(tx, ticket, stored.first_segment, &words)?;
    tx.exec(sql::PUT_BACK, &stored.params(ticket, segments))?;
    file::reattach(tx, ticket, stored.id, &stored.files)?;
    Ok(Some((stored.kind(), stored.id, stored.files.len() as i64)))
}
