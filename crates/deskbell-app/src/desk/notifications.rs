//! Notifications at the desk: they are kept for some time, and end some at a time.

use deskbell_core::Timestamp;
use deskbell_db::{Lane, Urgency};

use super::Desk;
use crate::error::Result;
use crate::notification;

impl Desk {
    /// Forgets the notifications that are older than is configured; none if nothing is.
    pub async fn forget_notifications(&self) -> Result<()> {
        let days = self.inner.settings.notification_days;
        if days == 0 {
            return Ok(());
        }
        let before = Timestamp(self.inner.context.now().0 - days * 86_400);
        while self.inner.store.read(Lane::Point, move |tx| notification::due(tx, before)).await? {
            self.inner.store.write(Urgency::Bulk, move |tx| notification::forget(tx, before)).await?;
        }
        Ok(())
    }
}
