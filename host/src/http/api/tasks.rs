//! `/api/v1/tasks`: list, look, change, delete. The channel does not lock them (S16).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use desk_store::{StoreError, TaskFilter, TaskRow, Tx};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::auth::{Operator, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::{Page, media};
use crate::app::App;
use crate::desk::tasks::{self, TaskPatch};

/// Longest title and description that an operator may set, characters.
const TEXT_CHARS_MAX: usize = 20_000;
const STATUSES: [&str; 4] = ["active", "inactive", "completed", "deleted"];

#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    status: Option<String>,
    account: Option<String>,
    requester: Option<i64>,
    cursor: Option<i64>,
    limit: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ChangeBody {
    status: Option<String>,
    title: Option<String>,
    description: Option<String>,
    assignees: Option<Vec<i64>>,
}

pub(crate) async fn list(
    _: Reader,
    State(app): State<Arc<App>>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Value>> {
    query.status.as_deref().map(known_status).transpose()?;
    let page = Page { cursor: query.cursor, limit: query.limit };
    let filter = TaskFilter {
        status: query.status,
        account: query.account,
        requester: query.requester,
        before: query.cursor,
        most: page.most(),
    };
    let store = app.store.clone();
    let items =
        store.read(move |tx| tx.tasks(&filter)?.iter().map(|row| show_row(tx, &app, row)).collect()).await?;
    Ok(Json(page.list(items)))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Value>> {
    show_task(&app, id).await.map(Json)
}

pub(crate) async fn change(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Json(body): Json<ChangeBody>,
) -> ApiResult<Json<Value>> {
    check(&body)?;
    let patch = TaskPatch {
        status: body.status,
        title: body.title,
        description: body.description,
        assignees: body.assignees,
    };
    tasks::change(&app, id, patch).await?;
    show_task(&app, id).await.map(Json)
}

fn check(body: &ChangeBody) -> ApiResult<()> {
    body.status.as_deref().map(known_status).transpose()?;
    let texts = [body.title.as_deref(), body.description.as_deref()];
    if texts.into_iter().flatten().any(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return Err(ApiError::bad_request("too-long", format!("texts may have {TEXT_CHARS_MAX} characters")));
    }
    if body.title.as_deref().is_some_and(|title| title.trim().is_empty()) {
        return Err(ApiError::bad_request("empty-title", "`title` must not be empty"));
    }
    if body.assignees.as_ref().is_some_and(Vec::is_empty) {
        return Err(ApiError::bad_request(
            "no-assignee",
            "a task is never unassigned: name at least one employee",
        ));
    }
    Ok(())
}

fn known_status(status: &str) -> ApiResult<()> {
    if STATUSES.contains(&status) {
        return Ok(());
    }
    let detail = format!("status `{status}` is none of: {}", STATUSES.join(", "));
    Err(ApiError::bad_request("bad-status", detail))
}

pub(crate) async fn delete(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<StatusCode> {
    let patch = TaskPatch { status: Some("deleted".into()), ..TaskPatch::default() };
    tasks::change(&app, id, patch).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn show_task(app: &Arc<App>, id: i64) -> ApiResult<Value> {
    let shared = app.clone();
    let shown =
        app.store.read(move |tx| tx.task(id)?.map(|row| show_row(tx, &shared, &row)).transpose()).await?;
    shown.ok_or_else(|| ApiError::not_found("the task"))
}

fn show_row(tx: &Tx, app: &App, row: &TaskRow) -> desk_store::Result<Value> {
    let requester = tx.contact(row.requester)?;
    let requester = requester.map(|contact| {
        let picture = media::of_contact(tx, app, &contact)?;
        Ok::<_, StoreError>(json!({
            "id": contact.id,
            "name": contact.name,
            "avatar": contact.avatar,
            "picture": picture,
            "subscribed": contact.subscribed,
        }))
    });
    let mut assignees = Vec::new();
    for id in tx.assignees(row.id)? {
        let name = tx.employee(id)?.map(|employee| employee.name);
        assignees.push(json!({"id": id, "name": name}));
    }
    Ok(json!({
        "id": row.id,
        "account": row.account,
        "title": row.title,
        "description": row.description,
        "status": row.status,
        "requester": requester.transpose()?,
        "assignees": assignees,
        "template": row.template,
        "previous": row.previous,
        "next": row.next,
        "facts": tx.conversation(&row.account, &row.conversation)?.facts,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }))
}
