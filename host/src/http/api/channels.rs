//! `/api/v1/channels`: the loaded plugins, what they are and how they are set up.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::super::auth::Reader;
use super::super::error::ApiResult;
use super::super::extract::Json;
use super::whole_list;
use crate::app::App;

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    let pauses = app.breakers.pauses();
    let items = app.channels.iter().map(|channel| {
        let inspection = channel.inspection();
        let paused = pauses.iter().find(|pause| pause.digest == channel.digest());
        json!({
            "id": channel.manifest().id,
            "digest": channel.digest(),
            "contract_version": inspection.contract_version,
            "size": inspection.size_bytes,
            "manifest": channel.manifest(),
            "paused": paused.map(|pause| json!({"until": pause.until, "code": pause.code})),
        })
    });
    Ok(Json(whole_list(items.collect())))
}
