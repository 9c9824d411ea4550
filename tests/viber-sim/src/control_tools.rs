//! The control routes of the test bench: faults, clock, options, log, reset. Bots and users are in `control.rs`.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::{Reply, conflict, found_bot, found_user, not_found, read, set, set_optional};
use crate::faults::{Fault, Rule};
use crate::{App, clock, rest};

/// A new rule of the fault script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFields {
    method: String,
    bot: Option<String>,
    user: Option<String>,
    #[serde(default)]
    skip: u32,
    #[serde(default = "once")]
    times: u32,
    fault: Fault,
}

fn once() -> u32 {
    1
}

/// `POST /control/faults`.
pub(crate) async fn add_fault(State(app): State<App>, body: Bytes) -> Reply {
    let fields: RuleFields = read(&body)?;
    if fields.method != "any" && !rest::METHODS.contains(&fields.method.as_str()) {
        return Err(not_found("method", &fields.method));
    }
    let mut world = app.world();
    let rule = Rule {
        id: 0,
        method: fields.method,
        bot: fields.bot.map(|bot| found_bot(&world, &bot)).transpose()?,
        user: fields.user.map(|user| found_user(&world, &user)).transpose()?,
        skip: fields.skip,
        times: fields.times.max(1),
        fault: fields.fault,
    };
    world.faults.add(rule).map(|rule| Json(rule_view(&rule))).ok_or_else(|| conflict("too many faults"))
}

/// `GET /control/faults`.
pub(crate) async fn faults(State(app): State<App>) -> Json<Value> {
    let world = app.world();
    Json(json!({"items": world.faults.list().map(rule_view).collect::<Vec<_>>()}))
}

fn rule_view(rule: &Rule) -> Value {
    let mut view = json!(rule);
    view["bot"] = rule.bot.map(|bot| format!("b{}", bot + 1)).into();
    view["user"] = rule.user.map(|user| format!("u{}", user + 1)).into();
    view
}

/// `DELETE /control/faults`.
pub(crate) async fn clear_faults(State(app): State<App>) -> Json<Value> {
    app.world().faults.clear();
    Json(json!({"items": []}))
}

/// `GET /control/clock`.
pub(crate) async fn clock(State(app): State<App>) -> Json<Value> {
    Json(json!({"now": app.clock.now()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// `POST /control/clock`.
pub(crate) async fn advance(State(app): State<App>, body: Bytes) -> Reply {
    let Advance { advance_ms } = read(&body)?;
    if advance_ms > clock::ADVANCE_MS_MAX {
        return Err(conflict("advance_ms is larger than a year"));
    }
    app.clock.advance(advance_ms);
    Ok(Json(json!({"now": app.clock.now()})))
}

/// `GET /control/options`.
pub(crate) async fn options(State(app): State<App>) -> Json<Value> {
    Json(app.world().options.view())
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OptionFields {
    allow_http: Option<bool>,
    escape_unicode: Option<bool>,
    receipt_delay_ms: Option<u64>,
    callback_timeout_ms: Option<u64>,
    /// Empty: the simulator's own address.
    media_base_url: Option<String>,
    media_dead: Option<bool>,
}

/// `PATCH /control/options`.
pub(crate) async fn patch_options(State(app): State<App>, body: Bytes) -> Reply {
    let fields: OptionFields = read(&body)?;
    let mut world = app.world();
    let options = &mut world.options;
    set(&mut options.allow_http, fields.allow_http);
    set(&mut options.escape_unicode, fields.escape_unicode);
    set(&mut options.receipt_delay, fields.receipt_delay_ms.map(Duration::from_millis));
    set(&mut options.callback_timeout, fields.callback_timeout_ms.map(Duration::from_millis));
    set_optional(&mut options.media_base_url, fields.media_base_url);
    set(&mut options.media_dead, fields.media_dead);
    Ok(Json(options.view()))
}

/// `GET /control/queues`: callbacks that are queued, under way or waiting for their next minute.
pub(crate) async fn queues(State(app): State<App>) -> Json<Value> {
    Json(json!({"open": app.queues.open()}))
}

/// `GET /control/log?after=N`.
pub(crate) async fn log(State(app): State<App>, RawQuery(query): RawQuery) -> Json<Value> {
    let after = query.as_deref().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("after="));
    Json(app.world().log.after(after.and_then(|after| after.parse().ok()).unwrap_or_default()))
}

/// `POST /control/reset`.
pub(crate) async fn reset(State(app): State<App>) -> Json<Value> {
    app.queues.stop();
    app.world().reset();
    app.clock.reset();
    Json(json!({"now": app.clock.now()}))
}
