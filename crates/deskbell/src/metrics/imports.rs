//! What became of the rows of imports: they run as processes of their own, so the store is asked, just before figures
//! are written. It may be down; figures are then what was read last.

use std::fmt::Error;
use std::sync::{Arc, Mutex as Plain, PoisonError};
use std::time::Duration;

use deskbell_app::import::{self, Totals};
use deskbell_app::{Desk, Lane};
use deskbell_core::Actor;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long a look counts, so that many who ask cost one read.
const FRESH: Duration = Duration::from_secs(1);
/// How long the store may take: figures matter most when it is slow.
const LIMIT: Duration = Duration::from_secs(1);

/// The totals as they were seen last.
pub(super) struct Imports {
    desk: Desk,
    system: Arc<Actor>,
    looked: Mutex<Option<Instant>>,
    /// None before the first look that succeeded.
    seen: Plain<Option<Totals>>,
}

impl Imports {
    pub(super) fn new(desk: Desk) -> Arc<Self> {
        let (looked, seen) = (Mutex::default(), Plain::default());
        Arc::new(Self { desk, system: Arc::new(Actor::system()), looked, seen })
    }

    /// Reads the totals, unless that was done just now.
    pub(super) async fn look(&self) {
        let mut looked = self.looked.lock().await;
        if looked.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        let read = self.desk.read(Lane::Point, &self.system, |tx, _| import::totals(tx));
        match timeout(LIMIT, read).await {
            Ok(Ok(totals)) => *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(totals),
            Ok(Err(error)) => tracing::debug!(%error, "the totals of imports could not be read"),
            Err(_) => tracing::debug!("the totals of imports could not be read in time"),
        }
        *looked = Some(Instant::now());
    }
}

/// Writes them.
pub(super) struct Rows(pub(super) Arc<Imports>);

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rows")
    }
}

impl Collector for Rows {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let Some(totals) = *self.0.seen.lock().unwrap_or_else(PoisonError::into_inner) else { return Ok(()) };
        let help = "Rows of imports by what became of them, over all runs into this database";
        let mut family = encoder.encode_descriptor("import_rows", help, None, MetricType::Counter)?;
        for (outcome, count) in [
            ("imported", totals.imported),
            ("already", totals.already),
            ("rejected", totals.rejected),
            ("blank", totals.blank),
            ("left_out", totals.left_out),
        ] {
            ConstCounter::new(count).encode(family.encode_family(&[("outcome", outcome)])?)?;
        }
        Ok(())
    }
}
