//! `/api/v1/tasks/{id}/actions`: the conversation, and writing in it.

use std::sync::Arc;

use axum::extract::State;
use channel_engine::contract::{Suggestion, TextFormat};
use desk_store::{ActionRow, DeliveryRow, Employee, StoreError, TokenRow, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::answer::{Accepted, Created, Done};
use super::super::auth::{Operator, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path, Query};
use super::media::Attachment;
use super::{List, Page, Why, media, quick_replies};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::quick_replies::fill;
use crate::desk::replies::Retried;
use crate::desk::{deliveries, replies};

const MISSING: StoreError = StoreError::Missing("the action");

/// Longest text of a comment, characters. A channel splits what its messenger does not take in one piece.
pub(super) const TEXT_CHARS_MAX: usize = 20_000;
/// Most customers that one reply goes to.
const NOTIFY_MAX: usize = 50;
/// Most buttons that one comment offers, and the most characters of one.
const SUGGESTIONS_MAX: usize = 20;
const SUGGESTION_CHARS_MAX: usize = 250;
/// Most files that one comment carries: Viber shows each as a message of its own.
const ATTACHMENTS_MAX: usize = 10;

/// What was written in a task.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Action")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// What it is.
    #[schemars(with = "Kind")]
    kind: String,
    /// Who wrote it.
    author: Author,
    /// What a person reads.
    text: String,
    /// The same as the contract's parts: `{"text": …}`, `{"location": …}` and so on.
    #[schemars(with = "Vec<Value>")]
    parts: Value,
    /// The parts that are files, with what became of them.
    attachments: Vec<Attachment>,
    /// The contacts that it is sent to; empty: it stays inside.
    #[schemars(with = "Vec<i64>")]
    notify: Value,
    /// Answers that the customers were offered as buttons.
    #[schemars(with = "Vec<Button>")]
    suggestions: Value,
    /// How far it has come.
    delivery: Delivery,
    /// When it was written, ms.
    at: i64,
}

/// What an action is.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", rename = "ActionKind")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum Kind {
    /// A customer's.
    Message,
    /// An employee's.
    Comment,
    /// The desk's own.
    Note,
}

/// Who wrote.
#[derive(Serialize, JsonSchema)]
struct Author {
    /// What they are.
    #[schemars(with = "AuthorKind")]
    kind: String,
    /// The contact's or employee's id; null: the system, or they are gone.
    id: Option<i64>,
    /// Their name then.
    name: String,
}

/// What an author is.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum AuthorKind {
    /// A customer.
    Contact,
    /// Somebody who works here.
    Employee,
    /// The desk.
    System,
}

/// How far an answer has come: as far as the part that has come least far.
#[derive(Serialize, JsonSchema)]
struct Delivery {
    /// How far.
    #[schemars(with = "DeliveryState")]
    state: String,
    /// Why it did not come further.
    #[serde(flatten)]
    why: Why,
    /// One for each message that it was sent as, in the order of sending.
    parts: Vec<DeliveryPart>,
}

/// How far one message of an answer has come.
#[derive(Serialize, JsonSchema)]
struct DeliveryPart {
    /// Counted from 0.
    part: i64,
    /// The plugin's id of the conversation that it goes to.
    conversation: String,
    /// How far.
    #[schemars(with = "DeliveryState")]
    state: String,
    /// The messenger's id; null: it is not known yet.
    message_id: Option<String>,
    /// Why it did not come further.
    #[serde(flatten)]
    why: Why,
    /// When that changed, ms.
    at: i64,
}

/// How far something has come.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum DeliveryState {
    /// It stays inside: nobody is sent it.
    Internal,
    /// It is going to be sent.
    Pending,
    /// The messenger has it.
    Sent,
    /// It is on the customer's device.
    Delivered,
    /// The customer has seen it.
    Seen,
    /// It did not arrive; `reason` and `advice` say more.
    Failed,
    /// It may have arrived; nobody knows.
    Unconfirmed,
}

/// An answer that the customer is offered as a button.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Suggestion")]
pub(crate) struct Button {
    /// What the button says; 1 to 250 characters.
    title: String,
    /// What the customer says by tapping it, at most 250 characters; without it, the title.
    #[serde(default)]
    value: String,
}

/// What is to be written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAction")]
pub(crate) struct New {
    /// The employee; without one, the token's.
    author: Option<i64>,
    /// At most 20,000 characters; empty only with `quick_reply`.
    #[serde(default)]
    text: String,
    /// Whose text is written, filled in. Where `text` says something, that is written: the operator edited it.
    quick_reply: Option<i64>,
    /// Contacts that it is sent to, at most 50; none: it stays inside.
    #[serde(default)]
    notify: Vec<i64>,
    /// Ids of uploads, at most 10, in the order in which they are shown.
    #[serde(default)]
    attachments: Vec<i64>,
    /// Answers that the customers are offered as buttons, at most 20, where the channel has the feature `suggestions`. A
    /// messenger may take fewer.
    #[serde(default)]
    suggestions: Vec<Button>,
}

pub(crate) async fn list(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(task): Path<i64>,
    Query(page): Query<Page>,
) -> ApiResult<Json<List<Shown>>> {
    let (after, most) = (page.cursor.unwrap_or(0), page.most());
    let store = app.store.clone();
    let read = store.read(move |tx| {
        tx.task(task)?.ok_or(StoreError::Missing("the task"))?;
        tx.actions(task, after, most)?.into_iter().map(|row| shown(tx, &app, row)).collect()
    });
    Ok(Json(List::page(read.await?, &page, |action: &Shown| action.id)))
}

/// Writes a comment; with `notify` it goes to those customers.
pub(crate) async fn write(
    Operator(token): Operator,
    State(app): State<Arc<App>>,
    Path(task): Path<i64>,
    Json(mut body): Json<New>,
) -> ApiResult<Created<Shown>> {
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
    let New { text, attachments, notify, suggestions, .. } = body;
    let suggestions = suggestions.into_iter().map(suggestion).collect();
    let comment = replies::Comment { task, author, text, attachments, notify, suggestions };
    let id = replies::write(&app, comment).await?;
    let store = app.store.clone();
    let read = store.read(move |tx| shown(tx, &app, tx.action(id)?.ok_or(MISSING)?));
    Ok(Created(read.await?))
}

/// How to send again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Retry")]
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
) -> ApiResult<Accepted<Shown>> {
    let row =
        app.store.read(move |tx| tx.action(action)?.filter(|row| row.task == task).ok_or(MISSING)).await?;
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
    Ok(Accepted(store.read(move |tx| shown(tx, &app, row)).await?))
}

/// Takes a file back that an employee wrote with: whoever has its link reads it no more.
pub(crate) async fn revoke(
    _: Operator,
    State(app): State<Arc<App>>,
    Path((task, action, attachment)): Path<(i64, i64, String)>,
) -> ApiResult<Done> {
    let part = attachment.strip_prefix(&format!("{action}-")).and_then(|part| part.parse().ok());
    let at = to_column(now_ms());
    let revoked = app.store.write(move |tx| {
        let row = tx.action(action)?.filter(|row| row.task == task);
        let (Some(_), Some(part)) = (row, part) else { return Ok(false) };
        tx.revoke_file(action, part, at)
    });
    if revoked.await? { Ok(Done) } else { Err(ApiError::not_found("the sent file")) }
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

fn suggestion(button: Button) -> Suggestion {
    let title = button.title.trim().to_owned();
    let value = Some(button.value).filter(|value| !value.trim().is_empty());
    Suggestion { value: value.unwrap_or_else(|| title.clone()), title }
}

/// The quick reply's text with the names of this task.
async fn filled(app: &App, id: i64, task: i64, body: &New, token: &TokenRow) -> ApiResult<String> {
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

fn check(body: &New) -> ApiResult<()> {
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
    if body.suggestions.len() > SUGGESTIONS_MAX {
        let detail = format!("`suggestions` may have {SUGGESTIONS_MAX} of them");
        return Err(ApiError::bad_request("too-many", detail));
    }
    let is_fit = |button: &Button| {
        !button.title.trim().is_empty()
            && [&button.title, &button.value].iter().all(|it| it.chars().count() <= SUGGESTION_CHARS_MAX)
    };
    if !body.suggestions.iter().all(is_fit) {
        let detail = format!(
            "a suggestion must have a `title` of 1 to {SUGGESTION_CHARS_MAX} characters, and no longer `value`"
        );
        return Err(ApiError::bad_request("bad-title", detail));
    }
    if body.notify.len() > NOTIFY_MAX {
        let detail = format!("`notify` may name {NOTIFY_MAX} contacts");
        return Err(ApiError::bad_request("too-many", detail));
    }
    Ok(())
}

/// The named employee; else the token's; else the owner, so that a token without a person can write.
pub(super) fn author(tx: &Tx, named: Option<i64>, token: &TokenRow) -> desk_store::Result<Option<Employee>> {
    named.map_or_else(|| tx.employee_of(token), |id| tx.employee(id))
}

fn shown(tx: &Tx, app: &App, row: ActionRow) -> desk_store::Result<Shown> {
    let delivery = if row.notify.as_array().is_none_or(Vec::is_empty) {
        Delivery { state: "internal".into(), why: Why::default(), parts: Vec::new() }
    } else {
        shown_delivery(tx.deliveries(row.id)?)
    };
    Ok(Shown {
        id: row.id,
        attachments: media::of_action(tx, app, &row)?,
        kind: row.kind,
        author: Author { kind: row.author_kind, id: row.author_id, name: row.author_name },
        text: row.text,
        parts: row.parts,
        notify: row.notify,
        suggestions: row.suggestions,
        delivery,
        at: row.at,
    })
}

fn shown_delivery(rows: Vec<DeliveryRow>) -> Delivery {
    let (state, problem) = deliveries::whole(&rows);
    let (state, why) = (state.to_owned(), Why::of(problem));
    let parts = rows.into_iter().map(|row| DeliveryPart {
        part: row.part,
        conversation: row.conversation,
        state: row.state,
        message_id: row.message_id,
        why: Why::of(row.problem.as_ref()),
        at: row.at,
    });
    Delivery { state, why, parts: parts.collect() }
}
