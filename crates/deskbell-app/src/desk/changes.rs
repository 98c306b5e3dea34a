//! The change feed as the edge sees it: a part of it, and what a listener waits for; and the chain over it.

use std::sync::Arc;
use std::time::Duration;

use deskbell_core::{Actor, ActorId, Permission, TicketId, Timestamp};
use deskbell_db::{Engine, Lane, Urgency};
use tokio::sync::watch;

use super::Desk;
use crate::error::Result;
use crate::feed::{self, Part, Sealed, TicketChange, Wish};
use crate::journal::chain;
use crate::key;

/// How long a turn of somebody else who gives places is waited for, and how often.
const TURN: Duration = Duration::from_millis(2);
const TURNS: u32 = 100;

/// What `written` says when listeners are to go.
const OVER: u64 = u64::MAX;

/// Told of writes of this process.
#[derive(Clone, Debug)]
pub struct Listening(watch::Receiver<u64>);

impl Listening {
    /// Whether listeners are to go; what is written from here on wakes.
    pub fn is_over(&mut self) -> bool {
        *self.0.borrow_and_update() == OVER
    }

    /// Waits for a write since the last look.
    pub async fn woken(&mut self) {
        // The sender lives as long as the desk.
        let _ = self.0.changed().await;
    }
}

impl Desk {
    /// A part of the change feed: what was acknowledged before the call is in it.
    ///
    /// Errors: those of `feed::part`.
    pub async fn changes(&self, actor: &Arc<Actor>, wish: Wish) -> Result<Part> {
        let wish = self.prepared(wish).await?;
        self.read(Lane::List, actor, move |tx, actor| feed::part(tx, actor, &wish)).await
    }

    /// The changes of one ticket.
    ///
    /// Errors: those of `feed::of_ticket`.
    pub async fn changes_of(
        &self,
        actor: &Arc<Actor>,
        id: TicketId,
        wish: Wish,
    ) -> Result<Part<TicketChange>> {
        self.seal().await?;
        self.read(Lane::List, actor, move |tx, actor| feed::of_ticket(tx, actor, id, &wish)).await
    }

    /// A part of the feed for a caller as its rights are by now; `None` if it may not read the feed any more.
    ///
    /// Errors: as above.
    pub async fn changes_by_now(&self, caller: ActorId, wish: Wish) -> Result<Option<Part>> {
        let ActorId::Key(id) = caller else { return Ok(None) };
        let (wish, now) = (self.prepared(wish).await?, self.inner.context.now());
        let read = self.inner.store.read(Lane::List, move |tx| {
            let key = key::by_id(tx, id)?.filter(|key| key.is_good(now));
            let actor = key.map(|key| key.actor()).filter(|actor| actor.require(Permission::RawRead).is_ok());
            actor.map(|actor| feed::part(tx, &actor, &wish)).transpose()
        });
        read.await
    }

    async fn prepared(&self, wish: Wish) -> Result<Wish> {
        self.seal().await?;
        let days = self.inner.settings.changes_days;
        let since = (days > 0).then(|| Timestamp(self.inner.context.now().0 - days * 86_400));
        Ok(Wish { since, ..wish })
    }

    /// Gives events that are committed their place in the feed. While somebody else is at it, who may have begun before the
    /// last of them was committed, this waits for its turn; but not for ever.
    pub async fn seal(&self) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let mut turns = TURNS;
        while turns > 0 && self.inner.store.read(Lane::Point, feed::is_unsealed).await? {
            match self.seal_some().await? {
                Sealed::All => break,
                Sealed::Some => {}
                Sealed::Elsewhere => {
                    turns -= 1;
                    tokio::time::sleep(TURN).await;
                }
            }
        }
        Ok(())
    }

    /// One step of `seal`, on PostgreSQL.
    pub async fn seal_some(&self) -> Result<Sealed> {
        self.inner.store.write(Urgency::Interactive, feed::seal).await
    }

    /// Adds events that have their place to the journal's chain, a block at a time until none is left. It is put together
    /// beside the writers, who wait for one row alone; where several do this at once, one of them wins each block.
    pub async fn chain(&self) -> Result<()> {
        loop {
            let now = self.inner.context.now();
            let Some(block) = self.inner.store.read(Lane::List, move |tx| chain::next(tx, now)).await? else {
                return Ok(());
            };
            self.inner.store.write(Urgency::Bulk, move |tx| chain::add(tx, &block)).await?;
        }
    }

    /// Listens for writes of this process.
    pub fn listen(&self) -> Listening {
        Listening(self.inner.written.subscribe())
    }

    /// Sends all listeners away: before the end.
    pub fn end_listening(&self) {
        self.inner.written.send_replace(OVER);
    }

    /// Wakes whoever listens.
    pub(crate) fn wrote(&self) {
        self.inner.written.send_if_modified(|count| {
            let goes_on = *count != OVER;
            *count += u64::from(goes_on);
            goes_on
        });
    }
}
