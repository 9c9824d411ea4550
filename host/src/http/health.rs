//! What a supervisor or load balancer asks: does it live, and may it be sent work. For both no token is needed, and the
//! answers say nothing about the desk's content.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// How long the store's writer may take to show that it lives.
const WRITER_MAX: Duration = Duration::from_secs(1);

/// `/healthz`: the process answers. Whoever restarts the desk goes by this alone.
pub(super) async fn lives() -> &'static str {
    "ok\n"
}

/// `/readyz`: a webhook would be kept; else 503 with the reason.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    match obstacle(&app).await {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn obstacle(app: &App) -> Option<String> {
    if app.stop.is_asked() {
        return Some("stopping".into());
    }
    if app.channels.iter().next().is_none() {
        return Some("no channel is loaded".into());
    }
    if let Err(full) = app.pressure.is_ready() {
        return Some(full.to_string());
    }
    match tokio::time::timeout(WRITER_MAX, app.store.write(|_| Ok(()))).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("the store does not write: {error}")),
        Err(_) => Some("the store does not write in time".into()),
    }
}
