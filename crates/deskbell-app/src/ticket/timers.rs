//! What happens to a ticket when its time has come: one that was snoozed wakes, and one that was closed long ago goes to the
//! archive. Both are changes like others, made by the server: with an event and a version, and none twice, however many nodes
//! look.

use deskbell_core::{Actor, Timestamp};
use deskbell_db::Tx;

use super::edit::{Change, Draft, Edit};
use super::settle::settle_draft;
use super::{load, sql};
use crate::error::Result;
use crate::form::asked::Asked;
use crate::work::Work;

/// The next snoozed tickets whose time has come.
pub(crate) fn asleep(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<i64>> {
    Ok(tx.all(sql::ASLEEP, &[now.0.into(), limit.into()], |row| row.int(0))?)
}

/// Wakes those of the tickets whose time has come by now.
pub(crate) fn wake(work: &mut Work<'_, '_>, ids: &[i64]) -> Result<()> {
    let now = work.now;
    each(work, ids, |ticket| {
        let due = ticket.snooze_time.is_some_and(|time| time <= now);
        due.then_some(Change::Wake(now))
    })
}

/// The next tickets that were closed before a time and are not in the archive.
pub(crate) fn closed(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<i64>> {
    Ok(tx.all(sql::TO_ARCHIVE, &[before.0.into(), limit.into()], |row| row.int(0))?)
}

/// Puts those of the tickets into the archive that were closed before a time.
pub(crate) fn archive(work: &mut Work<'_, '_>, ids: &[i64], before: Timestamp) -> Result<()> {
    each(work, ids, |ticket| {
        let due = !ticket.archived && ticket.closed_at.is_some_and(|time| time < before);
        due.then_some(Change::Archive)
    })
}

/// Changes each of the tickets as it is now, if there is a change for it.
fn each(
    work: &mut Work<'_, '_>,
    ids: &[i64],
    change: impl Fn(&super::Ticket) -> Option<Change>,
) -> Result<()> {
    let system = Actor::system();
    let mut asked = Asked::default();
    for ticket in load::many_for_update(work.tx, &system, ids)? {
        // One that was merged meanwhile takes no changes.
        let Some(change) = change(&ticket).filter(|_| ticket.merged_into.is_none()) else { continue };
        let mut draft = Draft::of(ticket)?;
        // Time asks for no field of a form.
        draft.form_asks = false;
        let edit = Edit::new("", change);
        settle_draft(work.tx, &system, draft, &[edit], &mut asked)?.write(work)?;
    }
    Ok(())
}
