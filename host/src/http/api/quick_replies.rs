//! `/api/v1/quick_replies`: canned answers. With `?task=` each also says how it reads in that task.

use std::sync::Arc;

use axum::extract::State;
use channel_engine::contract::TextFormat;
use desk_store::{QuickReply, StoreError, TaskRow, TokenRow, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::{Created, Done, Tag, Tagged};
use super::super::auth::{Admin, Operator};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{IfMatch, Json, Path, Query};
use super::actions::{TEXT_CHARS_MAX, author};
use super::{List, named};
use crate::app::App;
use crate::desk::quick_replies::{self, Names};

const MISSING: StoreError = StoreError::Missing("the quick reply");

/// A canned answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QuickReply")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// By which operators find it.
    title: String,
    /// What it says, with `{{contact.name}}` and `{{employee.name}}` for names.
    text: String,
}

/// A canned answer in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListedQuickReply")]
pub(crate) struct Listed {
    /// It.
    #[serde(flatten)]
    shown: Shown,
    /// How it reads in the task that was asked for; null: none was.
    filled: Option<String>,
}

/// Which quick replies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// A task: each then also says how it reads there.
    task: Option<i64>,
}

/// A new canned answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewQuickReply")]
pub(crate) struct New {
    /// 1 to 200 characters.
    title: String,
    /// 1 to 20,000 characters.
    text: String,
}

/// What to change of a canned answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "QuickReplyChange")]
pub(crate) struct Change {
    /// 1 to 200 characters.
    title: Option<String>,
    /// 1 to 20,000 characters.
    text: Option<String>,
}

pub(crate) async fn list(
    Operator(token): Operator,
    State(app): State<Arc<App>>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<List<Listed>>> {
    let (rows, names) = app
        .store
        .read(move |tx| {
            let task = query.task.map_or(Ok(None), |task| tx.task(task))?;
            let names = task.map(|task| names(tx, &task, &[], None, &token)).transpose()?;
            Ok((tx.quick_replies()?, names))
        })
        .await?;
    let items = rows.into_iter().map(|row| {
        let filled = names.as_ref().map(|names| quick_replies::fill(&row.text, names, &TextFormat::Plain));
        Listed { shown: shown(row), filled }
    });
    Ok(Json(List::whole(items)))
}

pub(crate) async fn show(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Tagged<Shown>> {
    Ok(tagged(app.store.read(move |tx| tx.quick_reply(id)?.ok_or(MISSING)).await?))
}

pub(crate) async fn add(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<New>,
) -> ApiResult<Created<Shown>> {
    let mut row = checked(QuickReply { id: 0, title: body.title, text: body.text })?;
    let added = app.store.write(move |tx| {
        row.id = tx.add_quick_reply(&row.title, &row.text)?;
        Ok(row)
    });
    Ok(Created(shown(added.await?)))
}

pub(crate) async fn change(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    if_match: IfMatch,
    Json(body): Json<Change>,
) -> ApiResult<Tagged<Shown>> {
    let row = app.store.write(move |tx| {
        let old = tx.quick_reply(id)?.ok_or(MISSING)?;
        if_match.check("the quick reply", &tag(&old))?;
        let (title, text) = (body.title.unwrap_or(old.title), body.text.unwrap_or(old.text));
        let row = checked(QuickReply { id, title, text })?;
        tx.set_quick_reply(&row)?;
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
        if_match.check("the quick reply", &tag(&tx.quick_reply(id)?.ok_or(MISSING)?))?;
        tx.delete_quick_reply(id)
    });
    deleted.await?;
    Ok(Done)
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

pub(crate) fn tag(row: &QuickReply) -> Tag {
    Tag::of(&(&row.title, &row.text))
}

fn tagged(row: QuickReply) -> Tagged<Shown> {
    Tagged(tag(&row), shown(row))
}

fn shown(row: QuickReply) -> Shown {
    Shown { id: row.id, title: row.title, text: row.text }
}
