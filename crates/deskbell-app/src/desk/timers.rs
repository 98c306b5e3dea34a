//! When the time of tickets has come: some at a time, so that nobody waits long.

use std::sync::Arc;

use deskbell_core::{Actor, Timestamp};
use deskbell_db::{Lane, Urgency};

use super::Desk;
use crate::error::Result;
use crate::ticket::timers;

/// How many tickets one transaction changes.
const TOGETHER: i64 = 100;

impl Desk {
    /// Wakes the snoozed tickets whose time has come. Answers how many there were.
    pub async fn wake_snoozed(&self) -> Result<usize> {
        let (system, now) = (Arc::new(Actor::system()), self.inner.context.now());
        let mut woken = 0;
        loop {
            let due = self.inner.store.read(Lane::Point, move |tx| timers::asleep(tx, now, TOGETHER)).await?;
            if due.is_empty() {
                return Ok(woken);
            }
            woken += due.len();
            self.write_as(Urgency::Bulk, &system, "wake", move |work| timers::wake(work, &due)).await?;
        }
    }

    /// Puts the tickets into the archive that were closed as long ago as is configured; none if nothing is. Answers how many
    /// there were.
    pub async fn archive_closed(&self) -> Result<usize> {
        let days = self.inner.settings.archive_days;
        if days == 0 {
            return Ok(0);
        }
        let (system, before) =
            (Arc::new(Actor::system()), Timestamp(self.inner.context.now().0 - days * 86_400));
        let mut archived = 0;
        loop {
            let due =
                self.inner.store.read(Lane::List, move |tx| timers::closed(tx, before, TOGETHER)).await?;
            if due.is_empty() {
                return Ok(archived);
            }
            archived += due.len();
            self.write_as(Urgency::Bulk, &system, "archive", move |work| timers::archive(work, &due, before))
                .await?;
        }
    }
}
