//! `/api/v1/contacts`: the people who write.

use std::sync::Arc;

use axum::extract::State;
use desk_store::{ContactRow, StoreError, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::auth::{Admin, Reader};
use super::super::error::ApiResult;
use super::super::extract::{Json, Path, Query};
use super::media::{Exported, KeptFile};
use super::{List, Page, media};
use crate::app::App;
use crate::clock::now_ms;
use crate::desk::erase;

const MISSING: StoreError = StoreError::Missing("the contact");

/// Somebody who writes from a messenger.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Contact")]
pub(crate) struct Shown {
    /// The desk's number.
    id: i64,
    /// The account that they write to.
    account: String,
    /// As the messenger shows it.
    name: String,
    /// The messenger's link to their picture.
    avatar: Option<String>,
    /// Their picture as the desk kept it; null: there is none.
    picture: Option<KeptFile>,
    /// Only if they gave it.
    phone: Option<String>,
    /// How the phone number came, in the channel's word, as `typed` or `shared`.
    phone_source: Option<String>,
    /// BCP 47.
    language: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: Option<String>,
    /// Whether they can be written to; null: unknown.
    subscribed: Option<bool>,
    /// The contact template that it was made from; null: none.
    template: Option<i64>,
    /// Their tasks, oldest first.
    tasks: Vec<i64>,
    /// What the channel says of the conversation to people: the session and its price, what is asked for.
    facts: Value,
    /// ms.
    created_at: i64,
}

/// Everything that is kept of a contact.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Export {
    /// ms.
    exported_at: u64,
    /// As the API shows them.
    contact: Shown,
    /// Their files, and those that were sent to them.
    attachments: Vec<Exported>,
    /// Every row, by the name of its table. The plugin's state is in base64, and begins with the number of its schema as the
    /// channel writes it.
    tables: Map<String, Value>,
}

/// What was erased, and what the desk cannot erase.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Erased {
    /// Tasks that are left without a word in them.
    tasks: i64,
    /// What was written in tasks and is gone.
    actions: i64,
    /// Whether nothing of it is in the database's log any more; if not yet, it is being done.
    log_emptied: bool,
    /// What to do about backups, for people.
    backups: &'static str,
    /// What the messenger keeps, for people.
    messenger: &'static str,
}

pub(crate) async fn list(
    _: Reader,
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> ApiResult<Json<List<Shown>>> {
    let (after, most) = (page.cursor.unwrap_or(0), page.most());
    let store = app.store.clone();
    let read =
        store.read(move |tx| tx.contacts(after, most)?.into_iter().map(|row| shown(tx, &app, row)).collect());
    Ok(Json(List::page(read.await?, &page, |contact: &Shown| contact.id)))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Shown>> {
    let store = app.store.clone();
    Ok(Json(store.read(move |tx| shown(tx, &app, known(tx, id)?)).await?))
}

/// One that was not erased.
fn known(tx: &Tx, id: i64) -> desk_store::Result<ContactRow> {
    tx.contact(id)?.filter(|row| row.erased_at.is_none()).ok_or(MISSING)
}

pub(crate) async fn export(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Export>> {
    let store = app.store.clone();
    let read = store.read(move |tx| {
        let row = known(tx, id)?;
        let tables = tx.rows_of_contact(&row)?;
        let attachments = media::links(&app, &tables);
        Ok(Export { exported_at: now_ms(), contact: shown(tx, &app, row)?, attachments, tables })
    });
    Ok(Json(read.await?))
}

pub(crate) async fn erase(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
) -> ApiResult<Json<Erased>> {
    let erasure = erase::contact(&app, id).await?.ok_or(MISSING)?;
    Ok(Json(Erased {
        tasks: erasure.erased.tasks,
        actions: erasure.erased.actions,
        log_emptied: erasure.is_log_empty,
        backups: "backups that were taken before still have it: delete them, or erase again after a restore",
        messenger: "what the messenger and the customer's phone keep is not the desk's to erase",
    }))
}

fn shown(tx: &Tx, app: &App, row: ContactRow) -> desk_store::Result<Shown> {
    Ok(Shown {
        id: row.id,
        picture: media::of_contact(tx, app, &row)?,
        tasks: tx.task_ids_of(row.id)?,
        facts: tx.conversation(&row.account, &row.conversation)?.facts,
        account: row.account,
        name: row.name,
        avatar: row.avatar,
        phone: row.phone,
        phone_source: row.phone_source,
        language: row.language,
        country: row.country,
        subscribed: row.subscribed,
        template: row.template,
        created_at: row.created_at,
    })
}
