//! `/api/v1/task_templates`: what new tasks are made from, and who does them. An account's setting names one.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{StoreError, TaskTemplate, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::{Created, Done, Tag, Tagged};
use super::super::auth::{Admin, Reader};
use super::super::error::ApiResult;
use super::super::extract::{IfMatch, Json, Path};
use super::{List, given, named};
use crate::app::App;
use crate::desk::directory;

const MISSING: StoreError = StoreError::Missing("the task template");

/// What new tasks are made from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TaskTemplate")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// As people call it.
    name: String,
    /// The employee who does the tasks that are made from it; null: who configured the account, else the owner.
    assignee: Option<i64>,
}

/// A new task template.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewTaskTemplate")]
pub(crate) struct New {
    /// As people call it; 1 to 200 characters.
    name: String,
    /// An employee.
    assignee: Option<i64>,
}

/// What to change of a task template; tasks that were made from it stay as they are.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TaskTemplateChange")]
pub(crate) struct Change {
    /// 1 to 200 characters.
    name: Option<String>,
    /// An employee; null: nobody.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<i64>")]
    assignee: Option<Option<i64>>,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let rows = app.store.read(|tx| tx.task_templates()).await?;
    Ok(Json(List::whole(rows.into_iter().map(shown))))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Tagged<Shown>> {
    Ok(tagged(app.store.read(move |tx| tx.task_template(id)?.ok_or(MISSING)).await?))
}

pub(crate) async fn add(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<New>,
) -> ApiResult<Created<Shown>> {
    let (name, assignee) = (named(&body.name)?, body.assignee);
    let added = app.store.write(move |tx| {
        is_employee(tx, assignee)?;
        Ok((tx.add_task_template(&name, assignee)?, name))
    });
    let (id, name) = added.await?;
    Ok(Created(Shown { id, name, assignee }))
}

pub(crate) async fn change(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    if_match: IfMatch,
    Json(body): Json<Change>,
) -> ApiResult<Tagged<Shown>> {
    let name = body.name.as_deref().map(named).transpose()?;
    let row = app.store.write(move |tx| {
        let mut row = tx.task_template(id)?.ok_or(MISSING)?;
        if_match.check("the template", &tag(&row))?;
        row.name = name.unwrap_or(row.name);
        row.assignee = body.assignee.unwrap_or(row.assignee);
        is_employee(tx, row.assignee)?;
        tx.set_task_template(&row)?;
        Ok(row)
    });
    Ok(tagged(row.await?))
}

pub(crate) async fn delete(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    if_match: IfMatch,
) -> ApiResult<Done> {
    let deleted = app.store.write(move |tx| {
        if_match.check("the template", &tag(&tx.task_template(id)?.ok_or(MISSING)?))?;
        directory::delete_task_template(tx, id)
    });
    deleted.await?;
    Ok(Done)
}

fn is_employee(tx: &Tx, assignee: Option<i64>) -> desk_store::Result<()> {
    let Some(id) = assignee else { return Ok(()) };
    tx.employee(id)?.map(drop).ok_or(StoreError::Missing("the assignee"))
}

pub(crate) fn tag(row: &TaskTemplate) -> Tag {
    Tag::of(&(&row.name, row.assignee))
}

fn tagged(row: TaskTemplate) -> Tagged<Shown> {
    Tagged(tag(&row), shown(row))
}

fn shown(row: TaskTemplate) -> Shown {
    Shown { id: row.id, name: row.name, assignee: row.assignee }
}
