//! `/api/v1/parked`: what the plugin could not read or handle, why, and what a person does about it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use desk_store::ParkedFilter;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::auth::{Admin, Operator, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::Page;
use crate::app::App;
use crate::inbox::{self, Replayed};

/// What customers wrote is shown to administrators only: to others `event` is null.
pub(crate) async fn list(
    _: Reader,
    admin: Result<Admin, ApiError>,
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Value>> {
    let (before, most) = (page.cursor.unwrap_or(i64::MAX), page.most());
    let rows = app.store.read(move |tx| tx.parked(before, most)).await?;
    let items = rows.iter().map(|row| {
        json!({
            "id": row.id,
            "account": row.account,
            "conversation": row.conversation,
            "kind": row.kind,
            "problem": row.problem,
            "event": admin.is_ok().then_some(&row.event),
            "attempts": row.attempts,
            "at": row.at,
        })
    });
    Ok(Json(page.list(items.collect())))
}

/// Gives one to the plugin again, behind what waits in its conversation. If it fails again it is parked again.
pub(crate) async fn replay(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    match inbox::replay(&app, id).await? {
        Replayed::Queued => Ok((StatusCode::ACCEPTED, Json(json!({"queued": 1})))),
        Replayed::Gone => Err(ApiError::not_found("the parked event")),
        Replayed::Unreadable => {
            let detail = "the plugin could not read it, and its signature is not kept: look at `event`, do by hand \
                what has to be done, and discard it";
            Err(ApiError::conflict("unreadable", detail))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReplayBody {
    /// As in the list.
    kind: String,
    /// The problem's code.
    code: String,
    /// Of this account only.
    account: Option<String>,
}

/// Gives all of a reason to the plugin again; says how many.
pub(crate) async fn replay_like(
    _: Operator,
    State(app): State<Arc<App>>,
    Json(body): Json<ReplayBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let filter = ParkedFilter { kind: body.kind, code: body.code, account: body.account };
    let queued = inbox::replay_like(&app, filter).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"queued": queued}))))
}

/// Forgets one for good: what the customer wrote is lost.
pub(crate) async fn discard(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<StatusCode> {
    let found = app.store.write(move |tx| tx.discard_parked(id)).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("the parked event")) }
}
