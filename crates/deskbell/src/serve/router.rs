//! What is served: the API, and beside it `/healthz`, `/readyz` and `/metrics`, which need no key.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::any;
use deskbell_app::Desk;
use deskbell_http::{Finished, Settings};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, StatusCode};
use tokio::time::Instant;

use super::api;
use crate::health::Health;
use crate::metrics::{MEDIA_TYPE, Metrics};

const JSON: &str = "application/json";

/// The served router over a desk: the API, `/healthz` and `/readyz`. A server adds `/metrics`, and an address of the
/// caller (`ConnectInfo<SocketAddr>`) to each request.
pub fn app(desk: Desk, settings: Settings) -> Router {
    over(desk, settings, None)
}

/// The same for a desk whose data is in that folder.
pub(super) fn over(desk: Desk, settings: Settings, folder: Option<PathBuf>) -> Router {
    let health = Health::new(desk.clone(), folder);
    let alive = settings.clone();
    let ready = settings.clone();
    api::router(desk, settings)
        .route(
            "/healthz",
            any(move |request: Request| {
                beside("/healthz", alive.clone(), request, async |_| {
                    plain(StatusCode::OK, JSON, r#"{"status":"ok"}"#)
                })
            }),
        )
        .route(
            "/readyz",
            any(move |request: Request| {
                let health = health.clone();
                beside("/readyz", ready.clone(), request, async move |_| readiness(health.ready().await))
            }),
        )
}

fn readiness(outcome: crate::health::Outcome) -> Response {
    match outcome {
        Ok(()) => plain(StatusCode::OK, JSON, r#"{"status":"ready"}"#),
        Err(reason) => {
            let body = serde_json::json!({"status": "error", "code": "overloaded", "message": reason});
            plain(StatusCode::SERVICE_UNAVAILABLE, JSON, body.to_string())
        }
    }
}

/// Who may read the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// Callers on this machine that do not come through a proxy, for a proxy on this machine speaks for everybody.
    ThisMachine,
    /// All who can reach the address.
    Everybody,
}

/// The router with `/metrics`.
pub(super) fn with_metrics(
    router: Router,
    metrics: Arc<Metrics>,
    settings: &Settings,
    readers: Readers,
) -> Router {
    let settings = settings.clone();
    router.route(
        "/metrics",
        any(move |request: Request| {
            let metrics = Arc::clone(&metrics);
            beside("/metrics", settings.clone(), request, async move |request| {
                if readers == Readers::ThisMachine && !from_this_machine(&request) {
                    let text = "The figures are for callers on the machine itself; see the setting metrics_listen.\n";
                    return plain(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", text);
                }
                match metrics.text().await {
                    Ok(text) => plain(StatusCode::OK, MEDIA_TYPE, text),
                    Err(error) => {
                        tracing::error!(%error, "the figures could not be written");
                        plain(StatusCode::INTERNAL_SERVER_ERROR, MEDIA_TYPE, "")
                    }
                }
            })
        }),
    )
}

/// A router of `/metrics` alone.
pub(super) fn metrics_alone(metrics: Arc<Metrics>, settings: &Settings) -> Router {
    let nothing =
        || async { plain(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "Only /metrics is here.\n") };
    with_metrics(Router::new().fallback(nothing), metrics, settings, Readers::Everybody)
}

fn from_this_machine(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let passed_on =
        ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
    peer.is_some_and(|peer| peer.is_loopback())
        && !passed_on.iter().any(|name| request.headers().contains_key(*name))
}

/// Answers a route beside the API, and tells the observer.
async fn beside<R: Future<Output = Response>>(
    route: &'static str,
    settings: Settings,
    request: Request,
    answer: impl FnOnce(Request) -> R,
) -> Response {
    let began = Instant::now();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        _ => "other",
    };
    let request_id = request_id(&settings);
    let response = if method == "other" {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, JSON, "");
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        refused
    } else {
        answer(request).await
    };
    let status = response.status().as_u16();
    let duration = began.elapsed();
    settings.observer.finished(Finished { route, method, status, duration, request_id: &request_id });
    response
}

/// These routes take no id from the caller: nobody follows a health check through several logs.
fn request_id(settings: &Settings) -> String {
    let mut random = [0; 16];
    settings.context.random(&mut random);
    format!("{:032x}", u128::from_be_bytes(random))
}

fn plain(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = secured(Response::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Adds what every answer carries.
pub(crate) fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
