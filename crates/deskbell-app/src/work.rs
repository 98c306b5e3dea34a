//! One write under way: the transaction, who acts, when, under which batch, and what must be written at its end
//! (journal rows, counters and notifications, gathered so that many tickets cost few statements).

use std::fmt;

use deskbell_core::{Actor, ActorId, Context, Timestamp};
use deskbell_db::Tx;

use crate::error::Result;
use crate::journal::{self, Event};
use crate::notification::{self, Notice};
use crate::ticket::Ticket;
use crate::ticket::counters::Counts;

/// Names one write, single or bulk: it stands in the answer and in every journal row of the write. It sorts by time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchId(String);

impl BatchId {
    /// A new one: a UUID of version 7 (RFC 9562), so that the journal's index over it grows at its end.
    pub fn new(context: &dyn Context) -> Self {
        let mut bytes = [0u8; 16];
        context.random(&mut bytes);
        bytes[..6].copy_from_slice(&context.now_millis().to_be_bytes()[2..]);
        bytes[6] = 0x70 | (bytes[6] & 0x0F);
        bytes[8] = 0x80 | (bytes[8] & 0x3F);
        let mut text = String::with_capacity(36);
        for (n, byte) in bytes.iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(HEX[usize::from(byte >> 4)]);
            text.push(HEX[usize::from(byte & 15)]);
        }
        Self(text)
    }

    /// One that was stored.
    pub(crate) fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A write under way. The closure that gets it may run again: it must have no effect outside the transaction.
pub struct Work<'w, 'c> {
    /// The transaction.
    pub tx: &'w mut Tx<'c>,
    /// Who acts.
    pub actor: &'w Actor,
    /// When, the same for the whole write.
    pub now: Timestamp,
    /// Its name.
    pub batch: &'w BatchId,
    /// The operation, as the journal names it.
    pub call: &'w str,
    /// For randomness.
    pub context: &'w dyn Context,
    events: Vec<Event>,
    counts: Counts,
    notices: Vec<Notice>,
}

impl<'w, 'c> Work<'w, 'c> {
    /// A write that has done nothing yet.
    pub fn new(
        tx: &'w mut Tx<'c>,
        actor: &'w Actor,
        call: &'w str,
        batch: &'w BatchId,
        context: &'w dyn Context,
    ) -> Self {
        let now = context.now();
        let (events, counts, notices) = (Vec::new(), Counts::default(), Vec::new());
        Self { tx, actor, now, batch, call, context, events, counts, notices }
    }

    /// Notes a journal event; it is written with the others at the end.
    pub(crate) fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Notes that the number of tickets such as this one changes.
    pub(crate) fn count(&mut self, ticket: &Ticket, by: i64) {
        self.counts.add(ticket, by);
    }

    /// Notes that a user is to be told something; nobody is told what it did itself.
    pub(crate) fn notify(&mut self, notice: Notice) {
        if !notice.user.is_none() && self.actor.id != ActorId::User(notice.user) {
            self.notices.push(notice);
        }
    }

    /// A part that stands for itself: if it fails, all that it wrote and noted is undone, and the rest goes on.
    pub(crate) fn attempt<T>(&mut self, part: impl FnOnce(&mut Work<'_, '_>) -> Result<T>) -> Result<T> {
        let (actor, now, batch, call, context) = (self.actor, self.now, self.batch, self.call, self.context);
        let (done, events, counts, notices) = self.tx.savepoint(|tx| {
            let (events, counts, notices) = (Vec::new(), Counts::default(), Vec::new());
            let mut work = Work { tx, actor, now, batch, call, context, events, counts, notices };
            let done = part(&mut work)?;
            Ok::<_, crate::Error>((done, work.events, work.counts, work.notices))
        })?;
        self.events.extend(events);
        self.notices.extend(notices);
        self.counts.merge(counts);
        Ok(done)
    }

    /// Writes what was gathered. The last step of every write.
    pub fn finish(mut self) -> Result<()> {
        let events = std::mem::take(&mut self.events);
        journal::write(&mut self, &events)?;
        let notices = std::mem::take(&mut self.notices);
        notification::write(&mut self, notices)?;
        let counts = std::mem::take(&mut self.counts);
        counts.write(self.tx)
    }
}
