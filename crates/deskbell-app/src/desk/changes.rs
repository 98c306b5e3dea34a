//! The change feed as the edge sees it.

use std::sync::Arc;

use deskbell_core::{Actor, Timestamp};
use deskbell_db::{Engine, Lane, Urgency};

use super::Desk;
use crate::error::Result;
use crate::feed::{self, Part, Wish};

impl Desk {
    /// A part of the change feed: what was acknowledged before the call is in it.
    ///
    /// Errors: those of `feed::part`.
    pub async fn changes(&self, actor: &Arc<Actor>, mut wish: Wish) -> Result<Part> {
        self.seal().await?;
        let days = self.inner.settings.changes_days;
        wish.since = (days > 0).then(|| Timestamp(self.inner.context.now().0 - days * 86_400));
        self.read(Lane::Slow, actor, move |tx, actor| feed::part(tx, actor, &wish)).await
    }

    /// Gives events that are committed their place in the feed.
    pub async fn seal(&self) -> Result<()> {
        if self.engine() == Engine::Sqlite || !self.inner.store.read(Lane::Point, feed::is_unsealed).await? {
            return Ok(());
        }
        while self.inner.store.write(Urgency::Interactive, feed::seal).await? {}
        Ok(())
    }
}
