//! `/api/v1/tasks/{id}/actions`: the conversation, and writing in it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use channel_engine::contract::TextFormat;
use desk_store::{ActionRow, DeliveryRow, Employee, TokenRow, Tx};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::auth::{Operator, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::{Page, media, quick_replies};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::quick_replies::fill;
use crate::desk::replies::Retried;
use crate::desk::{deliveries, replies};

/// Longest text of a comment, characters. A channel splits what its messenger does not take in one piece.
pub(super) const TEXT_CHARS_MAX: usize = 20_000;
/// Most customers that one reply goes to.
const NOTIFY_MAX: usize = 50;
/// Most files that one comment carries: Viber shows each as a message of its own.
const ATTACHMENTS_MAX: usize = 10;

#[derive(Debug, Deserialize)]
pub(crate) struct NewBody {
    /// The employee; without one, the token's.
    author: Option<i64>,
    #[serde(default)]
    text: String,
    /// Whose text is written, filled in. Where `text` says something, that is written: the operator edited it.
    quick_reply: Option<i64>,
    #[serde(default)]
    notify: Vec<i64>,
    /// Uploads, in the order in which they are shown.
    #[serde(default)]
    attachments: Vec<i64>,
}

pub(crate) async fn list(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(task): Path<i64>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Value>> {
    let (after, most) = (page.cursor.unwrap_or(0), page.most());
    let shared = app.clone();
    let items = app
        .store
        .read(move |tx| {
            if tx.task(task)?.is_none() {
                return Ok(None);
            }
            let rows = tx.actions(task, after, most)?;
            rows.iter().map(|row| show_row(tx, &shared, row)).collect::<Result<Vec<_>, _>>().map(Some)
        })
        .await?;
    items.map(|items| Json(page.list(items))).ok_or_else(|| ApiError::not_found("the task"))
}

/// Writes a comment; with `notify` it goes to those customers.
pub(crate) async fn write(
    Operator(token): Operator,
    State(app): State<Arc<App>>,
    Path(task): Path<i64>,
    Json(mut body): Json<NewBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    if let Some(id) = body.quick_reply.filter(|_| body.text.trim().is_empty()) {
        body.text = filled(&app, id, task, &body, &token).await?;
    }
    check(&body)?;
    let (found, author) =
        app.store.read(move |tx| Ok((tx.task(task)?, author(tx, body.author, &token)?))).await?;
    let task = found.ok_or_else(|| ApiError::not_found("the task"))?;
    if !body.notify.is_empty() {
        refuse_disconnected(&app, &task.account).await?;
    }
    let author = author.ok_or_else(|| ApiError::bad_request("unknown-author", "`author` is no employee"))?;
    let NewBody { text, attachments, notify, .. } = body;
    let comment = replies::Comment { task, author, text, attachments, notify };
    let id = replies::write(&app, comment).await?;
    let store = app.store.clone();
    let shown = store.read(move |tx| tx.action(id)?.map(|row| show_row(tx, &app, &row)).transpose()).await?;
    shown.map(|shown| (StatusCode::CREATED, Json(shown))).ok_or_else(|| ApiError::not_found("the action"))
}

#[derive(Debug, Deserialize)]
pub(crate) struct RetryBody {
    /// The customer may get a part twice.
    #[serde(default)]
    may_double: bool,
}

/// Sends again what did not arrive, by a person's word.
pub(crate) async fn retry(
    _: Operator,
    State(app): State<Arc<App>>,
    Path((task, action)): Path<(i64, i64)>,
    Json(body): Json<RetryBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let row = app.store.read(move |tx| tx.action(action)).await?.filter(|row| row.task == task);
    let row = row.ok_or_else(|| ApiError::not_found("the action"))?;
    refuse_disconnected(&app, &row.account).await?;
    match replies::retry(&app, action, body.may_double).await? {
        Retried::Queued => {}
        Retried::Nothing => {
            let detail = "nothing of it failed or is unconfirmed: there is nothing to send again";
            return Err(ApiError::conflict("nothing-to-retry", detail));
        }
        Retried::MayDouble => {
            let detail = "it may have arrived, and the customer may get it twice: send `\"may_double\": true` if that is all right";
            return Err(ApiError::conflict("may-double", detail));
        }
        Retried::NoMessage => {
            let detail = "no message could be made of it, so it would fail again: write a new answer";
            return Err(ApiError::conflict("no-message", detail));
        }
        Retried::DeadLink => {
            let detail = "the customer could not open its file, which was taken back or whose link has ended: write a new answer";
            return Err(ApiError::conflict("dead-link", detail));
        }
    }
    let store = app.store.clone();
    let shown = store.read(move |tx| show_row(tx, &app, &row)).await?;
    Ok((StatusCode::ACCEPTED, Json(shown)))
}

/// Takes a file back that an employee wrote with: whoever has its link reads it no more.
pub(crate) async fn revoke(
    _: Operator,
    State(app): State<Arc<App>>,
    Path((task, action, attachment)): Path<(i64, i64, String)>,
) -> ApiResult<StatusCode> {
    let part = attachment.strip_prefix(&format!("{action}-")).and_then(|part| part.parse().ok());
    let at = to_column(now_ms());
    let revoked = app.store.write(move |tx| {
        let row = tx.action(action)?.filter(|row| row.task == task);
        let (Some(_), Some(part)) = (row, part) else { return Ok(false) };
        tx.revoke_file(action, part, at)
    });
    if revoked.await? { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("the sent file")) }
}

/// Whoever took the account down does not want it to speak; the operator must know before they rely on it.
async fn refuse_disconnected(app: &App, account: &str) -> ApiResult<()> {
    let id = account.to_owned();
    let account = app.store.read(move |tx| tx.account(&id)).await?;
    if account.is_some_and(|account| account.health == "disconnected") {
        let detail = "the account is disconnected: connect it again, or write without `notify`";
        return Err(ApiError::conflict("account-disconnected", detail));
    }
    Ok(())
}

/// The quick reply's text with the names of this task.
async fn filled(app: &App, id: i64, task: i64, body: &NewBody, token: &TokenRow) -> ApiResult<String> {
    let (named, notify, token) = (body.author, body.notify.clone(), token.clone());
    let (reply, names) = app
        .store
        .read(move |tx| {
            let task = tx.task(task)?;
            let names =
                task.map(|task| quick_replies::names(tx, &task, &notify, named, &token)).transpose()?;
            Ok((tx.quick_reply(id)?, names))
        })
        .await?;
    let names = names.ok_or_else(|| ApiError::not_found("the task"))?;
    let reply =
        reply.ok_or_else(|| ApiError::bad_request("unknown-quick-reply", "`quick_reply` does not exist"))?;
    Ok(fill(&reply.text, &names, &TextFormat::Plain))
}

fn check(body: &NewBody) -> ApiResult<()> {
    if body.text.trim().is_empty() && body.attachments.is_empty() {
        return Err(ApiError::bad_request("empty-text", "`text` must not be empty without `attachments`"));
    }
    if body.attachments.len() > ATTACHMENTS_MAX {
        let detail = format!("`attachments` may name {ATTACHMENTS_MAX} uploads");
        return Err(ApiError::bad_request("too-many", detail));
    }
    if body.text.chars().count() > TEXT_CHARS_MAX {
        return Err(ApiError::bad_request(
            "too-long",
            format!("`text` may have {TEXT_CHARS_MAX} characters"),
        ));
    }
    if body.notify.len() > NOTIFY_MAX {
        let detail = format!("`notify` may name {NOTIFY_MAX} contacts");
        return Err(ApiError::bad_request("too-many", detail));
    }
    Ok(())
}

/// The named employee; else the token's; else the owner, so that a token without a person can write.
pub(super) fn author(tx: &Tx, named: Option<i64>, token: &TokenRow) -> desk_store::Result<Option<Employee>> {
    match named.or(token.employee) {
        Some(id) => tx.employee(id),
        None => tx.owner(),
    }
}

fn show_row(tx: &Tx, app: &App, row: &ActionRow) -> desk_store::Result<Value> {
    let delivery = if row.notify.as_array().is_none_or(Vec::is_empty) {
        json!({"state": "internal", "code": null, "reason": null, "advice": null, "parts": []})
    } else {
        show_delivery(&tx.deliveries(row.id)?)
    };
    Ok(json!({
        "id": row.id,
        "kind": row.kind,
        "author": {"kind": row.author_kind, "id": row.author_id, "name": row.author_name},
        "text": row.text,
        "parts": row.parts,
        "attachments": media::with_kept(tx, app, row.id, attachments(row))?,
        "notify": row.notify,
        "delivery": delivery,
        "at": row.at,
    }))
}

fn show_delivery(rows: &[DeliveryRow]) -> Value {
    let (state, problem) = deliveries::whole(rows);
    let parts: Vec<Value> = rows
        .iter()
        .map(|row| {
            let problem = row.problem.clone().unwrap_or_default();
            json!({
                "part": row.part,
                "conversation": row.conversation,
                "state": row.state,
                "message_id": row.message_id,
                "code": problem["code"],
                "reason": problem["text"],
                "advice": problem["advice"],
                "at": row.at,
            })
        })
        .collect();
    let problem = problem.cloned().unwrap_or_default();
    json!({
        "state": state,
        "code": problem["code"],
        "reason": problem["text"],
        "advice": problem["advice"],
        "parts": parts,
    })
}

/// The parts that are files. In state `remote` the link is not the desk's, and may die.
fn attachments(row: &ActionRow) -> Vec<Value> {
    let parts = row.parts.as_array().map(Vec::as_slice).unwrap_or_default();
    let media = parts.iter().enumerate().filter_map(|(index, part)| {
        let (kind, media) = part.as_object()?.iter().next()?;
        matches!(kind.as_str(), "image" | "video" | "audio" | "file").then_some((index, kind, media))
    });
    media
        .map(|(index, kind, media)| {
            json!({
                "id": format!("{}-{index}", row.id),
                "kind": kind,
                "name": media["name"],
                "media_type": media["media_type"],
                "size": media["size_bytes"],
                "state": if media["url"].is_null() { "missing" } else { "remote" },
                "url": media["url"],
                "url_until": media["url_until"],
            })
        })
        .collect()
}
