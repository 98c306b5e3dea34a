//! Figures of the store, as it counts them itself.

use std::fmt::Error;

use deskbell_app::Desk;
use deskbell_db::{Engine, GROUP_BOUNDS};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// Reads the figures of this desk's store.
pub(super) struct Store(pub(super) Desk);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Collector for Store {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let stats = self.0.stats();
        let waiting = &stats.waiting;
        let mut family = encoder.encode_descriptor(
            "store_queue_jobs",
            "Jobs that wait for the store",
            None,
            MetricType::Gauge,
        )?;
        for (lane, jobs) in [
            ("interactive", waiting.interactive),
            ("alone", waiting.alone),
            ("bulk", waiting.bulk),
            ("point", waiting.point),
            ("list", waiting.list),
            ("slow", waiting.slow),
        ] {
            let jobs = ConstGauge::new(i64::try_from(jobs).unwrap_or(i64::MAX));
            jobs.encode(family.encode_family(&[("lane", lane)])?)?;
        }
        for (name, help, count) in [
            ("store_reads", "Reads answered", stats.reads),
            (
                "store_commits",
                "Write transactions committed; writes that shared one count once",
                stats.commits,
            ),
            ("store_rollbacks", "Write transactions rolled back", stats.rollbacks),
            (
                "store_group_reruns",
                "SQLite: groups of writes that ran again because one of them failed",
                stats.group_reruns,
            ),
            ("store_retries", "PostgreSQL: transactions run again after a conflict", stats.retries),
            ("store_overloads", "Jobs refused because their queue was full", stats.overloads),
            ("store_panics", "Jobs that panicked", stats.panics),
            (
                "store_lost_transactions",
                "Transactions lost to the disk or the connection",
                stats.lost_transactions,
            ),
            (
                "store_steps",
                "SQLite: instructions of its machine, a measure of the work of statements",
                stats.steps,
            ),
            ("store_checkpoints", "SQLite: checkpoints that moved pages", stats.checkpoints),
            ("store_reconnects", "PostgreSQL: connections opened anew", stats.reconnects),
        ] {
            let counter = ConstCounter::new(count);
            counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)?;
        }
        for (name, help, unit, value) in [
            ("store_wal", "SQLite: size of the write-ahead log", Some(&Unit::Bytes), stats.wal_bytes),
            ("store_connections", "PostgreSQL: open connections", None, stats.connections),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?)?;
        }
        if self.0.engine() == Engine::Sqlite {
            let sizes = &stats.group_sizes;
            let bounds = GROUP_BOUNDS.iter().map(|bound| *bound as f64).chain([f64::INFINITY]);
            let buckets: Vec<(f64, u64)> = bounds.zip(sizes.counts).collect();
            let help = "Writes that shared one commit";
            let mut histogram =
                encoder.encode_descriptor("store_group_jobs", help, None, MetricType::Histogram)?;
            let count = sizes.counts.iter().sum();
            histogram.encode_histogram::<prometheus_client::encoding::NoLabelSet>(
                sizes.sum as f64,
                count,
                &buckets,
                None,
            )?;
        }
        Ok(())
    }
}
