//! `GET /events`: says what was changed as soon as it is on disk, so that open pages look again. The stream itself is
//! `live`'s, which the API has too.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;

use super::super::live::{Events, Leave};
use super::session::{Reader, session_hash};
use crate::app::App;

/// Ends when the session does.
pub(super) async fn stream(_: Reader, State(app): State<Arc<App>>, headers: HeaderMap) -> Events {
    let session = session_hash(&headers, &app).unwrap_or_default();
    Events::of(app, Leave::Session(session))
}
