//! `/api/v1/events`: what was changed, as it happens. The stream itself is `live`'s, which the console has too.

use std::sync::Arc;

use axum::extract::State;

use super::super::auth::Reader;
use super::super::error::ApiResult;
use super::super::live::{Events, Leave};
use crate::app::App;

pub(crate) async fn listen(reader: Reader, State(app): State<Arc<App>>) -> ApiResult<Events> {
    Ok(Events::of(app, Leave::Token(reader.hash)))
}
