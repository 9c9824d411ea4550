//! A line in the log for each request, at level debug: `DESK_LOG=info,desk::access=debug` shows them, and nothing else of
//! that level. Not here: numbers (`metrics`).
//!
//! It has the route's pattern and not the path, which may have a ticket; no query, which may have a signature; no header
//! and no body.

use std::time::Instant;

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use crate::telemetry::ms;

/// The lines' own name for filters.
const TARGET: &str = "desk::access";

pub(super) async fn log(request: Request, next: Next) -> Response {
    if !tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
        return next.run(request).await;
    }
    let began = Instant::now();
    let method = shown(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    tracing::debug!(
        target: TARGET,
        method,
        route,
        status = response.status().as_u16(),
        size_bytes = response.body().size_hint().exact(),
        duration_ms = ms(began.elapsed()),
        "request"
    );
    response
}

/// A method that HTTP knows; a client may send any other word as one.
fn shown(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "(other)",
    }
}
