//! The control routes of users' actions and raw callbacks: HTTP around `actions.rs`. Routes about bots, users,
//! faults and the clock are in `control.rs`.

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use crate::actions::{self, Details, Place};
use crate::callbacks::{self, Job, Report};
use crate::control::{Failure, Reply, conflict, found_bot, found_user, read};
use crate::delivery::Signature;
use crate::methods::{self, Waiting};
use crate::sending::Planned;
use crate::state::World;
use crate::{App, events};

/// Copies of one callback.
const COPIES_MAX: u32 = 100;

/// `POST /control/bots/{bot}/users/{user}/{action}`.
pub(crate) async fn act(
    State(app): State<App>,
    Path((bot, user, action)): Path<(String, String, String)>,
    body: Bytes,
) -> Reply {
    let details: Details = read(&body)?;
    let now = app.clock.now();
    let (plan, waiting) = {
        let mut world = app.world();
        let (bot, user) = (found_bot(&world, &bot)?, found_user(&world, &user)?);
        if world.bots[bot].webhook.is_none() {
            return Err(conflict("the bot has no webhook, so its chat is closed"));
        }
        let media_base = world.options.media_base_url.clone().unwrap_or_else(|| app.base_url().to_owned());
        let place = Place { media_base: &media_base, bot, user, now };
        let mut planned =
            actions::act(&mut world, place, &action, &details).map_err(|error| conflict(&error))?;
        let last = planned.pop();
        for one in planned {
            methods::queue(&app, &world, bot, Some(user), one);
        }
        let plan = last.as_ref().map(|last| (last.event.clone(), last.token));
        let dispatch = Dispatch::of(&details);
        let waiting = last.map(|last| dispatch.queue(&app, &world, bot, Some(user), last)).transpose()?;
        (plan, waiting.flatten())
    };
    Ok(answer(plan, waiting, details.wait).await)
}

/// The body of [`raw`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// The callback, verbatim: any event, any fields, also wrong ones.
    event: Map<String, Value>,
    /// Whose queue it goes through.
    user: Option<String>,
    #[serde(default)]
    signature: Signature,
    repeat: Option<u32>,
    #[serde(default)]
    parallel: bool,
    wait: Option<bool>,
}

/// `POST /control/bots/{bot}/callback`: a callback of the caller's making.
pub(crate) async fn raw(State(app): State<App>, Path(bot): Path<String>, body: Bytes) -> Reply {
    let raw: Raw = read(&body)?;
    let (plan, waiting) = {
        let world = app.world();
        let bot = found_bot(&world, &bot)?;
        let user = raw.user.as_deref().map(|user| found_user(&world, user)).transpose()?;
        if world.bots[bot].webhook.is_none() {
            return Err(conflict("the bot has no webhook"));
        }
        let event = raw.event.get("event").and_then(Value::as_str).unwrap_or_default().to_owned();
        let token = raw.event.get("message_token").and_then(Value::as_u64).unwrap_or_default();
        let planned = Planned { event: event.clone(), token, body: Value::Object(raw.event) };
        let dispatch = Dispatch {
            copies: raw.repeat.unwrap_or(1).clamp(1, COPIES_MAX),
            parallel: raw.parallel,
            signature: raw.signature,
            filtered: false,
        };
        (Some((event, token)), dispatch.queue(&app, &world, bot, user, planned)?)
    };
    Ok(answer(plan, waiting, raw.wait).await)
}

/// How a callback is sent.
struct Dispatch {
    copies: u32,
    parallel: bool,
    signature: Signature,
    /// Whether the bot's event filter applies.
    filtered: bool,
}

impl Dispatch {
    fn of(details: &Details) -> Self {
        Self {
            copies: details.repeat.unwrap_or(1).clamp(1, COPIES_MAX),
            parallel: details.parallel,
            signature: details.signature,
            filtered: true,
        }
    }

    /// Queues the callback; `None` when the filter keeps it back.
    fn queue(
        self,
        app: &App,
        world: &World,
        bot: usize,
        user: Option<usize>,
        planned: Planned,
    ) -> Result<Option<Waiting>, Failure> {
        if self.filtered && !methods::wants(world, bot, &planned.event) {
            return Ok(None);
        }
        let (report, waiting) = oneshot::channel();
        let job = Job {
            bot,
            user,
            event: planned.event,
            token: planned.token,
            body: events::encode(&planned.body, world.options.escape_unicode),
            copies: self.copies,
            parallel: self.parallel,
            signature: self.signature,
            report: Some(report),
        };
        match app.queues.push(app, job) {
            Ok(stalled) => Ok(Some((waiting, stalled))),
            Err(callbacks::QueueFull) => Err(conflict("too many events wait for this user")),
        }
    }
}

async fn answer(
    plan: Option<(String, u64)>,
    waiting: Option<Waiting>,
    wait: Option<bool>,
) -> axum::Json<Value> {
    let sent = waiting.is_some();
    let report = match waiting {
        Some((report, stalled)) if wait.unwrap_or(true) => callbacks::first_answer(report, stalled).await,
        _ => Report::default(),
    };
    let (event, token) = plan.unzip();
    axum::Json(json!({
        "event": event,
        "message_token": token.map(|token| token.to_string()),
        "sent": sent,
        "status": report.status,
        "attempts": report.attempts,
        "answers": report.answers,
        "body": report.body,
    }))
}
