//! `/api/v1/accounts`: connect, look, change, check, disconnect. A secret setting goes in and never comes out.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use channel_engine::Channel;
use channel_engine::contract::AccountRequest;
use desk_store::{AccountRow, NewAccount, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::answer::{Accepted, Created, Tag, Tagged};
use super::super::auth::{Admin, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{IfMatch, Json, Path};
use super::{List, Why, named};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::entry;
use crate::inbox::request;
use crate::secrets::{self, Secrets};
use crate::telemetry;

const MISSING: StoreError = StoreError::Missing("the account");

/// A connection of the helpdesk to a messenger.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub(crate) struct Shown {
    /// The desk's id, random, as it stands in the webhook's address.
    pub(in super::super) id: String,
    /// The plugin's channel, as `viber`.
    channel: String,
    /// As people call it.
    name: String,
    /// As the channel's schema of settings says, without the secret ones: those can only be written.
    settings: Value,
    /// Whether it works.
    health: Health,
    /// Where the messenger reaches the account.
    webhook_url: String,
    /// The bot as the messenger knows it; null: it was never connected.
    bot: Option<Bot>,
    /// Addresses for customers, by name: `deep` opens the chat, `landing` is the page, `qr` its code. Empty until it was
    /// connected.
    links: Map<String, Value>,
    /// The employee who configured it; null: unknown, or they were deleted.
    configured_by: Option<i64>,
    /// ms.
    created_at: i64,
}

/// Whether an account works.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Health {
    /// How it stands.
    #[schemars(with = "HealthState")]
    state: String,
    /// Why it does not work.
    #[serde(flatten)]
    why: Why,
}

/// How an account stands.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described: the store keeps the name")]
enum HealthState {
    /// The messenger has not answered yet.
    Pending,
    /// It works.
    Connected,
    /// It does not; `reason` and `advice` say more.
    Failed,
    /// An administrator took it down.
    Disconnected,
}

/// A bot as its messenger knows it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Bot {
    /// The messenger's id.
    id: Option<String>,
    /// As customers see it.
    name: Option<String>,
    /// Its name in links.
    uri: Option<String>,
    /// Its picture's link.
    avatar: Option<String>,
}

// Without `Debug`, since a secret may be among the settings.
/// An account to be connected.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAccount")]
pub(crate) struct New {
    /// One of the loaded channels; it may be left out where only one is.
    channel: Option<String>,
    /// 1 to 200 characters; the channel's name unless given.
    name: Option<String>,
    /// As the channel's schema of settings says, the secret ones with them.
    #[serde(default)]
    settings: Map<String, Value>,
}

/// What to change of an account; it is connected anew.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccountChange")]
pub(crate) struct Change {
    /// 1 to 200 characters.
    name: Option<String>,
    /// Those that are named are changed, null puts one back to its default; the others stay. A secret one is left as it is
    /// by null, and replaces the old one when the messenger has accepted it.
    #[serde(default)]
    settings: Map<String, Value>,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<List<Shown>>> {
    let rows = app.store.read(|tx| tx.accounts()).await?;
    Ok(Json(List::whole(rows.iter().map(|row| shown(&app, row)))))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> ApiResult<Tagged<Shown>> {
    Ok(tagged(&app, &find(&app, id).await?))
}

/// Keeps the account and begins to connect it: its health is `pending` until the messenger has answered.
pub(crate) async fn create(
    Admin(token): Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<New>,
) -> ApiResult<Created<Shown>> {
    let channel = find_channel(&app, body.channel.as_deref())?;
    let (settings, secrets) = split_secrets(channel, body.settings)?;
    if let Some(missing) = channel.manifest().secrets.iter().find(|name| secrets.get(name).is_none()) {
        return Err(ApiError::bad_request("missing-setting", format!("settings need `{missing}`")));
    }
    let channel = channel.manifest().id.clone();
    let id = new_id(&channel)?;
    let new = NewAccount {
        id: id.clone(),
        name: body.name.as_deref().map_or_else(|| Ok(channel.clone()), named)?,
        channel,
        settings: Value::Object(settings),
        configured_by: token.employee,
        at: to_column(now_ms()),
    };
    let shared = app.clone();
    app.store
        .write(move |tx| {
            tx.add_account(&new)?;
            secrets::keep(tx, &shared.keys, &new.id, &secrets)
        })
        .await?;
    request(&app, &id, AccountRequest::Connect).await?;
    Ok(Created(shown(&app, &find(&app, id).await?)))
}

/// Changes settings (those that are named; the others stay) and connects anew. A new key replaces the old one when the
/// messenger has accepted it, and not before: a wrong one must not cost a customer's message.
pub(crate) async fn change(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<Change>,
) -> ApiResult<Tagged<Shown>> {
    let row = find(&app, id).await?;
    let (changed, secrets) = split_secrets(find_channel(&app, Some(&row.channel))?, body.settings)?;
    let name = body.name.as_deref().map(named).transpose()?;
    let (shared, id) = (app.clone(), row.id.clone());
    let kept = app.store.write(move |tx| {
        let row = tx.account(&id)?.ok_or(MISSING)?;
        if_match.check("the account", &tag(&row))?;
        let mut settings = row.settings.as_object().cloned().unwrap_or_default();
        settings.extend(changed);
        settings.retain(|_, value| !value.is_null());
        tx.set_account_settings(&id, &name.unwrap_or(row.name), &Value::Object(settings))?;
        secrets::keep_candidates(tx, &shared.keys, &id, &secrets)
    });
    kept.await?;
    request(&app, &row.id, AccountRequest::Connect).await?;
    Ok(tagged(&app, &find(&app, row.id).await?))
}

/// Asks the messenger whether all is as it was set; the health tells.
pub(crate) async fn check(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> ApiResult<Accepted<Shown>> {
    ask(&app, find(&app, id).await?, AccountRequest::Check).await
}

/// Takes the webhook away. Tasks and contacts stay: nothing that customers wrote is lost.
pub(crate) async fn disconnect(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> ApiResult<Accepted<Shown>> {
    let row = find(&app, id).await?;
    if_match.check("the account", &tag(&row))?;
    ask(&app, row, AccountRequest::Disconnect).await
}

async fn ask(app: &Arc<App>, row: AccountRow, what: AccountRequest) -> ApiResult<Accepted<Shown>> {
    request(app, &row.id, what).await?;
    Ok(Accepted(shown(app, &find(app, row.id).await?)))
}

async fn find(app: &App, id: String) -> ApiResult<AccountRow> {
    Ok(app.store.read(move |tx| tx.account(&id)?.ok_or(MISSING)).await?)
}

/// The named channel; without a name the only one that is loaded.
fn find_channel<'a>(app: &'a App, name: Option<&str>) -> ApiResult<&'a Channel> {
    let mut all = app.channels.iter();
    let found = match (name, all.next(), all.next()) {
        (Some(name), _, _) => app.channels.find(name),
        (None, only, None) => only,
        (None, _, Some(_)) => None,
    };
    found.ok_or_else(|| {
        let known: Vec<_> = app.channels.iter().map(|channel| channel.manifest().id.as_str()).collect();
        ApiError::bad_request("unknown-channel", format!("`channel` must be one of: {}", known.join(", ")))
    })
}

/// Takes the secret settings out. A name that the channel does not have is refused: behind it may stand a key, which
/// would be kept in plain.
fn split_secrets(
    channel: &Channel,
    mut settings: Map<String, Value>,
) -> ApiResult<(Map<String, Value>, Secrets)> {
    only_known(channel, &settings)?;
    let mut secrets = Vec::new();
    for name in &channel.manifest().secrets {
        match settings.remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(value)) if !value.trim().is_empty() => {
                secrets.push((name.clone(), value.trim().into()));
            }
            Some(_) => {
                let detail = format!("`{name}` must be a text that is not empty");
                return Err(ApiError::bad_request("bad-setting", detail));
            }
        }
    }
    Ok((settings, secrets.into_iter().collect()))
}

/// The names of the schema's properties and of the secrets are those there are. A schema without properties says nothing.
fn only_known(channel: &Channel, settings: &Map<String, Value>) -> ApiResult<()> {
    let manifest = channel.manifest();
    let schemas = manifest.texts.iter().filter_map(|texts| serde_json::from_str(&texts.settings_schema).ok());
    let known: BTreeSet<String> = schemas
        .flat_map(|schema: Value| schema["properties"].as_object().cloned().unwrap_or_default())
        .map(|(name, _)| name)
        .collect();
    let is_known = |name: &&String| known.contains(*name) || manifest.secrets.contains(*name);
    match settings.keys().find(|name| !is_known(name)) {
        Some(name) if !known.is_empty() => {
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            // A key may stand in the place of the name too.
            let detail = format!(
                "the channel has no setting `{}`; it has {}",
                telemetry::code(name),
                known.join(", ")
            );
            Err(ApiError::bad_request("unknown-setting", detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// Ids stand in webhook URLs: random, so that nobody finds the others by counting.
fn new_id(channel: &str) -> ApiResult<String> {
    let random = super::super::auth::new_token();
    let random = random.map_err(|error| ApiError::bad_request("no-randomness", error.to_string()))?;
    let digits: String = random.chars().skip("desk_".len()).take(16).collect();
    Ok(format!("{channel}-{digits}"))
}

pub(crate) fn tag(row: &AccountRow) -> Tag {
    Tag::of(&(&row.name, &row.settings))
}

fn tagged(app: &App, row: &AccountRow) -> Tagged<Shown> {
    Tagged(tag(row), shown(app, row))
}

fn shown(app: &App, row: &AccountRow) -> Shown {
    Shown {
        id: row.id.clone(),
        channel: row.channel.clone(),
        name: row.name.clone(),
        settings: row.settings.clone(),
        health: Health { state: row.health.clone(), why: Why::of(row.problem.as_ref()) },
        webhook_url: app.webhook_url(&row.id),
        bot: row.profile.as_ref().map(bot),
        links: links(app, row),
        configured_by: row.configured_by,
        created_at: row.created_at,
    }
}

fn bot(profile: &Value) -> Bot {
    let text = |name: &str| profile[name].as_str().map(str::to_owned);
    Bot { id: text("id"), name: text("name"), uri: text("uri"), avatar: text("avatar") }
}

/// The channel's own links, and the desk's page around them.
fn links(app: &App, row: &AccountRow) -> Map<String, Value> {
    let profile = row.profile.as_ref();
    let own = profile.and_then(|profile| profile["links"].as_array()).into_iter().flatten();
    let named = own.filter_map(|link| Some((link[0].as_str()?.to_owned(), link[1].clone())));
    let mut links: Map<String, Value> = named.collect();
    if entry::deep_link(row).is_some() {
        links.insert("landing".into(), app.landing_url(&row.id).into());
        links.insert("qr".into(), format!("{}/qr.svg", app.landing_url(&row.id)).into());
    }
    links
}
