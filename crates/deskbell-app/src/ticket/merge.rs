//! Merging a ticket into another one, and taking it out again. Both change in one transaction, under one batch: never one
//! without the other. What a merge did to the ticket that took the other one in is kept beside it (`ticket_merge`), with the
//! messages that moved (`message_move`), so that it can be taken apart, also after others. Merges of one batch into one ticket are
//! taken apart in the reverse of their order, and what they make of that ticket is one version step for each transaction.

use std::collections::BTreeMap;

use deskbell_core::{Actor, Code, CustomerId, Fault, TicketId, Timestamp, Version};
use deskbell_db::{Row, Tx};
use serde::{Deserialize, Serialize};

use super::differs::Joins;
use super::edit::{Change, Draft, Edit, Faults, Told, distinct, unknown};
use super::effect::in_effect;
use super::row::Ticket;
use super::settle::{Outcome, Settled, settle_draft};
use super::{load, sql, undo};
use crate::error::Result;
use crate::form::asked::Asked;
use crate::message;
use crate::search::{HEAD_PLACES, PLACES};
use crate::statement::Statement;
use crate::work::Work;

/// The event of the ticket that takes another one in; that of the other one is its key in the item.
pub(crate) const TAKES_IN: &str = "merged_from";
/// The key, and the event, that names the ticket into which another one was merged.
pub(crate) const GOES_INTO: &str = "merged_into";

/// Places in the search index that are left free, for notes that are written with a merge.
const SPARE: i64 = 4_096;

/// How many merges of a batch are looked at together: as many as one transaction takes back.
const TOGETHER: i64 = 1_000;

/// Refuses a call that merges into a ticket which cannot take others in. `named`: the tickets of the call, as far as it names them.
///
/// Errors: `unknown_reference` for a ticket that does not exist for the actor, was merged itself, or is among the named.
pub(crate) fn check_targets(tx: &mut Tx<'_>, actor: &Actor, edits: &[Edit], named: &[i64]) -> Result<()> {
    let mut faults = Faults::default();
    for edit in edits {
        let Change::Merge(target) = edit.change else { continue };
        let found = load::many(tx, actor, &[target.0])?.pop();
        let wrong = match found {
            None => unknown(&edit.field, "Ticket", target),
            Some(ticket) if !ticket.merged_into.is_none() => {
                let message = format!("Ticket {target} was merged into another one, and takes no other in.");
                Fault::of(&edit.field, Code::UnknownReference, message).into()
            }
            Some(_) if named.contains(&target.0) => {
                let message =
                    format!("Ticket {target} is among the tickets of this call; name one that is not.");
                Fault::of(&edit.field, Code::UnknownReference, message).into()
            }
            Some(_) => continue,
        };
        faults.note::<()>(Err(wrong))?;
    }
    faults.end()
}

/// The tickets into which edits merge.
pub(crate) fn targets(edits: &[Edit]) -> Vec<i64> {
    let target = |edit: &Edit| match edit.change {
        Change::Merge(target) => Some(target.0),
        _ => None,
    };
    edits.iter().filter_map(target).collect()
}

/// The tickets with which a batch merged these, or from which it took them apart.
pub(crate) fn targets_of(tx: &mut Tx<'_>, batch: &str, ids: &[i64]) -> Result<Vec<i64>> {
    let mut statement = Statement::new(sql::MERGED_WITH);
    statement.within("source_ticket", ids).push(sql::MERGED_BY).bind(batch.to_owned());
    statement.push(sql::OR_UNDONE_BY).bind(batch.to_owned()).push(")");
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?)
}

/// What a merge can change of the ticket that takes the other one in.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    tags: Vec<String>,
    customer: i64,
    last_update_agent: Option<i64>,
    last_update_customer: Option<i64>,
}

impl State {
    fn of(ticket: &Ticket) -> Self {
        Self {
            tags: ticket.tags.clone(),
            customer: ticket.customer.0,
            last_update_agent: ticket.last_update_agent.map(|t| t.0),
            last_update_customer: ticket.last_update_customer.map(|t| t.0),
        }
    }

    fn put(self, ticket: &mut Ticket) {
        ticket.tags = self.tags;
        ticket.customer = CustomerId(self.customer);
        ticket.last_update_agent = self.last_update_agent.map(Timestamp);
        ticket.last_update_customer = self.last_update_customer.map(Timestamp);
    }

    fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A merge as it is stored.
struct Merge {
    id: i64,
    source: i64,
    /// Where the words of what moved begin below the target.
    first_segment: i64,
    before: String,
    after: String,
    /// The target's by that write.
    version: i64,
}

impl Merge {
    fn read(row: &Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: row.int(0)?,
            source: row.int(1)?,
            first_segment: row.int(2)?,
            before: row.str(3)?.to_owned(),
            after: row.str(4)?.to_owned(),
            version: row.opt_int(5)?.unwrap_or_default(),
        })
    }
}

/// The batch that is taken back, and the one that does it; none where nothing is written.
#[derive(Clone, Copy)]
pub(crate) struct TakenBack<'b> {
    pub(crate) batch: &'b str,
    pub(crate) by: Option<&'b str>,
}

/// The tickets into which others are merged in a transaction, or out of which they are taken, as they are by now.
#[derive(Default)]
pub(crate) struct Others(BTreeMap<i64, Other>);

/// One of them.
pub(crate) struct Other {
    before: Ticket,
    now: Ticket,
    in_trash: bool,
    events: Vec<Told>,
    /// The merges of the batch that is taken back which are left; the last one goes first.
    left: Option<Vec<Merge>>,
}

/// How one ticket is merged, or taken apart: all rules have been passed.
pub(crate) struct Carry {
    target: TicketId,
    how: How,
}

enum How {
    /// The tags, and the customer that the target gets, if it gets one.
    Merge(Vec<String>, CustomerId),
    /// Once more; so the target becomes what it was by the first time.
    Again(State),
    Apart(Merge, State),
}

impl Others {
    /// Adds a ticket that was loaded for the transaction, and whether it is in the trash.
    pub(crate) fn add(&mut self, ticket: Ticket, in_trash: bool) {
        let other = Other { now: ticket.clone(), before: ticket, in_trash, events: Vec::new(), left: None };
        self.0.insert(other.now.id.0, other);
    }

    /// The rules for the two. Writes nothing.
    ///
    /// Errors: `unknown_reference` for a ticket that is merged into itself; `conflict` if the other one is not there for the actor any
    /// more, was merged itself, or has no room. Where a batch is taken back `precondition_failed` if the other one was
    /// changed since; `conflict` if its customer is gone.
    pub(crate) fn join(
        &mut self,
        tx: &mut Tx<'_>,
        settled: &Settled,
        joins: Joins,
        taken_back: Option<TakenBack<'_>>,
        locks: bool,
    ) -> Result<Carry> {
        let (Joins::Into(target) | Joins::OutOf(target)) = joins;
        let how = match taken_back {
            None => self.merge(tx, settled, target, locks)?,
            Some(batch) => self.take_back(tx, settled, joins, batch, locks)?,
        };
        Ok(Carry { target, how })
    }

    fn merge(&mut self, tx: &mut Tx<'_>, settled: &Settled, target: TicketId, locks: bool) -> Result<How> {
        let (source, field) = (&settled.now, settled.merged_by.as_deref().unwrap_or_default());
        if source.id == target {
            let message = format!("Ticket {target} cannot be merged into itself.");
            return Err(Fault::of(field, Code::UnknownReference, message).into());
        }
        let Some(other) = self.0.get(&target.0) else {
            let message = format!("Ticket {target} is not there any more, and takes no other in.");
            return Err(Fault::of(field, Code::Conflict, message).into());
        };
        if !other.now.merged_into.is_none() {
            let message = format!("Ticket {target} was merged into another one, and takes no other in.");
            return Err(Fault::of(field, Code::Conflict, message).into());
        }
        other.require_room(source, field)?;
        let takes = other.now.customer.is_none() && other.now.brand == source.brand;
        let takes = takes && !source.customer.is_none();
        let there = takes && undo::is_customer(tx, source.customer, source.brand, locks)?;
        let customer = if there { source.customer } else { CustomerId::NONE };
        Ok(How::Merge(settled.tags_given.clone(), customer))
    }

    fn take_back(
        &mut self,
        tx: &mut Tx<'_>,
        settled: &Settled,
        joins: Joins,
        batch: TakenBack<'_>,
        locks: bool,
    ) -> Result<How> {
        let source = &settled.now;
        let (Joins::Into(target) | Joins::OutOf(target)) = joins;
        let changed = || {
            let message = format!(
                "The ticket with which ticket {} was merged was changed since, or is not there, so the merge stays as it is.",
                source.id
            );
            let fault = Fault::new(Code::PreconditionFailed, message);
            Fault { current_version: Some(source.version.0), ..fault }
        };
        let other = self.0.get_mut(&target.0).ok_or_else(changed)?;
        let left = match &mut other.left {
            Some(left) => left,
            None => {
                let mut left = left(tx, other, joins, batch)?;
                let asked = left.iter().rposition(|merge| merge.source == source.id.0);
                // Nothing was taken back before, where nothing is written: so those before this one are still there.
                if let (Some(at), None) = (asked, batch.by) {
                    left.truncate(at + 1);
                }
                other.left.insert(left)
            }
        };
        let next = left.last().filter(|merge| merge.source == source.id.0).ok_or_else(changed)?;
        let state = |text: &str| serde_json::from_str::<State>(text).map_err(|_| undo::erased(source.id));
        let (mut before, mut after) = (state(&next.before)?, state(&next.after)?);
        if before.customer == after.customer {
            // The merge left it alone, and so does this.
            before.customer = other.now.customer.0;
            after.customer = other.now.customer.0;
        }
        let gets = if let Joins::Into(_) = joins { after.customer } else { before.customer };
        if gets != other.now.customer.0 && gets != 0 {
            undo::require_customer(tx, CustomerId(gets), other.now.brand, locks)?;
        }
        if let Joins::Into(_) = joins {
            other.require_room(source, undo::FIELD)?;
        }
        // From here on nothing is refused: the next one may go.
        let merge = other.left.as_mut().and_then(Vec::pop).ok_or_else(changed)?;
        Ok(match joins {
            Joins::Into(_) => How::Again(after),
            Joins::OutOf(_) => How::Apart(merge, before),
        })
    }

    /// Writes what was merged, or is taken apart; the other ticket is written by `finish`.
    pub(crate) fn write(
        &mut self,
        work: &mut Work<'_, '_>,
        settled: Settled,
        carry: &Carry,
    ) -> Result<Outcome> {
        match self.0.get_mut(&carry.target.0) {
            Some(other) => settled.write_joining(work, carry, other),
            None => Err(load::missing(carry.target)),
        }
    }

    /// Writes the tickets that took others in, or lost them: one version step each.
    pub(crate) fn finish(self, work: &mut Work<'_, '_>) -> Result<()> {
        for other in self.0.into_values().filter(|other| !other.events.is_empty()) {
            let mut draft = Draft::blank(other.before);
            draft.now = other.now;
            draft.events = other.events;
            settle_draft(work.tx, work.actor, draft, &[], &mut Asked::default())?.write(work)?;
        }
        Ok(())
    }
}

impl Other {
    fn require_room(&self, source: &Ticket, field: &str) -> Result<()> {
        if self.now.next_segment + source.next_segment + SPARE <= PLACES {
            return Ok(());
        }
        let message = format!("Ticket {} has no room for what ticket {} says.", self.now.id, source.id);
        Err(Fault::of(field, Code::Conflict, message).into())
    }
}

/// The merges of a batch that are to be taken back of a ticket, the first to go last; none if it was changed since.
fn left(tx: &mut Tx<'_>, other: &Other, joins: Joins, batch: TakenBack<'_>) -> Result<Vec<Merge>> {
    let latest = in_effect(tx, other.now.id, batch)?;
    let since =
        latest.is_none_or(|latest| latest.batch != batch.batch && Some(&latest.batch[..]) != batch.by);
    if other.in_trash || since {
        return Ok(Vec::new());
    }
    let text = match joins {
        Joins::OutOf(_) => sql::MERGES_DONE,
        Joins::Into(_) => sql::MERGES_UNDONE,
    };
    // A dry run comes to all of them, some at a time, and changes none.
    let most = if batch.by.is_some() { TOGETHER } else { i64::MAX };
    let params = [other.now.id.0.into(), batch.batch.into(), most.into()];
    let mut merges = tx.all(text, &params, Merge::read)?;
    // Somebody may have changed it between two transactions of the batch: what came before that stays as it is.
    let mut above = match batch.by {
        Some(by) => {
            let text = match joins {
                Joins::OutOf(_) => sql::UNDONE_DOWN_TO,
                Joins::Into(_) => sql::DONE_UP_TO,
            };
            let params = [other.now.id.0.into(), batch.batch.into(), by.into()];
            tx.first(text, &params, |row| row.opt_int(0))?.flatten()
        }
        None => None,
    };
    let unbroken = merges.iter().take_while(|merge| {
        let follows = above.is_none_or(|above| above - merge.version <= 1);
        above = Some(merge.version);
        follows
    });
    merges.truncate(unbroken.count());
    merges.reverse();
    Ok(merges)
}

impl Carry {
    /// Whether it takes apart: so what comes back is there before anything else is done to it.
    pub(super) fn is_apart(&self) -> bool {
        matches!(self.how, How::Apart(..))
    }

    /// Moves what the source has said to the other one, or back.
    pub(super) fn write(
        &self,
        work: &mut Work<'_, '_>,
        source: &mut Ticket,
        other: &mut Other,
    ) -> Result<()> {
        let version = other.before.version.next();
        let told = Some(source.id.to_string());
        match &self.how {
            How::Merge(tags, customer) => {
                let before = State::of(&other.now);
                let now = &mut other.now;
                now.tags = distinct(now.tags.iter().chain(tags).cloned().collect());
                if !customer.is_none() {
                    now.customer = *customer;
                }
                now.last_update_agent = now.last_update_agent.max(source.last_update_agent);
                now.last_update_customer = now.last_update_customer.max(source.last_update_customer);
                take_in(work, source, now, (version, &before))?;
                other.events.push((TAKES_IN, None, told));
            }
            How::Again(after) => {
                let before = State::of(&other.now);
                after.clone().put(&mut other.now);
                take_in(work, source, &mut other.now, (version, &before))?;
                other.events.push((TAKES_IN, None, told));
            }
            How::Apart(merge, before) => {
                let now = &mut other.now;
                let words = source.next_segment - HEAD_PLACES;
                let places = merge.first_segment..merge.first_segment + words;
                let (moved, files) =
                    message::carry(work.tx, merge.id, (now.id, source.id), places.clone(), HEAD_PLACES)?;
                now.messages -= moved;
                source.messages += moved;
                now.files -= files;
                source.files += files;
                if places.end == now.next_segment {
                    now.next_segment = places.start;
                }
                before.clone().put(now);
                let params = [merge.id.into(), work.batch.as_str().into(), version.0.into()];
                work.tx.exec(sql::MERGE_UNDONE, &params)?;
                other.events.push((TAKES_IN, told, None));
            }
        }
        Ok(())
    }
}

/// Moves all that the source has said behind what the target has, and keeps what the target was by then.
fn take_in(
    work: &mut Work<'_, '_>,
    source: &mut Ticket,
    target: &mut Ticket,
    (version, before): (Version, &State),
) -> Result<()> {
    let (words, first) = (source.next_segment - HEAD_PLACES, target.next_segment);
    let params = [
        source.id.0.into(),
        target.id.0.into(),
        work.batch.as_str().into(),
        version.0.into(),
        first.into(),
        before.to_text().into(),
        State::of(target).to_text().into(),
    ];
    let id = work.tx.first(sql::INSERT_MERGE, &params, |row| row.int(0))?.unwrap_or_default();
    work.tx.exec(sql::NOTE_MESSAGES, &[id.into(), source.id.0.into()])?;
    let places = HEAD_PLACES..source.next_segment;
    let (moved, files) = message::carry(work.tx, id, (source.id, target.id), places, first)?;
    source.messages -= moved;
    target.messages += moved;
    source.files -= files;
    target.files += files;
    target.next_segment += words;
    Ok(())
}
