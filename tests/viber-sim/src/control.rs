//! The control routes of bots, users and phones. Users' actions are in `control_actions.rs`; faults, clock, options
//! and log in `control_tools.rs`. No authentication: this is a test tool for loopback.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::state::{BOTS_MAX, USERS_MAX, User, World};
use crate::{App, events, methods};

/// An error answer: `{"error": …}` with a status.
pub(crate) type Failure = (StatusCode, Json<Value>);
/// What control handlers return.
pub(crate) type Reply = Result<Json<Value>, Failure>;

/// Something that cannot be done now.
pub(crate) fn conflict(text: &str) -> Failure {
    (StatusCode::CONFLICT, Json(json!({"error": text})))
}

/// A name that nothing has.
pub(crate) fn not_found(what: &str, key: &str) -> Failure {
    (StatusCode::NOT_FOUND, Json(json!({"error": format!("no {what} \"{key}\"")})))
}

/// A JSON body; an empty one counts as `{}` and the content type does not matter, for curl's sake.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()}))))
}

/// A bot by alias or id.
pub(crate) fn found_bot(world: &World, key: &str) -> Result<usize, Failure> {
    world.find_bot(key).ok_or_else(|| not_found("bot", key))
}

/// A user by alias or id.
pub(crate) fn found_user(world: &World, key: &str) -> Result<usize, Failure> {
    world.find_user(key).ok_or_else(|| not_found("user", key))
}

/// Fields of a new or changed bot.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BotFields {
    token: Option<String>,
    name: Option<String>,
    uri: Option<String>,
    avatar: Option<String>,
    blocked: Option<bool>,
    suspended: Option<bool>,
    deleted: Option<bool>,
    no_balance: Option<bool>,
    quota_used_up: Option<bool>,
    billable: Option<bool>,
}

/// `POST /control/bots`.
pub(crate) async fn add_bot(State(app): State<App>, body: Bytes) -> Reply {
    let mut fields: BotFields = read(&body)?;
    let mut world = app.world();
    if world.bots.len() >= BOTS_MAX {
        return Err(conflict("too many bots"));
    }
    if fields.token.as_ref().is_some_and(|token| world.bot_with_token(token).is_some()) {
        return Err(conflict("another bot has this token"));
    }
    let number = world.bots.len() + 1;
    let name = fields.name.take().unwrap_or_else(|| format!("Bot {number}"));
    let uri = fields.uri.take().unwrap_or_else(|| format!("simbot{number}"));
    let index = world.add_bot(fields.token.take(), name, uri);
    change_bot(&mut world, index, fields);
    Ok(Json(bot_view(&world, index)))
}

/// `GET /control/bots`.
pub(crate) async fn bots(State(app): State<App>) -> Json<Value> {
    let world = app.world();
    let items: Vec<Value> = (0..world.bots.len()).map(|index| bot_view(&world, index)).collect();
    Json(json!({"items": items}))
}

/// `PATCH /control/bots/{bot}`.
pub(crate) async fn patch_bot(State(app): State<App>, Path(bot): Path<String>, body: Bytes) -> Reply {
    let fields: BotFields = read(&body)?;
    let mut world = app.world();
    let index = found_bot(&world, &bot)?;
    let taken = fields.token.as_ref().and_then(|token| world.bot_with_token(token));
    if taken.is_some_and(|other| other != index) {
        return Err(conflict("another bot has this token"));
    }
    change_bot(&mut world, index, fields);
    Ok(Json(bot_view(&world, index)))
}

fn change_bot(world: &mut World, index: usize, fields: BotFields) {
    let bot = &mut world.bots[index];
    set(&mut bot.token, fields.token);
    set(&mut bot.name, fields.name);
    set(&mut bot.uri, fields.uri);
    set_optional(&mut bot.avatar, fields.avatar);
    set(&mut bot.flags.blocked, fields.blocked);
    set(&mut bot.flags.suspended, fields.suspended);
    set(&mut bot.flags.deleted, fields.deleted);
    set(&mut bot.flags.no_balance, fields.no_balance);
    set(&mut bot.flags.quota_used_up, fields.quota_used_up);
    set(&mut bot.flags.billable, fields.billable);
}

fn bot_view(world: &World, index: usize) -> Value {
    let bot = &world.bots[index];
    let hook = bot.webhook.as_ref();
    let mut view = json!(bot.flags);
    view["alias"] = format!("b{}", index + 1).into();
    view["id"] = bot.id.as_str().into();
    view["token"] = bot.token.as_str().into();
    view["name"] = bot.name.as_str().into();
    view["uri"] = bot.uri.as_str().into();
    view["avatar"] = bot.avatar.as_deref().into();
    view["webhook"] = hook.map(|hook| hook.url.as_str()).into();
    view["event_types"] = json!(hook.map(|hook| events::effective(hook.event_types.as_deref())));
    view["send_name"] = hook.is_some_and(|hook| hook.send_name).into();
    view["send_photo"] = hook.is_some_and(|hook| hook.send_photo).into();
    view["subscribers_count"] = world.subscribers(index).into();
    view
}

/// Fields of a new or changed user. An empty string removes an optional one.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct UserFields {
    name: Option<String>,
    avatar: Option<String>,
    language: Option<String>,
    country: Option<String>,
    phone_number: Option<String>,
    devices: Option<u32>,
    api_version: Option<u32>,
    online: Option<bool>,
    anonymous: Option<bool>,
    registered: Option<bool>,
    suitable_device: Option<bool>,
}

/// `POST /control/users`.
pub(crate) async fn add_user(State(app): State<App>, body: Bytes) -> Reply {
    let fields: UserFields = read(&body)?;
    let mut world = app.world();
    if world.users.len() >= USERS_MAX {
        return Err(conflict("too many users"));
    }
    let number = world.users.len() + 1;
    let index = world.add_user(User {
        name: format!("User {number}"),
        avatar: None,
        language: Some("uk-UA".into()),
        country: Some("UA".into()),
        phone_number: format!("+380000{number:06}"),
        devices: 1,
        api_version: 10,
        online: true,
        anonymous: false,
        registered: true,
        suitable_device: true,
        refuses: 0,
        refusal: String::new(),
    });
    change_user(&mut world.users[index], fields);
    Ok(Json(user_view(&world, index)))
}

/// `GET /control/users`.
pub(crate) async fn users(State(app): State<App>) -> Json<Value> {
    let world = app.world();
    let items: Vec<Value> = (0..world.users.len()).map(|index| user_view(&world, index)).collect();
    Json(json!({"items": items}))
}

/// `PATCH /control/users/{user}`. Coming online delivers what was held back.
pub(crate) async fn patch_user(State(app): State<App>, Path(user): Path<String>, body: Bytes) -> Reply {
    let fields: UserFields = read(&body)?;
    let (view, index, bots) = {
        let mut world = app.world();
        let index = found_user(&world, &user)?;
        change_user(&mut world.users[index], fields);
        (user_view(&world, index), index, world.bots.len())
    };
    for bot in 0..bots {
        methods::deliver(&app, bot, index, u64::MAX, Duration::ZERO).await;
    }
    Ok(Json(view))
}

fn change_user(user: &mut User, fields: UserFields) {
    set(&mut user.name, fields.name);
    set_optional(&mut user.avatar, fields.avatar);
    set_optional(&mut user.language, fields.language);
    set_optional(&mut user.country, fields.country);
    set(&mut user.phone_number, fields.phone_number);
    set(&mut user.devices, fields.devices.map(|devices| devices.min(10)));
    set(&mut user.api_version, fields.api_version);
    set(&mut user.online, fields.online);
    set(&mut user.anonymous, fields.anonymous);
    set(&mut user.registered, fields.registered);
    set(&mut user.suitable_device, fields.suitable_device);
}

fn user_view(world: &World, index: usize) -> Value {
    let ids: serde_json::Map<String, Value> = world
        .bots
        .iter()
        .enumerate()
        .map(|(bot, account)| (format!("b{}", bot + 1), account.user_ids[index].as_str().into()))
        .collect();
    let mut view = json!(world.users[index]);
    view["alias"] = format!("u{}", index + 1).into();
    // What the first bot sees, also before there is one; `ids` has the others.
    view["id"] = world.user_id(0, index).into();
    view["ids"] = ids.into();
    view
}

/// `GET /control/bots/{bot}/users/{user}/phone`.
pub(crate) async fn phone(State(app): State<App>, Path((bot, user)): Path<(String, String)>) -> Reply {
    let mut world = app.world();
    let (bot, user) = (found_bot(&world, &bot)?, found_user(&world, &user)?);
    let online = world.users[user].online;
    let chat = world.chat(bot, user);
    let items: Vec<Value> = chat.messages.iter().map(crate::phone::PhoneMessage::view).collect();
    Ok(Json(json!({
        "items": items,
        "keyboard": chat.keyboard,
        "subscribed": chat.subscribed,
        "blocked": chat.blocked,
        "online": online,
    })))
}

/// Sets what is given.
pub(crate) fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

/// Sets what is given; an empty string removes.
pub(crate) fn set_optional(target: &mut Option<String>, value: Option<String>) {
    if let Some(value) = value {
        *target = Some(value).filter(|value| !value.is_empty());
    }
}
