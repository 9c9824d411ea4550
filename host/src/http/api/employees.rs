//! `/api/v1/employees`: who works in the helpdesk.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{Employee, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::{Created, Done, Tag, Tagged};
use super::super::auth::{Admin, Reader};
use super::super::error::ApiResult;
use super::super::extract::{IfMatch, Json, Path};
use super::{List, given, linked, named};
use crate::app::App;
use crate::desk::directory;

const MISSING: StoreError = StoreError::Missing("the employee");

/// Somebody who works in the helpdesk.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Employee")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// As customers may see it.
    name: String,
    /// A public link to their picture, which customers may see; null: none.
    avatar: Option<String>,
    /// Whether they are assigned when nobody else is. There is one, and they cannot be deleted.
    owner: bool,
}

/// A new employee.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewEmployee")]
pub(crate) struct New {
    /// As customers may see it; 1 to 200 characters.
    name: String,
    /// An http or https link of at most 2,000 characters.
    avatar: Option<String>,
}

/// What to change of an employee.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EmployeeChange")]
pub(crate) struct Change {
    /// 1 to 200 characters.
    name: Option<String>,
    /// An http or https link of at most 2,000 characters; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    avatar: Option<Option<String>>,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let rows = app.store.read(|tx| tx.employees()).await?;
    Ok(Json(List::whole(rows.into_iter().map(shown))))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Tagged<Shown>> {
    Ok(tagged(app.store.read(move |tx| tx.employee(id)?.ok_or(MISSING)).await?))
}

pub(crate) async fn add(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<New>,
) -> ApiResult<Created<Shown>> {
    let (name, avatar) = (named(&body.name)?, linked(body.avatar)?);
    let (id, name, avatar) = app
        .store
        .write(move |tx| Ok((tx.add_employee(&name, avatar.as_deref(), false)?, name, avatar)))
        .await?;
    Ok(Created(Shown { id, name, avatar, owner: false }))
}

pub(crate) async fn change(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    if_match: IfMatch,
    Json(body): Json<Change>,
) -> ApiResult<Tagged<Shown>> {
    let name = body.name.as_deref().map(named).transpose()?;
    let avatar = body.avatar.map(linked).transpose()?;
    let row = app.store.write(move |tx| {
        let mut row = tx.employee(id)?.ok_or(MISSING)?;
        if_match.check("the employee", &tag(&row))?;
        row.name = name.unwrap_or(row.name);
        row.avatar = avatar.unwrap_or(row.avatar);
        tx.set_employee(id, &row.name, row.avatar.as_deref())?;
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
        if_match.check("the employee", &tag(&tx.employee(id)?.ok_or(MISSING)?))?;
        directory::delete_employee(tx, id)
    });
    deleted.await?;
    Ok(Done)
}

pub(crate) fn tag(row: &Employee) -> Tag {
    Tag::of(&(&row.name, &row.avatar))
}

fn tagged(row: Employee) -> Tagged<Shown> {
    Tagged(tag(&row), shown(row))
}

fn shown(row: Employee) -> Shown {
    Shown { id: row.id, name: row.name, avatar: row.avatar, owner: row.owner }
}
