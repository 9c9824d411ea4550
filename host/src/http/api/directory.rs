//! `/api/v1/employees`, `contact_templates`, `task_templates`: what an administrator sets up once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::auth::{Admin, Reader};
use super::super::error::ApiResult;
use super::super::extract::Json;
use super::{named, whole_list};
use crate::app::App;

#[derive(Debug, Deserialize)]
pub(crate) struct NewEmployee {
    name: String,
    avatar: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewTemplate {
    name: String,
    assignee: Option<i64>,
}

type Created = ApiResult<(StatusCode, Json<Value>)>;

pub(crate) async fn employees(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    let rows = app.store.read(|tx| tx.employees()).await?;
    let items = rows
        .iter()
        .map(|row| json!({"id": row.id, "name": row.name, "avatar": row.avatar, "owner": row.owner}));
    Ok(Json(whole_list(items.collect())))
}

pub(crate) async fn add_employee(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<NewEmployee>,
) -> Created {
    let name = named(&body.name)?;
    let shown = json!({"name": name, "avatar": body.avatar, "owner": false});
    let id = app.store.write(move |tx| tx.add_employee(&name, body.avatar.as_deref(), false)).await?;
    Ok(created(id, shown))
}

pub(crate) async fn contact_templates(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    let rows = app.store.read(|tx| tx.contact_templates()).await?;
    let items = rows.iter().map(|row| json!({"id": row.id, "name": row.name}));
    Ok(Json(whole_list(items.collect())))
}

pub(crate) async fn add_contact_template(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<NewTemplate>,
) -> Created {
    let name = named(&body.name)?;
    let shown = json!({"name": name});
    let id = app.store.write(move |tx| tx.add_contact_template(&name)).await?;
    Ok(created(id, shown))
}

pub(crate) async fn task_templates(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    let rows = app.store.read(|tx| tx.task_templates()).await?;
    let items = rows.iter().map(|row| json!({"id": row.id, "name": row.name, "assignee": row.assignee}));
    Ok(Json(whole_list(items.collect())))
}

pub(crate) async fn add_task_template(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<NewTemplate>,
) -> Created {
    let name = named(&body.name)?;
    let shown = json!({"name": name, "assignee": body.assignee});
    let id = app
        .store
        .write(move |tx| {
            if let Some(assignee) = body.assignee {
                tx.employee(assignee)?.ok_or(desk_store::StoreError::Missing("the assignee"))?;
            }
            tx.add_task_template(&name, body.assignee)
        })
        .await?;
    Ok(created(id, shown))
}

fn created(id: i64, mut shown: Value) -> (StatusCode, Json<Value>) {
    shown["id"] = id.into();
    (StatusCode::CREATED, Json(shown))
}
