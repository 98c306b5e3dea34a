//! What happens with each finished request: a line in the log, and the figures.

use std::sync::Arc;

use deskbell_http::{Finished, Observer};

use crate::metrics::Metrics;

/// Routes that programs ask all the time; they are logged at the level `debug` unless they fail.
const ROUTINE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Watches requests.
pub(super) struct Watch(pub(super) Arc<Metrics>);

impl Observer for Watch {
    fn finished(&self, request: Finished<'_>) {
        self.0.finished(&request);
        let Finished { route, method, status, duration, request_id } = request;
        let ms = (duration.as_secs_f64() * 1e5).round() / 1e2;
        if status < 500 && ROUTINE.contains(&route) {
            tracing::debug!(target: "request", request_id, method, route, status, ms);
        } else {
            tracing::info!(target: "request", request_id, method, route, status, ms);
        }
    }
}
