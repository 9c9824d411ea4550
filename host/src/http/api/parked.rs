//! `/api/v1/parked`: what the plugin could not read or handle, and why.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::super::auth::Reader;
use super::super::error::ApiResult;
use super::super::extract::{Json, Query};
use super::Page;
use crate::app::App;

pub(crate) async fn list(
    _: Reader,
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
            "event": row.event,
            "at": row.at,
        })
    });
    Ok(Json(page.list(items.collect())))
}
