//! Figures for Prometheus: requests as they finish, the store and the process as they are when asked.
//!
//! The registry belongs to the server that it counts, not to the process, so that tests do not meet in it.

mod kept;
mod process;
mod store;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use deskbell_app::Desk;
use deskbell_http::Finished;
use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// The media type of the answer.
pub(crate) use prometheus_client::encoding::prometheus_text::CONTENT_TYPE as MEDIA_TYPE;

/// Upper bounds in seconds: from a read by id to the longest that a call may take.
const BOUNDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What requests are told apart by: a bounded set, whatever is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: &'static str,
    method: &'static str,
    status: u16,
}

type Durations = Family<Labels, Histogram, fn() -> Histogram>;

/// The figures of a server.
pub(crate) struct Metrics {
    registry: Registry,
    kept: Arc<kept::Kept>,
    durations: Durations,
    /// Requests that have no answer yet.
    pub(crate) in_flight: Gauge<i64, AtomicI64>,
    /// Open connections.
    pub(crate) connections: Gauge<i64, AtomicI64>,
}

impl Metrics {
    /// The figures of a server over a desk.
    pub(crate) fn new(desk: Desk) -> Arc<Self> {
        let mut root = Registry::default();
        let registry = root.sub_registry_with_prefix("deskbell");
        let durations = Durations::new_with_constructor(|| Histogram::new(BOUNDS));
        let (in_flight, connections) = (Gauge::default(), Gauge::default());
        registry.register(
            "build",
            "The version of the program, and the database it runs on",
            Info::new([
                ("version", env!("CARGO_PKG_VERSION").to_owned()),
                ("engine", format!("{:?}", desk.engine()).to_lowercase()),
            ]),
        );
        registry.register_with_unit(
            "http_request_duration",
            "From the head of a request to its answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("http_requests_in_flight", "Requests that have no answer yet", in_flight.clone());
        registry.register("http_connections", "Open connections", connections.clone());
        registry.register_collector(Box::new(store::Store(desk.clone())));
        let kept = kept::Kept::new(desk);
        registry.register_collector(Box::new(kept::Written(Arc::clone(&kept))));
        root.register_collector(Box::new(process::Process));
        Arc::new(Self { registry: root, kept, durations, in_flight, connections })
    }

    /// Counts a finished request.
    pub(crate) fn finished(&self, request: &Finished<'_>) {
        let labels = Labels { route: request.route, method: request.method, status: request.status };
        self.durations.get_or_create(&labels).observe(request.duration.as_secs_f64());
    }

    /// All figures, in the text form of Prometheus.
    pub(crate) async fn text(&self) -> Result<String, std::fmt::Error> {
        self.kept.look().await;
        let mut text = String::with_capacity(16 << 10);
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
