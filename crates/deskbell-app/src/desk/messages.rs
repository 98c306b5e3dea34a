//! Messages at the desk: long ones are made ready beside the threads that answer, and those for later are sent when their time
//! has come.

use std::sync::Arc;

use deskbell_core::Actor;
use deskbell_db::{Lane, Urgency};

use super::Desk;
use crate::error::Result;
use crate::message::{self, Content};

/// How many messages are sent before it is looked again.
const AT_ONCE: i64 = 50;

/// From how many bytes on a message is made ready beside the threads that answer.
const LONG: usize = 16 * 1024;

/// The call, as the journal names it.
const CALL: &str = "messageSend";

impl Desk {
    /// What a message says, ready to be written.
    pub async fn content(&self, raw: String, plaintext: String) -> Content {
        let engine = self.engine();
        if raw.len() + plaintext.len() < LONG {
            return Content::new(engine, raw, &plaintext);
        }
        let kept = (raw.clone(), plaintext.clone());
        let made = tokio::task::spawn_blocking(move || Content::new(engine, raw, &plaintext)).await;
        made.unwrap_or_else(|_| Content::new(engine, kept.0, &kept.1))
    }

    /// Sends the messages whose time has come. Each in a transaction of its own, so that one that fails keeps no other waiting.
    pub async fn send_due(&self) -> Result<usize> {
        let now = self.inner.context.now();
        let mut sent = 0;
        while self.inner.store.read(Lane::Point, move |tx| message::is_any_due(tx, now)).await? {
            let due = self.inner.store.read(Lane::List, move |tx| message::due(tx, now, AT_ONCE)).await?;
            let (all, mut done) = (due.len(), 0);
            for due in due {
                let system = Arc::new(Actor::system());
                let sending =
                    self.write_as(Urgency::Bulk, &system, CALL, move |work| message::send(work, due));
                match sending.await {
                    Ok(_) => done += 1,
                    Err(error) => tracing::warn!(%error, "a message for later is not sent yet"),
                }
            }
            sent += done;
            // The rest waits: in the trash, or for a store that takes writes again.
            if all == 0 || done == 0 || (all as i64) < AT_ONCE {
                break;
            }
        }
        Ok(sent)
    }
}
