//! `/api/v1/held`: what a restored backup had not sent, and what becomes of it.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{Held, HeldConversation, HeldScope, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::Accepted;
use super::super::auth::{Admin, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::Json;
use crate::app::App;
use crate::outbox::held;

/// Most conversations that are listed; the sums are of all.
const LISTED_MAX: i64 = 1_000;

/// Which of it; an empty one is all.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HeldScope")]
pub(crate) struct ScopeBody {
    /// One account; without it every one.
    account: Option<String>,
    /// One of the account's conversations; without it every one.
    conversation: Option<String>,
}

/// What a restored backup had not sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Held")]
pub(crate) struct Shown {
    /// Calls to messengers, in all.
    calls: i64,
    /// Employees' answers, in all.
    replies: i64,
    /// When the backup was taken, ms; null: nothing is held.
    taken_at: Option<i64>,
    /// By conversation, at most 1,000 of them; the sums are of all.
    items: Vec<ShownConversation>,
    /// Always null: it comes whole.
    next_cursor: Option<i64>,
}

/// What is held in a conversation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HeldConversation")]
pub(crate) struct ShownConversation {
    /// The account.
    account: String,
    /// The plugin's id of the conversation; empty: the account's own.
    conversation: String,
    /// The customer; null: there is none.
    contact: Option<ShownContact>,
    /// Calls to the messenger.
    calls: i64,
    /// Employees' answers.
    replies: i64,
    /// When the backup was taken, ms.
    taken_at: Option<i64>,
}

/// A customer by name.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HeldContact")]
pub(crate) struct ShownContact {
    /// The contact's id.
    id: i64,
    /// As the messenger shows it.
    name: String,
}

/// How much of it was released or dropped.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HeldCount")]
pub(crate) struct Counted {
    /// Calls to messengers.
    calls: i64,
    /// Employees' answers.
    replies: i64,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Shown>> {
    let looked = app.store.read(|tx| {
        let items = tx.held_conversations(LISTED_MAX)?;
        let items: desk_store::Result<Vec<_>> = items.iter().map(|row| show_row(tx, row)).collect();
        Ok((tx.held()?, items?))
    });
    let (held, items) = looked.await?;
    let (calls, replies, taken_at) = (held.calls, held.replies, held.taken_at);
    Ok(Json(Shown { calls, replies, taken_at, items, next_cursor: None }))
}

/// Sends it. The customers may get it twice.
pub(crate) async fn release(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<ScopeBody>,
) -> ApiResult<Accepted<Counted>> {
    let released = held::release(&app, scope(body)?).await?;
    tracing::info!(calls = released.calls, replies = released.replies, "what was held is released");
    Ok(counted(&released))
}

/// Gives it up: it ends as unconfirmed.
pub(crate) async fn drop(
    _: Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<ScopeBody>,
) -> ApiResult<Accepted<Counted>> {
    let dropped = held::drop(&app, scope(body)?).await?;
    tracing::info!(calls = dropped.calls, replies = dropped.replies, "what was held is dropped");
    Ok(counted(&dropped))
}

fn counted(held: &Held) -> Accepted<Counted> {
    Accepted(Counted { calls: held.calls, replies: held.replies })
}

/// A conversation's id means something in its account only.
fn scope(body: ScopeBody) -> ApiResult<HeldScope> {
    if body.conversation.is_some() && body.account.is_none() {
        return Err(ApiError::bad_request("no-account", "`conversation` needs its `account` beside it"));
    }
    Ok(HeldScope { account: body.account, conversation: body.conversation })
}

fn show_row(tx: &Tx, row: &HeldConversation) -> desk_store::Result<ShownConversation> {
    let contact = row.contact.map(|id| tx.contact(id)).transpose()?.flatten();
    Ok(ShownConversation {
        account: row.account.clone(),
        conversation: row.conversation.clone(),
        contact: contact.map(|contact| ShownContact { id: contact.id, name: contact.name }),
        calls: row.held.calls,
        replies: row.held.replies,
        taken_at: row.held.taken_at,
    })
}
