//! What of a ticket's changes is still in effect: one that was taken back as a whole counts for nothing, nor does that it was.

use std::borrow::Cow;
use std::collections::BTreeMap;

use deskbell_core::TicketId;
use deskbell_db::Tx;

use super::erase::{PART, PURGED};
use super::merge::TakenBack;
use super::sql;
use super::undo::{Event, Note};
use crate::error::Result;
use crate::message;

/// The newest event of a ticket that is in effect: what was taken back as a whole, and that it was, count for nothing. So two
/// writes can be taken back one after the other. An event of `batches` is not looked behind.
pub(super) fn in_effect(tx: &mut Tx<'_>, id: TicketId, batches: TakenBack<'_>) -> Result<Option<Event>> {
    let text = sql::events_before(EVENTS);
    let (mut next, mut events) = (i64::MAX, Vec::new().into_iter());
    let mut any = move |tx: &mut Tx<'_>| -> Result<Option<Event>> {
        if events.as_slice().is_empty() {
            events = tx.all(&text, &[id.0.into(), next.into()], Event::read)?.into_iter();
        }
        let event: Option<Event> = events.next();
        next = event.as_ref().map_or(next, |event| event.id);
        Ok(event)
    };
    // What was erased of somebody else in it is no change of the ticket itself.
    let mut newest = move |tx: &mut Tx<'_>| -> Result<Option<Event>> {
        loop {
            match any(tx)? {
                Some(event) if event.item_type == PURGED && event.after.as_deref() == Some(PART) => {}
                event => return Ok(event),
            }
        }
    };
    let Some(mut event) = newest(tx)? else { return Ok(None) };
    let mut open: Vec<Run> = Vec::new();
    loop {
        let wanted = event.batch == batches.batch || Some(&event.batch[..]) == batches.by;
        if open.is_empty() && (wanted || event.call != UNDO) {
            return Ok(Some(event));
        }
        let (mut run, mut after) = (Run(vec![event]), None);
        while let Some(older) = newest(tx)? {
            if older.batch != run.0[0].batch {
                after = Some(older);
                break;
            }
            run.0.push(older);
        }
        if open.last().is_some_and(|back| back.takes_back(&run)) {
            open.pop();
        } else if run.0[0].call == UNDO && run.net().is_some() {
            open.push(run);
        } else {
            open.push(run);
            break;
        }
        match after {
            Some(older) => event = older,
            None => break,
        }
    }
    Ok(open.into_iter().next().and_then(|run| run.0.into_iter().next()))
}

/// How many events are read at a time.
const EVENTS: i64 = 20;

/// The operation that takes back.
const UNDO: &str = "ticketUndo";

/// What one write did to a ticket, newest first.
struct Run(Vec<Event>);

/// The fields that differ, those of forms by their ids, with their values before and after; and what came in, or went out.
type Net<'e> = (BTreeMap<(&'e str, i64), (Cow<'e, str>, Cow<'e, str>)>, Vec<(Part, bool)>);

/// What comes into a ticket, or goes out of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Another ticket, by a merge.
    Ticket(TicketId),
    /// A note, or a message that waits.
    Note(i64),
    /// The ticket itself, into the trash.
    Trash,
}

impl Run {
    /// What it came to; `None` if that is more than can be told here, or was erased.
    fn net(&self) -> Option<Net<'_>> {
        let (mut fields, mut parts) = (BTreeMap::new(), Vec::new());
        for event in self.0.iter().rev() {
            if event.erased {
                return None;
            }
            if let Some(part) = event.part() {
                parts.push(part);
                continue;
            }
            let (field, before, after) = match event.value() {
                // As it is taken back: what it was before comes after.
                Some(back) => (back.field.0, Cow::Owned(back.now), Cow::Owned(back.before)),
                None => {
                    event.inverse()?;
                    (0, event.before.as_deref()?.into(), event.after.as_deref()?.into())
                }
            };
            let key = (event.item_type.as_str(), field);
            fields.entry(key).or_insert((before, Cow::Borrowed(""))).1 = after;
        }
        parts.sort_unstable();
        Some((fields, parts))
    }

    /// Whether it took all of another one back.
    fn takes_back(&self, other: &Self) -> bool {
        let (Some((fields, mut parts)), Some((others, taken))) = (self.net(), other.net()) else {
            return false;
        };
        parts.iter_mut().for_each(|(_, out)| *out = !*out);
        parts.sort_unstable();
        let all = fields.iter().all(|(key, (before, after))| {
            others.get(key).is_some_and(|(was, became)| (became, was) == (before, after))
        });
        all && fields.len() == others.len() && parts == taken
    }
}

impl Event {
    /// What came in or went out, if it is about that; and whether it went out.
    fn part(&self) -> Option<(Part, bool)> {
        match self.item_type.as_str() {
            "deleted" => return Some((Part::Trash, false)),
            "restored" => return Some((Part::Trash, true)),
            _ => {}
        }
        match self.note() {
            Some(Note::Came(id)) => Some((Part::Note(id), false)),
            Some(Note::Left(stored)) => message::gone(stored, self.id).map(|(id, _)| (Part::Note(id), true)),
            None => self.source().map(|(id, out)| (Part::Ticket(id), out)),
        }
    }
}
