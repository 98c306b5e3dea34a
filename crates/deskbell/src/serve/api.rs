//! The API and its document, as the edge has them.

use axum::Router;
use deskbell_app::Desk;

/// The OpenAPI document.
#[must_use]
pub fn document() -> serde_json::Value {
    deskbell_http::v2::openapi()
}

/// The router of the API.
pub(super) fn router(desk: Desk, settings: deskbell_http::Settings) -> Router {
    deskbell_http::v2::router(desk, settings)
}
