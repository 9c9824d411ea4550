//! `/api/v1/channels`: the loaded plugins, what they are and how they are set up.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::super::auth::Reader;
use super::super::error::{ApiError, ApiResult};
use super::super::extract::Json;
use super::List;
use crate::app::App;

/// A loaded plugin.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Channel")]
pub(crate) struct Shown {
    /// The channel, as accounts name it.
    id: String,
    /// SHA-256 of the component, hexadecimal.
    digest: String,
    /// The version of the contract that it was made for.
    contract_version: String,
    /// The component's size, bytes.
    size: u64,
    /// What the plugin says of itself, as the contract's `manifest`: names, the JSON Schema of its settings, the names of the
    /// secret ones, the guide in each language.
    manifest: Value,
    /// Why and how long the plugin is not called; null: it is called.
    paused: Option<Paused>,
}

/// A pause of a plugin that kept failing. What comes in waits, and nothing is lost.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pause")]
pub(crate) struct Paused {
    /// When one call is tried, ms.
    until: u64,
    /// How the latest call failed, as `plugin-trap`.
    code: String,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let pauses = app.breakers.pauses();
    let mut items = Vec::new();
    for channel in app.channels.iter() {
        let inspection = channel.inspection();
        let paused = pauses.iter().find(|pause| pause.digest == channel.digest());
        items.push(Shown {
            id: channel.manifest().id.clone(),
            digest: channel.digest().to_owned(),
            contract_version: inspection.contract_version.clone(),
            size: inspection.size_bytes,
            manifest: serde_json::to_value(channel.manifest()).map_err(|error| ApiError::internal(&error))?,
            paused: paused.map(|pause| Paused { until: pause.until, code: pause.code.clone() }),
        });
    }
    Ok(Json(List::whole(items)))
}
