//! The methods of the REST side, one function each. `set_webhook` is in `webhook.rs`, the rules of sending are in
//! `sending.rs`.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::callbacks::{self, Job};
use crate::delivery::Signature;
use crate::rest::Request;
use crate::rules::{self, Refusal, refuse};
use crate::sending::{self, Planned};
use crate::state::World;
use crate::{App, events, webhook};

/// Questions about one user in [`DETAILS_WINDOW_MS`].
const DETAILS_MAX: usize = 2;
const DETAILS_WINDOW_MS: u64 = 12 * 3_600_000;
/// Ids of one `get_online`.
const ONLINE_IDS_MAX: usize = 100;
/// How long an answer waits for early receipts.
const EARLY_RECEIPTS_MAX: Duration = Duration::from_secs(6);

type Answer = Result<Value, Refusal>;

/// Does what the request asks. `early_receipts` sends `delivered` before the answer.
pub(crate) async fn perform(app: &App, request: &Request, early_receipts: bool) -> Answer {
    let bot = request.bot.clone()?;
    let fields = request.fields.as_ref().map_err(Clone::clone)?;
    let now = app.clock.now();
    match request.method.as_str() {
        "set_webhook" => webhook::set(app, bot, fields).await,
        "send_message" => send_message(app, bot, fields, early_receipts).await,
        "broadcast_message" => broadcast_message(app, bot, fields),
        "get_account_info" => account_info(&mut app.world(), bot, now),
        "get_user_details" => user_details(&mut app.world(), bot, fields, now),
        "get_online" => online(&mut app.world(), bot, fields, now),
        other => refuse(3, format!("badData: no method {other}")),
    }
}

async fn send_message(app: &App, bot: usize, fields: &Map<String, Value>, early_receipts: bool) -> Answer {
    let accepted = sending::send(&mut app.world(), bot, fields, app.clock.now())?;
    if early_receipts {
        deliver(app, bot, accepted.user, accepted.token, EARLY_RECEIPTS_MAX).await;
    } else {
        deliver_soon(app, bot, accepted.user, accepted.token);
    }
    let mut answer = events::ok(accepted.token);
    answer["message_token"] = accepted.token.into();
    answer["billing_status"] = accepted.billing_status.into();
    Ok(answer)
}

fn broadcast_message(app: &App, bot: usize, fields: &Map<String, Value>) -> Answer {
    let (answer, accepted) = sending::broadcast(&mut app.world(), bot, fields, app.clock.now())?;
    for one in accepted {
        deliver_soon(app, bot, one.user, one.token);
    }
    Ok(answer)
}

/// Receipts a moment after the answer, in real time.
fn deliver_soon(app: &App, bot: usize, user: usize, token: u64) {
    let app = App::clone(app);
    let delay = app.world().options.receipt_delay;
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        deliver(&app, bot, user, token, Duration::ZERO).await;
    });
}

/// Queues the receipts of what has arrived and waits for their first answers, at most so long.
pub(crate) async fn deliver(app: &App, bot: usize, user: usize, up_to_token: u64, wait: Duration) {
    let waiting: Vec<_> = {
        let mut world = app.world();
        let planned = sending::receipts(&mut world, bot, user, up_to_token, app.clock.now());
        planned.into_iter().filter_map(|planned| queue(app, &world, bot, Some(user), planned)).collect()
    };
    let all = async {
        for (report, stalled) in waiting {
            callbacks::first_answer(report, stalled).await;
        }
    };
    if !wait.is_zero() {
        // Too slow a webhook is answered anyway: the answer must not hang on it.
        let _ = tokio::time::timeout(wait, all).await;
    }
}

/// The ends on which a first answer can be awaited.
pub(crate) type Waiting =
    (tokio::sync::oneshot::Receiver<callbacks::Report>, tokio::sync::watch::Receiver<bool>);

/// Queues one event if the webhook wants it. The world is locked by the caller, so that events leave in the
/// order in which they happened.
pub(crate) fn queue(
    app: &App,
    world: &World,
    bot: usize,
    user: Option<usize>,
    planned: Planned,
) -> Option<Waiting> {
    if !wants(world, bot, &planned.event) {
        return None;
    }
    let (report, waiting) = tokio::sync::oneshot::channel();
    let job = Job {
        bot,
        user,
        event: planned.event,
        token: planned.token,
        body: events::encode(&planned.body, world.options.escape_unicode),
        copies: 1,
        parallel: false,
        signature: Signature::Both,
        report: Some(report),
    };
    // A full queue loses receipts, as an outage of more than an hour would.
    app.queues.push(app, job).ok().map(|stalled| (waiting, stalled))
}

/// Whether the webhook is set and its filter lets the event through.
pub(crate) fn wants(world: &World, bot: usize, event: &str) -> bool {
    let Some(hook) = world.bots.get(bot).and_then(|bot| bot.webhook.as_ref()) else { return false };
    events::effective(hook.event_types.as_deref()).contains(&event)
}

fn account_info(world: &mut World, bot: usize, now: u64) -> Answer {
    sending::check_account(world, bot)?;
    let subscribers = world.subscribers(bot);
    let mut answer = events::ok(world.next_token(now));
    let account = &world.bots[bot];
    answer["id"] = account.id.as_str().into();
    answer["name"] = account.name.as_str().into();
    answer["uri"] = account.uri.as_str().into();
    answer["icon"] = account.avatar.as_deref().unwrap_or("https://media.example/bot-icon.jpg").into();
    answer["category"] = "Companies, Brands & Products".into();
    answer["subcategory"] = "IT".into();
    answer["location"] = json!({"lat": 50.45, "lon": 30.52});
    answer["country"] = "UA".into();
    answer["subscribers_count"] = subscribers.into();
    answer["members"] =
        json!([{"id": "c2ltdWxhdGVkLWFkbWluIQ==", "name": "Simulated Admin", "role": "admin"}]);
    answer["chat_flags"] = json!([]);
    if let Some(hook) = &account.webhook {
        answer["webhook"] = hook.url.as_str().into();
        answer["event_types"] = events::effective(hook.event_types.as_deref()).into();
    }
    Ok(answer)
}

fn user_details(world: &mut World, bot: usize, fields: &Map<String, Value>, now: u64) -> Answer {
    sending::check_account(world, bot)?;
    let id = rules::required(fields, "id")?.as_str().unwrap_or_default();
    let Some(user) = world.bots[bot].user(id) else { return refuse(5, "receiverNotRegistered") };
    let chat = world.chat(bot, user);
    if !chat.subscribed {
        return refuse(6, "notSubscribed");
    }
    chat.details_asked_at.retain(|at| now < at + DETAILS_WINDOW_MS);
    if chat.details_asked_at.len() >= DETAILS_MAX {
        return refuse(12, "tooManyRequests");
    }
    chat.details_asked_at.push(now);
    let mut answer = events::ok(world.next_token(now));
    let mut object = events::user_object(world, bot, user);
    object["primary_device_os"] = "Android 14".into();
    object["viber_version"] = "23.4.0.1".into();
    object["mcc"] = 255.into();
    object["mnc"] = 1.into();
    object["device_type"] = "SIM-1".into();
    answer["user"] = object;
    Ok(answer)
}

fn online(world: &mut World, bot: usize, fields: &Map<String, Value>, now: u64) -> Answer {
    sending::check_account(world, bot)?;
    let Some(ids) = rules::required(fields, "ids")?.as_array() else {
        return refuse(3, "badData: ids is not an array");
    };
    if ids.is_empty() || ids.len() > ONLINE_IDS_MAX {
        return refuse(3, format!("badData: ids must have 1 to {ONLINE_IDS_MAX} elements"));
    }
    let describe = |id: &Value| {
        let user = id.as_str().and_then(|id| world.bots[bot].user(id));
        let user = user.filter(|user| world.chats.get(&(bot, *user)).is_some_and(|chat| chat.subscribed));
        match user.map(|user| world.users[user].online) {
            Some(true) => json!({"id": id, "online_status": 0, "online_status_message": "online"}),
            Some(false) => {
                json!({"id": id, "online_status": 1, "online_status_message": "offline", "last_online": now})
            }
            None => {
                json!({"id": id, "online_status": 4, "online_status_message": "unavailable", "last_online": 0})
            }
        }
    };
    let users: Vec<Value> = ids.iter().map(describe).collect();
    let mut answer = events::ok(world.next_token(now));
    answer["users"] = users.into();
    Ok(answer)
}
