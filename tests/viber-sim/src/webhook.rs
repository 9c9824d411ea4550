//! `set_webhook`: validates, calls the webhook back while the request is open, and only then stores it. Not the
//! calls that follow, which are in `callbacks.rs`.

use serde_json::{Map, Value, json};

use crate::delivery::{self, Answer, Signature};
use crate::rules::{self, Refusal, refuse};
use crate::state::Webhook;
use crate::{App, events, log, sending};

/// The method.
pub(crate) async fn set(app: &App, bot: usize, fields: &Map<String, Value>) -> Result<Value, Refusal> {
    sending::check_account(&app.world(), bot)?;
    // An absent or null URL is refused: only the empty string removes a webhook.
    let Some(url) = rules::required(fields, "url")?.as_str() else {
        return refuse(3, "badData: url is not a string");
    };
    let now = app.clock.now();
    if url.is_empty() {
        let mut world = app.world();
        world.bots[bot].webhook = None;
        return Ok(events::ok(world.next_token(now)));
    }
    let wanted = read(url, fields)?;
    check_url(url, app.world().options.allow_http)?;
    validate(app, bot, url).await?;
    let mut world = app.world();
    let mut answer = events::ok(world.next_token(now));
    answer["event_types"] = events::effective(wanted.event_types.as_deref()).into();
    // The bot can be gone: the control side may have reset everything during the call.
    let Some(account) = world.bots.get_mut(bot) else { return refuse(8, "publicAccountNotFound") };
    account.webhook = Some(wanted);
    Ok(answer)
}

fn read(url: &str, fields: &Map<String, Value>) -> Result<Webhook, Refusal> {
    let flag = |key: &str| match fields.get(key) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => refuse(3, format!("badData: {key} is not a boolean")),
    };
    Ok(Webhook {
        url: url.to_owned(),
        event_types: fields.get("event_types").map(event_types).transpose()?,
        send_name: flag("send_name")?,
        send_photo: flag("send_photo")?,
    })
}

fn event_types(value: &Value) -> Result<Vec<String>, Refusal> {
    let Some(list) = value.as_array() else { return refuse(3, "badData: event_types is not an array") };
    let mut events = Vec::new();
    for entry in list {
        match entry.as_str() {
            Some(name) if events::ALL.contains(&name) => events.push(name.to_owned()),
            _ => {
                return refuse(
                    3,
                    format!("badData: instance value ({entry}) not found in enum of event_types"),
                );
            }
        }
    }
    Ok(events)
}

fn check_url(url: &str, allow_http: bool) -> rules::Check {
    let scheme = url.starts_with("https://") || allow_http && url.starts_with("http://");
    if !scheme || rules::check_url("url", &url.into()).is_err() {
        return refuse(1, format!("invalidUrl: {url}"));
    }
    Ok(())
}

/// The callback. Exactly 200 in time is success; a redirect is not followed.
async fn validate(app: &App, bot: usize, url: &str) -> rules::Check {
    let now = app.clock.now();
    let (token, key, escape) = {
        let mut world = app.world();
        let token = world.next_token(now);
        (token, world.bots[bot].token.clone(), world.options.escape_unicode)
    };
    let event = Value::Object(events::envelope("webhook", now, token));
    let answer = delivery::post(app, url, &key, &events::encode(&event, escape), Signature::Both).await;
    let fields = json!({
        "bot": format!("b{}", bot + 1),
        "user": null,
        "event": "webhook",
        "message_token": token.to_string(),
        "attempt": 1,
        "url": url,
        "status": answer.status,
        "answer": log::shown(&answer.body),
        "problem": answer.problem.as_ref().map(ToString::to_string),
        "body": event,
    });
    app.world().log.push(app.clock.now(), "callback", fields);
    if answer.status == Some(200) {
        return Ok(());
    }
    refuse(1, prose(url, &answer))
}

/// The text of a Java HTTP client, which is all that Viber tells an operator.
fn prose(url: &str, answer: &Answer) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |at| &after_scheme[at..]);
    let request = format!("Result[HttpRequest[POST {path} HTTP/1.1]@5b37e0d2 > ");
    match (&answer.problem, answer.status) {
        (Some(problem), _) => format!("{request}HttpResponse[null 0 null]@1c8f4a60] {problem}"),
        (None, status) => {
            let status = status.unwrap_or_default();
            let reason = reason(status);
            format!("{request}HttpResponse[HTTP/1.1 {status} {reason}]@1c8f4a60] unexpected status")
        }
    }
}

fn reason(status: u16) -> &'static str {
    let status = axum::http::StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("unknown status")
}
