//! `/api/v1/held`: what a restored backup had not sent, and what becomes of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use desk_store::{Held, HeldConversation, HeldScope, Tx};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::auth::{Admin, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::Json;
use crate::app::App;
use crate::outbox::held;

/// Most conversations that are listed; the sums are of all.
const LISTED_MAX: i64 = 1_000;

/// Which of it; an empty one is all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeBody {
    account: Option<String>,
    conversation: Option<String>,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    let looked = app.store.read(|tx| {
        let items = tx.held_conversations(LISTED_MAX)?;
        let items: desk_store::Result<Vec<_>> = items.iter().map(|row| show_row(tx, row)).collect();
        Ok((tx.held()?, items?))
    });
    let (held, items) = looked.await?;
    Ok(Json(json!({
        "calls": held.calls,
        "replies": held.replies,
        "taken_at": held.taken_at,
        "items": items,
        "next_cursor": null,
    })))
}

/// Sends it. The customers may get it twice.
pub(crate) async fn release(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<ScopeBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let released = held::release(&app, scope(body)?).await?;
    tracing::info!(calls = released.calls, replies = released.replies, "what was held is released");
    Ok(counted(&released))
}

/// Gives it up: it ends as unconfirmed.
pub(crate) async fn drop(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<ScopeBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let dropped = held::drop(&app, scope(body)?).await?;
    tracing::info!(calls = dropped.calls, replies = dropped.replies, "what was held is dropped");
    Ok(counted(&dropped))
}

fn counted(held: &Held) -> (StatusCode, Json<Value>) {
    (StatusCode::ACCEPTED, Json(json!({"calls": held.calls, "replies": held.replies})))
}

/// A conversation's id means something in its account only.
fn scope(body: ScopeBody) -> ApiResult<HeldScope> {
    if body.conversation.is_some() && body.account.is_none() {
        return Err(ApiError::bad_request("no-account", "`conversation` needs its `account` beside it"));
    }
    Ok(HeldScope { account: body.account, conversation: body.conversation })
}

fn show_row(tx: &Tx, row: &HeldConversation) -> desk_store::Result<Value> {
    let contact = row.contact.map(|id| tx.contact(id)).transpose()?.flatten();
    Ok(json!({
        "account": row.account,
        "conversation": row.conversation,
        "contact": contact.map(|contact| json!({"id": contact.id, "name": contact.name})),
        "calls": row.held.calls,
        "replies": row.held.replies,
        "taken_at": row.held.taken_at,
    }))
}
