//! Look-ups at work: the contacts of new tickets are asked for, and who was found is taken over. What is asked, and what an
//! answer means, is `crate::crm`'s and `customer::sync`'s matter.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskbell_core::{Actor, BrandId};
use deskbell_db::{Lane, Urgency};
use tokio::task::JoinSet;

use super::{Courier, Desk};
use crate::crm::{self, Found, InVain, Lookup};
use crate::customer::sync;
use crate::error::Result;

/// How many look-ups of a brand are under way at the same time.
const AT_ONCE: i64 = 8;

/// How many brands are asked for at the same time.
const BRANDS: usize = 32;

/// How often is looked for further brands while some are under way.
const LOOK: Duration = Duration::from_secs(1);

/// The call, as the journal names it.
const CALL: &str = "crmSync";

impl Desk {
    /// Makes the look-ups that are to be made now. Brands wait for none but themselves: one whose place is slow holds up no
    /// other, and of those that wait the one that has waited longest is next.
    pub async fn look_up(&self) -> Result<()> {
        let Ok(courier) = self.courier() else { return Ok(()) };
        let mut running = JoinSet::new();
        let mut busy: HashSet<BrandId> = HashSet::new();
        // Of whom nothing could be taken, since another node was about to.
        let mut left: HashMap<BrandId, Instant> = HashMap::new();
        loop {
            if self.inner.store.read(Lane::Point, crm::is_waiting).await? {
                let now = self.inner.context.now();
                let due = self.inner.store.read(Lane::Point, move |tx| crm::brands(tx, now)).await?;
                for brand in due {
                    if busy.len() >= BRANDS {
                        break;
                    }
                    let just_left = left.get(&brand).is_some_and(|at| at.elapsed() < LOOK);
                    if !just_left && busy.insert(brand) {
                        let (desk, courier) = (self.clone(), Arc::clone(&courier));
                        running.spawn(async move { (brand, desk.look_up_of(courier, brand).await) });
                    }
                }
            }
            match tokio::time::timeout(LOOK, running.join_next()).await {
                Ok(None) => return Ok(()),
                Ok(Some(Ok((brand, done)))) => {
                    busy.remove(&brand);
                    if !done? {
                        left.insert(brand, Instant::now());
                    }
                }
                // A task that broke: what it had taken is free again when the lease ends.
                Ok(Some(Err(_))) => return Ok(()),
                Err(_) => {}
            }
        }
    }

    /// Makes some look-ups of a brand. Answers whether there were any.
    async fn look_up_of(&self, courier: Arc<dyn Courier>, brand: BrandId) -> Result<bool> {
        let now = self.inner.context.now();
        let taken =
            self.inner.store.write(Urgency::Bulk, move |tx| crm::take(tx, brand, now, AT_ONCE)).await?;
        let any = !taken.is_empty();
        let mut running = JoinSet::new();
        for lookup in taken {
            let asking = courier.ask(lookup.url.clone(), lookup.query.clone());
            running.spawn(async move { (lookup, asking.await) });
        }
        while let Some(ended) = running.join_next().await {
            let Ok((lookup, said)) = ended else { continue };
            match said.and_then(|text| crm::read(&text).map_err(InVain::Answer)) {
                Ok(found) => self.take_over(lookup, found).await?,
                Err(why) => self.in_vain(lookup, why).await?,
            }
        }
        Ok(any)
    }

    /// Takes over who was found.
    async fn take_over(&self, lookup: Lookup, found: Vec<Found>) -> Result<()> {
        let system = Arc::new(Actor::system());
        let taking = self.write_as(Urgency::Bulk, &system, CALL, move |work| {
            if crm::waits(work.tx, &lookup)? {
                sync::sync(work, lookup.brand, lookup.ticket, &found)?;
            }
            crm::answered(work.tx, &lookup)
        });
        taking.await.map(drop)
    }

    async fn in_vain(&self, lookup: Lookup, why: InVain) -> Result<()> {
        let (now, of, reason) = (self.inner.context.now(), lookup.clone(), why.clone());
        let again =
            self.inner.store.write(Urgency::Bulk, move |tx| crm::failed(tx, &of, &reason, now)).await?;
        let why = why.why();
        tracing::warn!(brand = lookup.brand.0, ticket = lookup.ticket.0, why, again, "a look-up was in vain");
        Ok(())
    }
}
