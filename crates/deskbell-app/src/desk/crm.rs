//! Look-ups at work: the contacts of new tickets are asked for, and who was found is taken over. What is asked, and what an
//! answer means, is `crate::crm`'s and `customer::sync`'s matter.

use std::sync::Arc;

use deskbell_core::Actor;
use deskbell_db::{Lane, Urgency};
use tokio::task::JoinSet;

use super::Desk;
use crate::crm::{self, Found, Lookup};
use crate::customer::sync;
use crate::error::{Error, Result};

/// How many look-ups of a brand are under way at the same time.
const AT_ONCE: i64 = 8;

/// The call, as the journal names it.
const CALL: &str = "crmSync";

impl Desk {
    /// Makes the look-ups that are to be made now.
    pub async fn look_up(&self) -> Result<()> {
        let Ok(courier) = self.courier() else { return Ok(()) };
        loop {
            if !self.inner.store.read(Lane::Point, crm::is_waiting).await? {
                return Ok(());
            }
            let now = self.inner.context.now();
            let taken = self.inner.store.write(Urgency::Bulk, move |tx| crm::take(tx, now, AT_ONCE)).await?;
            if taken.is_empty() {
                return Ok(());
            }
            let mut running = JoinSet::new();
            for lookup in taken {
                let asking = courier.ask(lookup.url.clone(), lookup.query.clone());
                running.spawn(async move { (lookup, asking.await) });
            }
            while let Some(ended) = running.join_next().await {
                let Ok((lookup, said)) = ended else { continue };
                match said.and_then(|text| crm::read(&text)) {
                    Ok(found) => self.take_over(lookup, found).await?,
                    Err(why) => self.in_vain(lookup, &why).await?,
                }
            }
        }
    }

    /// Takes over who was found. What the rules refuse is left, and said in the log: it would be refused again.
    async fn take_over(&self, lookup: Lookup, found: Vec<Found>) -> Result<()> {
        let (system, of) = (Arc::new(Actor::system()), lookup.clone());
        let taking = self.write_as(Urgency::Bulk, &system, CALL, move |work| {
            sync::sync(work, of.brand, of.ticket, &found)?;
            crm::answered(work.tx, &of)
        });
        match taking.await {
            Ok(_) => Ok(()),
            Err(Error::Fault(fault)) => {
                let code = fault.code().as_str();
                tracing::warn!(ticket = lookup.ticket.0, code, "who was looked up is not taken over");
                self.inner.store.write(Urgency::Bulk, move |tx| crm::answered(tx, &lookup)).await
            }
            Err(error) => Err(error),
        }
    }

    async fn in_vain(&self, lookup: Lookup, why: &str) -> Result<()> {
        let (now, of) = (self.inner.context.now(), lookup.clone());
        let again = self.inner.store.write(Urgency::Bulk, move |tx| crm::failed(tx, &of, now)).await?;
        tracing::warn!(brand = lookup.brand.0, ticket = lookup.ticket.0, why, again, "a look-up was in vain");
        Ok(())
    }
}
