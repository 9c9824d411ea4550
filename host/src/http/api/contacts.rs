//! `/api/v1/contacts`: the people who write.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{ContactRow, Tx};
use serde_json::{Value, json};

use super::super::auth::{Admin, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::{Page, media};
use crate::app::App;
use crate::clock::now_ms;
use crate::desk::erase;

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
    let shown = store.read(move |tx| known(tx, id)?.map(|row| show_row(tx, &app, &row)).transpose()).await?;
    shown.map(Json).ok_or_else(|| ApiError::not_found("the contact"))
}

/// One that was not erased.
fn known(tx: &Tx, id: i64) -> desk_store::Result<Option<ContactRow>> {
    Ok(tx.contact(id)?.filter(|row| row.erased_at.is_none()))
}

/// Everything that is kept of the contact: as the API shows them, then every row, with links to the files. The plugin's
/// state is in base64, and begins with the number of its schema as the channel writes it.
pub(crate) async fn export(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Value>> {
    let store = app.store.clone();
    let document = store
        .read(move |tx| {
            let Some(row) = known(tx, id)? else { return Ok(None) };
            let tables = tx.rows_of_contact(&row)?;
            let attachments = media::links(&app, &tables);
            let contact = show_row(tx, &app, &row)?;
            let document = json!({"exported_at": now_ms(), "contact": contact, "attachments": attachments, "tables": tables});
            Ok(Some(document))
        })
        .await?;
    document.map(Json).ok_or_else(|| ApiError::not_found("the contact"))
}

/// Erases everything that is kept of the contact.
pub(crate) async fn erase(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Value>> {
    let erasure = erase::contact(&app, id).await?.ok_or_else(|| ApiError::not_found("the contact"))?;
    Ok(Json(json!({
        "tasks": erasure.erased.tasks,
        "actions": erasure.erased.actions,
        "log_emptied": erasure.is_log_empty,
        "backups": "backups that were taken before still have it: delete them, or erase again after a restore",
        "messenger": "what the messenger and the customer's phone keep is not the desk's to erase",
    })))
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
