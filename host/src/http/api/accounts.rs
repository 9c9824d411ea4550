//! `/api/v1/accounts`: connect, look, change, check, disconnect. A secret setting goes in and never comes out.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use channel_engine::Channel;
use channel_engine::contract::AccountRequest;
use desk_store::{AccountRow, NewAccount};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::auth::{Admin, Reader};
use super::super::error::{ApiError, ApiResult};
use super::super::extract::{Json, Path};
use super::{named, whole_list};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::entry;
use crate::inbox::request;
use crate::secrets::{self, Secrets};
use crate::telemetry;

// Without `Debug`, since a secret may be among the settings.
#[derive(Deserialize)]
pub(crate) struct NewBody {
    channel: Option<String>,
    name: Option<String>,
    #[serde(default)]
    settings: Map<String, Value>,
}

#[derive(Deserialize)]
pub(crate) struct ChangeBody {
    name: Option<String>,
    #[serde(default)]
    settings: Map<String, Value>,
}

pub(crate) async fn list(_: Reader, State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    let rows = app.store.read(|tx| tx.accounts()).await?;
    Ok(Json(whole_list(rows.iter().map(|row| show_row(&app, row)).collect())))
}

pub(crate) async fn show(
    _: Reader,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    Ok(Json(show_row(&app, &find(&app, id).await?)))
}

/// Keeps the account and begins to connect it: its health is `pending` until the messenger has answered.
pub(crate) async fn create(
    Admin(token): Admin,
    State(app): State<Arc<App>>,
    Json(body): Json<NewBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
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
    Ok((StatusCode::CREATED, Json(show_row(&app, &find(&app, id).await?))))
}

/// Changes settings (those that are named; the others stay) and connects anew. A new key replaces the old one when the
/// messenger has accepted it, and not before: a wrong one must not cost a customer's message.
pub(crate) async fn change(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(body): Json<ChangeBody>,
) -> ApiResult<Json<Value>> {
    let row = find(&app, id).await?;
    let channel = find_channel(&app, Some(&row.channel))?;
    let (changed, secrets) = split_secrets(channel, body.settings)?;
    let mut settings = row.settings.as_object().cloned().unwrap_or_default();
    settings.extend(changed);
    let (id, name) = (row.id.clone(), body.name.as_deref().map_or(Ok(row.name), named)?);
    let shared = app.clone();
    app.store
        .write(move |tx| {
            tx.set_account_settings(&id, &name, &Value::Object(settings))?;
            secrets::keep_candidates(tx, &shared.keys, &id, &secrets)
        })
        .await?;
    request(&app, &row.id, AccountRequest::Connect).await?;
    Ok(Json(show_row(&app, &find(&app, row.id).await?)))
}

/// Asks the messenger whether all is as it was set; the health tells.
pub(crate) async fn check(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    ask(&app, id, AccountRequest::Check).await
}

/// Takes the webhook away. Tasks and contacts stay: nothing that customers wrote is lost.
pub(crate) async fn disconnect(
    _: Admin,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    ask(&app, id, AccountRequest::Disconnect).await
}

async fn ask(app: &Arc<App>, id: String, what: AccountRequest) -> ApiResult<(StatusCode, Json<Value>)> {
    let row = find(app, id).await?;
    request(app, &row.id, what).await?;
    Ok((StatusCode::ACCEPTED, Json(show_row(app, &find(app, row.id).await?))))
}

async fn find(app: &App, id: String) -> ApiResult<AccountRow> {
    app.store.read(move |tx| tx.account(&id)).await?.ok_or_else(|| ApiError::not_found("the account"))
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

fn show_row(app: &App, row: &AccountRow) -> Value {
    let profile = row.profile.clone().unwrap_or_default();
    let bot = row.profile.as_ref().map(|profile| {
        json!({"id": profile["id"], "name": profile["name"], "uri": profile["uri"], "avatar": profile["avatar"]})
    });
    let mut links: Map<String, Value> = profile["links"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|link| Some((link[0].as_str()?.to_owned(), link[1].clone())))
        .collect();
    if entry::deep_link(row).is_some() {
        links.insert("landing".into(), app.landing_url(&row.id).into());
        links.insert("qr".into(), format!("{}/qr.svg", app.landing_url(&row.id)).into());
    }
    let problem = row.problem.clone().unwrap_or_default();
    json!({
        "id": row.id,
        "channel": row.channel,
        "name": row.name,
        "settings": row.settings,
        "health": {"state": row.health, "code": problem["code"], "reason": problem["text"], "advice": problem["advice"]},
        "webhook_url": app.webhook_url(&row.id),
        "bot": bot,
        "links": links,
        "configured_by": row.configured_by,
        "created_at": row.created_at,
    })
}
