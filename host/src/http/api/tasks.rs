//! `/api/v1/tasks`: list, look, change, delete. The channel does not lock them (S16).

use std::sync::Arc;

use axum::extract::State;
use desk_store::{ContactRow, StoreError, TaskFilter, TaskRow, TokenRow, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::answer::{Done, Tag, Tagged};
use super::super::auth::{Operator, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{IfMatch, Json, Path, Query};
use super::media::KeptFile;
use super::{List, Page, media};
use crate::app::App;
use crate::desk::tasks::{self, TaskPatch};

/// Longest title and description that an operator may set, characters.
const TEXT_CHARS_MAX: usize = 20_000;
const STATUSES: [&str; 4] = ["active", "inactive", "completed", "deleted"];
const MISSING: StoreError = StoreError::Missing("the task");

/// A customer's conversation as something to be done.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Task")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// The account that the customer wrote to.
    account: String,
    /// One line: the beginning of the first message.
    title: String,
    /// The first message's text, with a link to the task before.
    description: String,
    /// How it stands.
    #[schemars(with = "Status")]
    status: String,
    /// The customer.
    requester: Option<Requester>,
    /// The employees who do it, the one who does it first.
    assignees: Vec<Assignee>,
    /// Whether the customer wrote something that the caller, by their token's employee, has not read.
    unread: bool,
    /// The task template that it was made from; null: none.
    template: Option<i64>,
    /// The same customer's task before it.
    previous: Option<i64>,
    /// The same customer's task after it.
    next: Option<i64>,
    /// What the channel says of the conversation to people: the session and its price, what is asked for.
    facts: Value,
    /// ms.
    created_at: i64,
    /// When something was last written or changed, ms.
    updated_at: i64,
}

/// How a task stands.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum Status {
    /// The customer's next message comes into it.
    Active,
    /// It rests; whether the customer's next message comes into it, the account's settings say.
    Inactive,
    /// It is done; the customer's next message opens another one, linked to it.
    Completed,
    /// It is gone from every list that does not ask for it; its content is forgotten after the days that the desk keeps
    /// things.
    Deleted,
}

/// A task's customer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Requester {
    /// The contact's id.
    id: i64,
    /// As the messenger shows it.
    name: String,
    /// The messenger's link to their picture.
    avatar: Option<String>,
    /// Their picture as the desk kept it; null: there is none.
    picture: Option<KeptFile>,
    /// Whether they can be written to; null: unknown.
    subscribed: Option<bool>,
}

/// Who does a task.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Assignee {
    /// The employee's id.
    id: i64,
    /// Their name.
    name: Option<String>,
}

/// Which tasks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// One status; without it every one but `deleted`.
    #[schemars(with = "Option<Status>")]
    status: Option<String>,
    /// One account.
    account: Option<String>,
    /// One customer, by the contact's id.
    requester: Option<i64>,
    /// One employee, whether or not they do it first.
    assignee: Option<i64>,
    /// Words, each the beginning of one in the title, the customer's name or their phone number, or all in one message; the
    /// newest 1,000 messages that match are looked at. It goes alone, and finds no deleted tasks.
    q: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<i64>,
    /// How many at the most, 1 to 200; 50 unless given.
    limit: Option<i64>,
}

/// What to change of a task.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TaskChange")]
pub(crate) struct Change {
    /// How it is to stand. The channel knows of it before this is answered.
    #[schemars(with = "Option<Status>")]
    status: Option<String>,
    /// 1 to 20,000 characters.
    title: Option<String>,
    /// At most 20,000 characters.
    description: Option<String>,
    /// At least one employee, the one who does it first.
    assignees: Option<Vec<i64>>,
}

pub(crate) async fn list(
    reader: Reader,
    State(app): State<Arc<App>>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<List<Shown>>> {
    query.status.as_deref().map(known_status).transpose()?;
    let page = Page { cursor: query.cursor, limit: query.limit };
    let filter = TaskFilter {
        status: query.status,
        account: query.account,
        requester: query.requester,
        assignee: query.assignee,
        before: query.cursor,
        most: page.most(),
    };
    if query.q.is_some() && filter.has_conditions() {
        return Err(ApiError::bad_request("bad-query", "`q` goes alone: leave the other conditions out"));
    }
    let store = app.store.clone();
    let read = store.read(move |tx| {
        let me = caller(tx, &reader.token)?;
        let rows = match query.q {
            Some(words) => found(tx, &words, &filter, me)?,
            None => tx.tasks(&filter)?,
        };
        rows.into_iter().map(|row| shown(tx, &app, row, me)).collect()
    });
    Ok(Json(List::page(read.await?, &page, |task| task.id)))
}

/// The tasks in which these words are, newest first.
fn found(tx: &Tx, words: &str, filter: &TaskFilter, me: i64) -> desk_store::Result<Vec<TaskRow>> {
    let found = tx.find_tasks(words, filter.before.unwrap_or(i64::MAX), filter.most, me)?;
    found.into_iter().map(|row| tx.task(row.id)?.ok_or(MISSING)).collect()
}

/// The employee who calls.
fn caller(tx: &Tx, token: &TokenRow) -> desk_store::Result<i64> {
    Ok(tx.employee_of(token)?.ok_or(StoreError::Missing("the employee"))?.id)
}

pub(crate) async fn show(
    reader: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Tagged<Shown>> {
    tagged(app, id, reader.token).await
}

/// As when somebody opens it in the console. For the employee of the token.
pub(crate) async fn read(
    Operator(token): Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Done> {
    let me = app.store.read(move |tx| tx.task(id)?.ok_or(MISSING).and_then(|_| caller(tx, &token))).await?;
    tasks::note_read(&app, me, id).await?;
    Ok(Done)
}

pub(crate) async fn change(
    Operator(token): Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    if_match: IfMatch,
    Json(body): Json<Change>,
) -> ApiResult<Tagged<Shown>> {
    check(&body)?;
    let patch = TaskPatch {
        status: body.status,
        title: body.title,
        description: body.description,
        assignees: body.assignees,
    };
    tasks::change(&app, id, patch, move |tx, row| stands(&if_match, tx, row)).await?;
    tagged(app, id, token).await
}

fn check(body: &Change) -> ApiResult<()> {
    body.status.as_deref().map(known_status).transpose()?;
    let texts = [body.title.as_deref(), body.description.as_deref()];
    if texts.into_iter().flatten().any(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return Err(ApiError::bad_request("too-long", format!("texts may have {TEXT_CHARS_MAX} characters")));
    }
    if body.title.as_deref().is_some_and(|title| title.trim().is_empty()) {
        return Err(ApiError::bad_request("empty-title", "`title` must not be empty"));
    }
    if body.assignees.as_ref().is_some_and(Vec::is_empty) {
        return Err(ApiError::bad_request(
            "no-assignee",
            "a task is never unassigned: name at least one employee",
        ));
    }
    Ok(())
}

fn known_status(status: &str) -> ApiResult<()> {
    if STATUSES.contains(&status) {
        return Ok(());
    }
    let detail = format!("status `{status}` is none of: {}", STATUSES.join(", "));
    Err(ApiError::bad_request("bad-status", detail))
}

pub(crate) async fn delete(
    _: Operator,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    if_match: IfMatch,
) -> ApiResult<Done> {
    let patch = TaskPatch { status: Some("deleted".into()), ..TaskPatch::default() };
    tasks::change(&app, id, patch, move |tx, row| stands(&if_match, tx, row)).await?;
    Ok(Done)
}

fn stands(if_match: &IfMatch, tx: &Tx, row: &TaskRow) -> desk_store::Result<()> {
    Ok(if_match.check("the task", &tag(tx, row)?)?)
}

fn tag(tx: &Tx, row: &TaskRow) -> desk_store::Result<Tag> {
    Ok(Tag::of(&(&row.status, &row.title, &row.description, tx.assignees(row.id)?)))
}

async fn tagged(app: Arc<App>, id: i64, token: TokenRow) -> ApiResult<Tagged<Shown>> {
    let store = app.store.clone();
    let read = store.read(move |tx| {
        let row = tx.task(id)?.ok_or(MISSING)?;
        Ok(Tagged(tag(tx, &row)?, shown(tx, &app, row, caller(tx, &token)?)?))
    });
    Ok(read.await?)
}

fn shown(tx: &Tx, app: &App, row: TaskRow, me: i64) -> desk_store::Result<Shown> {
    let requester = tx.contact(row.requester)?;
    let named = |id| Ok(Assignee { id, name: tx.employee(id)?.map(|employee| employee.name) });
    Ok(Shown {
        id: row.id,
        requester: requester.map(|contact| shown_requester(tx, app, contact)).transpose()?,
        assignees: tx.assignees(row.id)?.into_iter().map(named).collect::<desk_store::Result<_>>()?,
        unread: tx.is_unread(me, row.id)?,
        facts: tx.conversation(&row.account, &row.conversation)?.facts,
        account: row.account,
        title: row.title,
        description: row.description,
        status: row.status,
        template: row.template,
        previous: row.previous,
        next: row.next,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn shown_requester(tx: &Tx, app: &App, contact: ContactRow) -> desk_store::Result<Requester> {
    Ok(Requester {
        picture: media::of_contact(tx, app, &contact)?,
        id: contact.id,
        name: contact.name,
        avatar: contact.avatar,
        subscribed: contact.subscribed,
    })
}
