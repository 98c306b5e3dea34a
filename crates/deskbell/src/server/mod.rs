//! Connections: accepted, limited in number and patience, served by a router, and ended in good order.
//!
//! Written over hyper itself and not `axum::serve`, which has no limits on heads, on waiting or on connections.

mod connection;
mod patience;
pub(crate) mod signals;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::metrics::Metrics;
use connection::Service;
use patience::{Patience, Phase, Stream};

/// Bytes that the head of a request may have; past that it is answered 431.
const HEAD: usize = 64 << 10;
/// Header lines that a request may have.
const LINES: usize = 200;
/// What hyper may hold of a connection: a head that is a little too large must still be read to be answered.
const BUFFER: usize = 96 << 10;
/// How long the system is left alone after it had no room for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// What a server allows its callers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at once; more wait in the system's queue.
    pub(crate) connections: usize,
    /// How long a head may take to arrive.
    pub(crate) head: Duration,
    /// How long a connection may be silent between requests.
    pub(crate) idle: Duration,
    /// How long running requests may take to finish once the server stops.
    pub(crate) shutdown: Duration,
}

/// Serves a router on a listener until `stop` turns true, then finishes what runs.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) {
    let free = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).max_header_size(HEAD).max_headers(LINES).max_buf_size(BUFFER);
    // Patience has its own, shorter and longer ones, that know an idle connection from a slow head.
    http.header_read_timeout(None);
    let router = Arc::new(router);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let place = Arc::clone(&free).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            accepted = accepted => match accepted {
                Some(accepted) => accepted,
                None => break,
            },
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The caller has gone before its turn.
            Err(error)
                if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) =>
            {
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken; trying again");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        // Without it small answers wait for the peer's acknowledgement. A connection that refuses it is closing.
        let _ = stream.set_nodelay(true);
        let phase = Arc::new(Phase::default());
        let patience = Patience { head: limits.head, idle: limits.idle };
        let service = Service {
            router: Arc::clone(&router),
            peer,
            phase: Arc::clone(&phase),
            metrics: Arc::clone(&metrics),
        };
        let io = TokioIo::new(Stream::new(stream, phase, patience));
        let connection = graceful.watch(http.serve_connection(io, service));
        let open = Open::new(Arc::clone(&metrics));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((open, place));
        });
    }
    drop(listener);
    let running = metrics.in_flight.get();
    if running > 0 {
        tracing::info!(running, "finishing the requests that run");
    }
    if tokio::time::timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            running = metrics.in_flight.get(),
            "not all requests finished in time; they are cut off"
        );
    }
}

/// Waits until the server is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that has gone means the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Counts an open connection while it lives.
struct Open(Arc<Metrics>);

impl Open {
    fn new(metrics: Arc<Metrics>) -> Self {
        metrics.connections.inc();
        Self(metrics)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}

/// What a service of ours answers with; it never fails.
type Answer = Result<axum::response::Response, Infallible>;
