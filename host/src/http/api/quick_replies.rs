//! `/api/v1/quick_replies`: canned answers. With `?task=` each also says how it reads in that task.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use channel_engine::contract::TextFormat;
use desk_store::{QuickReply, TaskRow, TokenRow, Tx};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::auth::{Admin, Operator};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::actions::{TEXT_CHARS_MAX, author};
use super::{named, whole_list};
use crate::app::App;
use crate::desk::quick_replies::{self, Names};

#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    task: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewBody {
    title: String,
    text: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ChangeBody {
    title: Option<String>,
    text: Option<String>,
}

pub(crate) async fn list(
    Operator(token): Operator,
    State(app): State<Arc<App>>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Value>> {
    let (rows, names) = app
        .store
        .read(move |tx| {
            let task = query.task.map_or(Ok(None), |task| tx.task(task))?;
            let names = task.map(|task| names(tx, &task, &[], None, &token)).transpose()?;
            Ok((tx.quick_replies()?, names))
        })
        .await?;
    let items = rows.iter().map(|row| {
        let mut shown = show_row(row);
        shown["filled"] =
            names.as_ref().map(|names| quick_replies::fill(&row.text, names, &TextFormat::Plain)).into();
        shown
    });
    Ok(Json(whole_list(items.collect())))
}

pub(crate) async fn show(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Value>> {
    Ok(Json(show_row(&find(&app, id).await?)))
}

pub(crate) async fn add(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<NewBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let mut row = checked(QuickReply { id: 0, title: body.title, text: body.text })?;
    let (title, text) = (row.title.clone(), row.text.clone());
    row.id = app.store.write(move |tx| tx.add_quick_reply(&title, &text)).await?;
    Ok((StatusCode::CREATED, Json(show_row(&row))))
}

pub(crate) async fn change(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Json(body): Json<ChangeBody>,
) -> ApiResult<Json<Value>> {
    let old = find(&app, id).await?;
    let (title, text) = (body.title.unwrap_or(old.title), body.text.unwrap_or(old.text));
    let row = checked(QuickReply { id, title, text })?;
    let shown = show_row(&row);
    app.store.write(move |tx| tx.set_quick_reply(&row)).await?;
    Ok(Json(shown))
}

pub(crate) async fn delete(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<StatusCode> {
    let found = app.store.write(move |tx| tx.delete_quick_reply(id)).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("the quick reply")) }
}

/// Who is spoken of in a task: the one customer that is notified, else its requester; and who answers.
pub(super) fn names(
    tx: &Tx,
    task: &TaskRow,
    notify: &[i64],
    named: Option<i64>,
    token: &TokenRow,
) -> desk_store::Result<Names> {
    let contact = if let [one] = notify { *one } else { task.requester };
    Ok(Names {
        contact: tx.contact(contact)?.map(|contact| contact.name).unwrap_or_default(),
        employee: author(tx, named, token)?.map(|employee| employee.name).unwrap_or_default(),
    })
}

async fn find(app: &App, id: i64) -> ApiResult<QuickReply> {
    let found = app.store.read(move |tx| tx.quick_reply(id)).await?;
    found.ok_or_else(|| ApiError::not_found("the quick reply"))
}

fn checked(row: QuickReply) -> ApiResult<QuickReply> {
    let title = named(&row.title)
        .map_err(|_| ApiError::bad_request("bad-title", "`title` must have 1 to 200 characters"))?;
    if row.text.trim().is_empty() || row.text.chars().count() > TEXT_CHARS_MAX {
        let detail = format!("`text` must have 1 to {TEXT_CHARS_MAX} characters");
        return Err(ApiError::bad_request("bad-text", detail));
    }
    quick_replies::check(&row.text).map_err(|why| ApiError::bad_request("bad-placeholder", why))?;
    Ok(QuickReply { title, ..row })
}

fn show_row(row: &QuickReply) -> Value {
    json!({"id": row.id, "title": row.title, "text": row.text})
}
