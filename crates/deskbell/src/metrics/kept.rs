//! Figures that the database keeps, the same for every process: what became of the rows of imports, how webhooks fare and what
//! waits for them. The store is asked just before figures are written. It may be down; figures are then what was read last.

use std::fmt::Error;
use std::sync::{Arc, Mutex as Plain, PoisonError};
use std::time::Duration;

use deskbell_app::import::{self, Totals};
use deskbell_app::webhook::{self, Fares, Figures};
use deskbell_app::{Desk, Lane};
use deskbell_core::Actor;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long a look counts, so that many who ask cost one read.
const FRESH: Duration = Duration::from_secs(1);
/// How long the store may take: figures matter most when it is slow.
const LIMIT: Duration = Duration::from_secs(1);

/// The figures as they were seen last.
pub(super) struct Kept {
    desk: Desk,
    system: Arc<Actor>,
    looked: Mutex<Option<Instant>>,
    /// None before the first look that succeeded.
    seen: Plain<Option<(Totals, Figures)>>,
}

impl Kept {
    pub(super) fn new(desk: Desk) -> Arc<Self> {
        let (looked, seen) = (Mutex::default(), Plain::default());
        Arc::new(Self { desk, system: Arc::new(Actor::system()), looked, seen })
    }

    /// Reads the figures, unless that was done just now.
    pub(super) async fn look(&self) {
        let mut looked = self.looked.lock().await;
        if looked.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        let now = self.desk.now();
        let read = self.desk.read(Lane::List, &self.system, move |tx, _| {
            Ok::<_, deskbell_app::Error>((import::totals(tx)?, webhook::figures(tx, now)?))
        });
        match timeout(LIMIT, read).await {
            Ok(Ok(seen)) => *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen),
            Ok(Err(error)) => tracing::debug!(%error, "figures that the database keeps could not be read"),
            Err(_) => tracing::debug!("figures that the database keeps could not be read in time"),
        }
        *looked = Some(Instant::now());
    }
}

/// Writes them.
pub(super) struct Written(pub(super) Arc<Kept>);

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written")
    }
}

impl Collector for Written {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let seen = *self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((totals, figures)) = seen else { return Ok(()) };
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
        let help = "Webhooks by how they fare";
        let mut family = encoder.encode_descriptor("webhooks", help, None, MetricType::Gauge)?;
        for (fares, count) in Fares::WORDS.iter().zip(figures.webhooks) {
            ConstGauge::new(count).encode(family.encode_family(&[("state", *fares)])?)?;
        }
        let help = "Deliveries that wait for a webhook or are dead, up to 10,001 of each webhook";
        let mut family = encoder.encode_descriptor("webhook_deliveries", help, None, MetricType::Gauge)?;
        for (state, count) in [("waiting", figures.waiting), ("dead", figures.dead)] {
            ConstGauge::new(count).encode(family.encode_family(&[("state", state)])?)?;
        }
        let help = "Events that are not written down yet for the active webhook that is farthest behind";
        let behind = encoder.encode_descriptor("webhook_events_behind", help, None, MetricType::Gauge)?;
        ConstGauge::new(figures.behind).encode(behind)
    }
}
