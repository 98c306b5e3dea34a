//! From the journal to deliveries: each event that a webhook is told of is written down once, in the order of the journal.

use std::collections::{HashMap, HashSet};

use deskbell_core::Timestamp;
use deskbell_db::{Tx, Value};

use super::event::Event;
use super::row::Webhook;
use super::sql;
use crate::error::Result;
use crate::journal::{position, sight};
use crate::statement::Statement;

/// How many positions, and how many rows, one step looks through.
const WINDOW: i64 = 20_000;
const ROWS: i64 = 500;
/// The same where deliveries are looked up one by one, so that no other writer waits long.
const ROWS_AGAIN: i64 = 100;

/// How many deliveries go into one statement.
const TOGETHER: usize = 32;

/// A row of the journal.
struct Row {
    position: i64,
    ticket: i64,
    item_type: String,
    gone: bool,
    batch: String,
    /// The value after: of a customer's row the customer.
    value: String,
    /// Whether it is an event of its own, whatever else its write did to the ticket.
    alone: bool,
}

/// An event that a webhook is to be told of.
struct New {
    position: i64,
    subject: i64,
    event: Event,
    batch: String,
}

/// Writes down deliveries of events after a position and up to another, some at a time. `again`: what was delivered is told
/// once more. Answers how far it came.
pub(super) fn write_down(
    tx: &mut Tx<'_>,
    webhook: &Webhook,
    (after, until): (i64, i64),
    again: bool,
    now: Timestamp,
) -> Result<i64> {
    let (high, most) = (until.min(after + WINDOW), if again { ROWS_AGAIN } else { ROWS });
    let rows = rows(tx, webhook, (after, high), most)?;
    let reached = match rows.last() {
        Some(last) if rows.len() as i64 == most => last.position,
        _ => high,
    };
    let new = events(tx, webhook, after, rows)?;
    if again {
        tell_again(tx, webhook, &new, now)?;
    } else {
        tell(tx, webhook, &new, now)?;
    }
    Ok(reached)
}

fn rows(tx: &mut Tx<'_>, webhook: &Webhook, (after, high): (i64, i64), most: i64) -> Result<Vec<Row>> {
    let position = position(tx.engine());
    let mut statement = Statement::new(&sql::rows(tx.engine()));
    statement.bind(after).push(" AND ").push(position).push(" <= ").bind(high).push(" AND ");
    sight::exists(&webhook.scope(), true, &mut statement);
    statement.push(" ORDER BY ").push(position).limit(most);
    Ok(tx.all(&statement.text, &statement.params, |row| {
        Ok(Row {
            position: row.int(0)?,
            ticket: row.int(1)?,
            item_type: row.str(2)?.to_owned(),
            gone: row.int(3)? != 0,
            batch: row.str(4)?.to_owned(),
            value: row.opt_str(5)?.unwrap_or_default().to_owned(),
            alone: Event::in_steps(row.str(6)?) || row.int(7)? != 0,
        })
    })?)
}

/// The events that begin with one of the rows. All that one write changes in a ticket's fields is one event; of a ticket that
/// was made it is part of its beginning.
fn events(tx: &mut Tx<'_>, webhook: &Webhook, after: i64, rows: Vec<Row>) -> Result<Vec<New>> {
    let gathered = rows.iter().filter(|row| !row.alone && Event::of_row(&row.item_type, row.gone).gathers());
    let firsts = firsts(tx, webhook, gathered)?;
    let mut new: Vec<New> = Vec::new();
    let mut begun = HashSet::new();
    for row in rows {
        let mut event = Event::of_row(&row.item_type, row.gone);
        let mut position = row.position;
        if event.gathers() && !row.alone {
            let Some(first) = firsts.get(&(row.ticket, row.batch.clone())) else { continue };
            (event, position) = *first;
            if position <= after || !begun.insert(position) {
                continue;
            }
        }
        if !webhook.events.contains(&event) {
            continue;
        }
        let subject = match row.ticket {
            0 => -row.value.parse::<i64>().unwrap_or(0),
            ticket => ticket,
        };
        new.push(New { position, subject, event, batch: row.batch });
    }
    Ok(new)
}

/// With which event, and where, each write to each ticket begins for a webhook. The rows of a write need not stand together, so
/// a part of the journal does not tell.
fn firsts<'r>(
    tx: &mut Tx<'_>,
    webhook: &Webhook,
    rows: impl Iterator<Item = &'r Row>,
) -> Result<HashMap<(i64, String), (Event, i64)>> {
    let (mut tickets, mut batches): (Vec<i64>, Vec<Value<'static>>) = (Vec::new(), Vec::new());
    for row in rows {
        tickets.push(row.ticket);
        batches.push(row.batch.clone().into());
    }
    tickets.sort_unstable();
    tickets.dedup();
    batches.dedup();
    let mut found: HashMap<(i64, String), (Event, i64)> = HashMap::new();
    if tickets.is_empty() {
        return Ok(found);
    }
    let mut statement = Statement::new(&sql::firsts(tx.engine()));
    statement.within("j.ticket_id", &tickets).push(" AND ").among(sql::batch(tx.engine()), batches);
    statement.push(" AND ");
    sight::exists(&webhook.scope(), false, &mut statement);
    statement.push(sql::FIRSTS_BY);
    let all = tx.all(&statement.text, &statement.params, |row| {
        let key = (row.int(0)?, row.str(1)?.to_owned());
        Ok((key, Event::of_row(row.str(2)?, false), row.opt_int(3)?))
    })?;
    for (key, event, position) in all {
        let Some(position) = position.filter(|_| event.gathers()) else { continue };
        let first = found.entry(key).or_insert((event, position));
        let created = event == Event::TicketCreated || first.0 == Event::TicketCreated;
        *first = (if created { Event::TicketCreated } else { event }, first.1.min(position));
    }
    Ok(found)
}

/// Writes down deliveries; one of a subject for which others wait takes its place behind them.
fn tell(tx: &mut Tx<'_>, webhook: &Webhook, new: &[New], now: Timestamp) -> Result<()> {
    let mut busy = busy(tx, webhook, new)?;
    for some in new.chunks(TOGETHER) {
        let mut params: Vec<Value<'_>> = vec![webhook.id.0.into(), now.0.into()];
        for new in some {
            let first = busy.insert(new.subject);
            params.extend(values(new, false, first.then_some(now)));
        }
        tx.exec(&sql::insert_deliveries(some.len()), &params)?;
    }
    Ok(())
}

fn values(new: &New, again: bool, next_at: Option<Timestamp>) -> [Value<'_>; 6] {
    [
        new.position.into(),
        new.subject.into(),
        new.event.as_str().into(),
        new.batch.as_str().into(),
        i64::from(again).into(),
        next_at.map(|at| at.0).into(),
    ]
}

fn busy(tx: &mut Tx<'_>, webhook: &Webhook, new: &[New]) -> Result<HashSet<i64>> {
    let mut subjects: Vec<i64> = new.iter().map(|new| new.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    if subjects.is_empty() {
        return Ok(HashSet::new());
    }
    let mut statement = Statement::new(sql::BUSY);
    statement.bind(webhook.id.0).push(" AND ").within("subject", &subjects);
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?.into_iter().collect())
}

/// Writes down deliveries that are told on purpose once more; what still waits is told once.
fn tell_again(tx: &mut Tx<'_>, webhook: &Webhook, new: &[New], now: Timestamp) -> Result<()> {
    for new in new {
        let mut params: Vec<Value<'_>> = vec![webhook.id.0.into(), now.0.into()];
        params.extend(values(new, true, None));
        if tx.exec(&sql::insert_deliveries(1), &params)? == 0 {
            revive(tx, webhook, new.position, now)?;
        }
    }
    let subjects: HashSet<i64> = new.iter().map(|new| new.subject).collect();
    subjects.into_iter().try_for_each(|subject| first_of(tx, webhook, subject, now))
}

/// Tells a delivery that ended once more. Answers whether it had ended.
pub(super) fn revive(tx: &mut Tx<'_>, webhook: &Webhook, position: i64, now: Timestamp) -> Result<bool> {
    Ok(tx.exec(sql::REVIVE, &[webhook.id.0.into(), position.into(), now.0.into()])? > 0)
}

/// Of what waits for a subject the first is tried, and no other.
pub(super) fn first_of(tx: &mut Tx<'_>, webhook: &Webhook, subject: i64, now: Timestamp) -> Result<()> {
    tx.exec(sql::STEP_BACK, &[webhook.id.0.into(), subject.into()])?;
    tx.exec(sql::FORWARD, &[webhook.id.0.into(), subject.into(), now.0.into()])?;
    Ok(())
}
