//! The measure of all rates in docs/performance.md: an axum handler that answers 500 bytes of JSON, and nothing else.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::serve::ListenerExt;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let body: &'static str = Box::leak(format!("{{\"hello\":\"{}\"}}", "x".repeat(488)).into_boxed_str());
    let hello = get(move || async move { ([(CONTENT_TYPE, "application/json")], body) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // As deskbell does; without it small answers may wait for one another.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().route("/", hello)).await
}
