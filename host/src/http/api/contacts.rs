//! `/api/v1/contacts`: the people who write.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{ContactRow, Tx};
use serde_json::{Value, json};

use super::super::auth::Reader;
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::{Page, media};
use crate::app::App;

pub(crate) async fn list(
    _: Reader,
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Value>> {
    let (after, most) = (page.cursor.unwrap_or(0), page.most());
    let store = app.store.clone();
    let items = store
        .read(move |tx| tx.contacts(after, most)?.iter().map(|row| show_row(tx, &app, row)).collect())
        .await?;
    Ok(Json(page.list(items)))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Value>> {
    let store = app.store.clone();
    let shown = store.read(move |tx| tx.contact(id)?.map(|row| show_row(tx, &app, &row)).transpose()).await?;
    shown.map(Json).ok_or_else(|| ApiError::not_found("the contact"))
}

fn show_row(tx: &Tx, app: &App, row: &ContactRow) -> desk_store::Result<Value> {
    Ok(json!({
        "id": row.id,
        "account": row.account,
        "name": row.name,
        "avatar": row.avatar,
        "picture": media::of_contact(tx, app, row)?,
        "phone": row.phone,
        "phone_source": row.phone_source,
        "language": row.language,
        "country": row.country,
        "subscribed": row.subscribed,
        "template": row.template,
        "tasks": tx.task_ids_of(row.id)?,
        "facts": tx.conversation(&row.account, &row.conversation)?.facts,
        "created_at": row.created_at,
    }))
}
