//! A request on its way from a connection to the router: the checks that the router cannot make, and the last net for
//! panics.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use futures_util::FutureExt;
use http::header::CONNECTION;
use http::{HeaderValue, Request, StatusCode};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::Answer;
use super::patience::Phase;
use crate::metrics::Metrics;
use crate::serve::secured;

/// Bytes that a request line may have: method, target, version, two blanks and the line break.
const REQUEST_LINE: usize = 16 << 10;

/// Serves the requests of one connection.
pub(super) struct Service {
    pub(super) router: Arc<Router>,
    pub(super) peer: SocketAddr,
    pub(super) phase: Arc<Phase>,
    pub(super) metrics: Arc<Metrics>,
}

impl hyper::service::Service<Request<Incoming>> for Service {
    type Response = Response;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.phase.busy();
        let running = Running::new(Arc::clone(&self.phase), Arc::clone(&self.metrics));
        if line_length(&request) > REQUEST_LINE {
            drop(running);
            return Box::pin(std::future::ready(Ok(closing(StatusCode::URI_TOO_LONG))));
        }
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answer = Router::clone(&self.router).oneshot(request.map(Body::new));
        Box::pin(async move {
            let answered = AssertUnwindSafe(answer).catch_unwind().await;
            drop(running);
            match answered {
                Ok(answer) => answer,
                // The panic itself is in the log.
                Err(_) => Ok(closing(StatusCode::INTERNAL_SERVER_ERROR)),
            }
        })
    }
}

fn line_length<B>(request: &Request<B>) -> usize {
    let uri = request.uri();
    let authority = uri.authority().map_or(0, |a| a.as_str().len() + "https://".len());
    let target = authority + uri.path_and_query().map_or(0, |p| p.as_str().len());
    request.method().as_str().len() + target + " HTTP/1.1\r\n".len() + 1
}

/// A status alone, after which the connection ends.
fn closing(status: StatusCode) -> Response {
    let mut response = secured(Response::new(Body::empty()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A request without an answer yet.
struct Running {
    phase: Arc<Phase>,
    metrics: Arc<Metrics>,
}

impl Running {
    fn new(phase: Arc<Phase>, metrics: Arc<Metrics>) -> Self {
        metrics.in_flight.inc();
        Self { phase, metrics }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        self.phase.idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_line_is_measured_as_it_was_sent() {
        for (line, method, target) in [
            ("GET /a?b=c HTTP/1.1\r\n", "GET", "/a?b=c"),
            ("POST http://h:1/x HTTP/1.1\r\n", "POST", "http://h:1/x"),
        ] {
            let request = Request::builder().method(method).uri(target).body(()).expect("a request");
            assert!(line_length(&request).abs_diff(line.len()) <= 1, "{line:?}: {}", line_length(&request));
        }
    }
}
