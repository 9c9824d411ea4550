//! `/api/v1/doctor`: whether all is well with the desk, and if not, what to do. What is looked at is `doctor`'s.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::auth::Admin;
use super::super::error::{ApiError, ApiResult};
use super::super::extract::Json;
use super::List;
use crate::app::App;
use crate::doctor::{self, Finding};

/// Something that was looked at.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(crate) struct Shown {
    /// What was looked at.
    area: &'static str,
    /// Whether it is as it should be.
    good: bool,
    /// What was found, for people.
    says: String,
    /// What to do about it, for people; empty: nothing.
    advice: String,
}

pub(crate) async fn examine(_: Admin, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let findings = findings(&app).await?;
    let shown = |one: Finding| Shown { area: one.area, good: one.good, says: one.says, advice: one.advice };
    Ok(Json(List::whole(findings.into_iter().map(shown))))
}

/// On a thread of its own, since it reads the file while others wait.
pub(in super::super) async fn findings(app: &App) -> ApiResult<Vec<Finding>> {
    let path = app.store.path().to_owned();
    let runtime = tokio::runtime::Handle::current();
    let looked = tokio::task::spawn_blocking(move || runtime.block_on(doctor::examine(&path)).findings).await;
    looked.map_err(|error| ApiError::unavailable("doctor", error.to_string()))
}
