//! The end of erasing something for good: what no transaction of the erasing could take along.

use deskbell_db::{Engine, Lane, Tx, Urgency};

use super::Desk;
use crate::error::Result;
use crate::ticket::counters;

/// How many tags one transaction forgets.
const TAGS: i64 = 50;

impl Desk {
    /// Removes the bytes that nothing needs any more, forgets tags that no ticket has, and empties SQLite's log, which still holds
    /// what was there before. What fails here is done later by itself, or with what is erased next.
    pub(crate) async fn wipe(&self) {
        if let Err(error) = self.sweep_files().await {
            tracing::warn!(%error, "files of somebody who was erased are removed later");
        }
        if let Err(error) = self.forget_tags().await {
            tracing::warn!(%error, "tags that no ticket has any more are forgotten later");
        }
        if !self.inner.store.fold().await {
            tracing::warn!("the log still holds what was erased, until it is written over");
        }
    }

    /// Forgets tags that no ticket has any more.
    pub(crate) async fn forget_tags(&self) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        loop {
            let spent = self.inner.store.read(Lane::Slow, |tx| counters::spent_tags(tx, TAGS)).await?;
            let last = (spent.len() as i64) < TAGS;
            let forget =
                move |tx: &mut Tx<'_>| spent.iter().try_for_each(|tag| counters::forget_tag(tx, tag));
            self.inner.store.write(Urgency::Bulk, forget).await?;
            if last {
                return Ok(());
            }
        }
    }
}
