//! `/api/v1/contact_templates`: what new contacts are made from. An account's setting names one.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{StoreError, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::{Created, Done, Tag, Tagged};
use super::super::auth::{Admin, Reader};
use super::super::error::ApiResult;
use super::super::extract::{IfMatch, Json, Path};
use super::{List, named};
use crate::app::App;
use crate::desk::directory;

const MISSING: StoreError = StoreError::Missing("the contact template");

/// What new contacts are made from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ContactTemplate")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// As people call it.
    name: String,
}

/// A new contact template.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewContactTemplate")]
pub(crate) struct New {
    /// As people call it; 1 to 200 characters.
    name: String,
}

/// What to change of a contact template.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ContactTemplateChange")]
pub(crate) struct Change {
    /// 1 to 200 characters.
    name: Option<String>,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let rows = app.store.read(|tx| tx.contact_templates()).await?;
    Ok(Json(List::whole(rows.into_iter().map(shown))))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Tagged<Shown>> {
    Ok(tagged(app.store.read(move |tx| tx.contact_template(id)?.ok_or(MISSING)).await?))
}

pub(crate) async fn add(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<New>,
) -> ApiResult<Created<Shown>> {
    let name = named(&body.name)?;
    let (id, name) = app.store.write(move |tx| Ok((tx.add_contact_template(&name)?, name))).await?;
    Ok(Created(Shown { id, name }))
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
        let mut row = tx.contact_template(id)?.ok_or(MISSING)?;
        if_match.check("the template", &tag(&row))?;
        row.name = name.unwrap_or(row.name);
        tx.set_contact_template(&row)?;
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
        if_match.check("the template", &tag(&tx.contact_template(id)?.ok_or(MISSING)?))?;
        directory::delete_contact_template(tx, id)
    });
    deleted.await?;
    Ok(Done)
}

pub(crate) fn tag(row: &Template) -> Tag {
    Tag::of(&row.name)
}

fn tagged(row: Template) -> Tagged<Shown> {
    Tagged(tag(&row), shown(row))
}

fn shown(row: Template) -> Shown {
    Shown { id: row.id, name: row.name }
}
