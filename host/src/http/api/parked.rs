//! `/api/v1/parked`: what the plugin could not read or handle, why, and what a person does about it.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{ParkedFilter, ParkedRow, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::answer::{Accepted, Done};
use super::super::auth::{Admin, Operator, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::{List, Page, Why};
use crate::app::App;
use crate::inbox::{self, Replayed};

const MISSING: StoreError = StoreError::Missing("the parked event");

/// An event that the plugin could not read or handle.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Parked")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// The account that it came to.
    account: String,
    /// The plugin's id of the conversation; empty: it is not known, or it is the account's own.
    conversation: String,
    /// What it is.
    #[schemars(with = "Kind")]
    kind: String,
    /// Why it is here.
    problem: Why,
    /// What came. It has what customers wrote, so it is shown to tokens of scope `admin` only; null to others.
    event: Option<Value>,
    /// How often it was tried.
    attempts: i64,
    /// When it was parked, ms.
    at: i64,
}

/// What an event is.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "EventKind")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum Kind {
    /// A callback that the plugin could not read. It cannot be replayed, since its signature is not kept.
    Unreadable,
    /// What a customer did.
    Inbound,
    /// What happened to a task.
    TaskEvent,
    /// What an employee answered.
    Reply,
    /// What the messenger answered to a call.
    Answer,
    /// To connect, check or disconnect an account.
    AccountRequest,
}

/// Which parked events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ParkedFilter")]
pub(crate) struct ReplayBody {
    /// What they are.
    #[schemars(with = "Kind")]
    kind: String,
    /// The problem's code.
    code: String,
    /// Of this account only; without it of every one.
    account: Option<String>,
}

/// How many parked events are given to the plugin again.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Queued {
    /// Events that wait for the plugin now.
    queued: usize,
}

pub(crate) async fn list(
    _: Reader,
    admin: Result<Admin, ApiError>,
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> ApiResult<Json<List<Shown>>> {
    let (before, most) = (page.cursor.unwrap_or(i64::MAX), page.most());
    let rows = app.store.read(move |tx| tx.parked(before, most)).await?;
    let items = rows.into_iter().map(|row| shown(row, admin.is_ok())).collect();
    Ok(Json(List::page(items, &page, |row: &Shown| row.id)))
}

pub(crate) async fn replay(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Accepted<Queued>> {
    match inbox::replay(&app, id).await? {
        Replayed::Queued => Ok(Accepted(Queued { queued: 1 })),
        Replayed::Gone => Err(MISSING.into()),
        Replayed::Unreadable => {
            let detail = "the plugin could not read it, and its signature is not kept: look at `event`, do by hand \
                what has to be done, and discard it";
            Err(ApiError::conflict("unreadable", detail))
        }
    }
}

pub(crate) async fn replay_like(
    _: Operator,
    State(app): State<Arc<App>>,
    Json(body): Json<ReplayBody>,
) -> ApiResult<Accepted<Queued>> {
    let filter = ParkedFilter { kind: body.kind, code: body.code, account: body.account };
    Ok(Accepted(Queued { queued: inbox::replay_like(&app, filter).await? }))
}

pub(crate) async fn discard(_: Admin, State(app): State<Arc<App>>, Path(id): Path<i64>) -> ApiResult<Done> {
    let found = app.store.write(move |tx| tx.discard_parked(id)).await?;
    if found { Ok(Done) } else { Err(MISSING.into()) }
}

fn shown(row: ParkedRow, is_admin: bool) -> Shown {
    Shown {
        id: row.id,
        account: row.account,
        conversation: row.conversation,
        kind: row.kind,
        problem: Why::of(Some(&row.problem)),
        event: is_admin.then_some(row.event),
        attempts: row.attempts,
        at: row.at,
    }
}
