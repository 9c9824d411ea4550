//! Viber's REST side: the envelope, authentication and scripted faults around the methods. The methods
//! themselves are in `methods.rs`, `webhook.rs` and `sending.rs`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::faults::{Cut, Fault};
use crate::listener::Scissors;
use crate::rules::{self, Refusal, refuse};
use crate::{App, events, log, methods};

/// The methods that exist; anything else is 404.
pub(crate) const METHODS: [&str; 6] = [
    "set_webhook",
    "get_account_info",
    "send_message",
    "get_user_details",
    "get_online",
    "broadcast_message",
];

/// One request, read as far as it can be.
pub(crate) struct Request {
    pub(crate) method: String,
    /// The bot, or why there is none.
    pub(crate) bot: Result<usize, Refusal>,
    /// The user it is about, if it names one.
    pub(crate) user: Option<usize>,
    /// The body's fields, or why there are none.
    pub(crate) fields: Result<Map<String, Value>, Refusal>,
}

/// `POST /pa/{method}`.
pub(crate) async fn call(
    State(app): State<App>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if !METHODS.contains(&method.as_str()) {
        return plain(StatusCode::NOT_FOUND, "text/plain", "Not Found".into());
    }
    let token = token_of(&headers, &body);
    let request = read(&app, method, token.as_deref(), &body);
    let fault = app.world().faults.take(&request.method, request.bot.clone().ok(), request.user);
    let faulty = fault.is_some();
    let fault = fault.unwrap_or_default();
    pause(fault.delay_ms).await;
    let answer = answer(&app, &request, &fault).await;
    pause(fault.answer_delay_ms).await;
    if fault.drop.is_some() {
        scissors.cut();
    }
    let fields = json!({
        "method": request.method,
        "bot": request.bot.as_ref().ok().map(|bot| format!("b{}", bot + 1)),
        "user": request.user.map(|user| format!("u{}", user + 1)),
        "token": token.as_deref().map(log::masked),
        "request": log::shown(&body),
        "http": answer.status().as_u16(),
        "answer": log::shown(answer.body()),
        "fault": faulty,
        "dropped": fault.drop,
    });
    app.world().log.push(app.clock.now(), "request", fields);
    answer.map(Body::from)
}

fn token_of(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let header = headers.get("X-Viber-Auth-Token").and_then(|value| value.to_str().ok());
    let in_body =
        || serde_json::from_slice::<Value>(body).ok()?.get("auth_token")?.as_str().map(str::to_owned);
    header.map(str::to_owned).or_else(in_body)
}

fn read(app: &App, method: String, token: Option<&str>, body: &[u8]) -> Request {
    let world = app.world();
    let bot = match token {
        None => refuse(2, "missing_auth_token"),
        Some(token) => world.bot_with_token(token).map_or_else(|| refuse(2, "invalidAuthToken"), Ok),
    };
    let fields = match serde_json::from_slice(body) {
        _ if body.len() > rules::BODY_BYTES_MAX => refuse(3, "badData: request body is larger than 30 kB"),
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => refuse(3, "badData: request is not a JSON object"),
        Err(error) => refuse(3, format!("badData: request is not JSON: {error}")),
    };
    let named = fields.as_ref().ok().and_then(|fields| fields.get("receiver").or_else(|| fields.get("id")));
    let user = match (&bot, named.and_then(Value::as_str)) {
        (Ok(bot), Some(id)) => world.bots[*bot].user(id),
        _ => None,
    };
    Request { method, bot, user, fields }
}

/// The answer: a scripted one that replaces the method, or the method's own.
async fn answer(app: &App, request: &Request, fault: &Fault) -> Response<Bytes> {
    if fault.drop == Some(Cut::Before) {
        return respond(StatusCode::OK, "text/plain", Bytes::new());
    }
    if fault.html {
        let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
        return respond(StatusCode::OK, "text/html", page.into());
    }
    if let Some(status) = fault.http {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = fault.body.clone().unwrap_or_default();
        let mut response = respond(status, "text/plain", body.into());
        if let Some(seconds) = fault.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        return response;
    }
    let mut envelope = match fault.status {
        Some(status) => scripted(app, fault, status),
        None => methods::perform(app, request, fault.receipt_before_answer)
            .await
            .unwrap_or_else(|Refusal { status, message }| refusal(app, status, &message)),
    };
    if fault.status_as_string
        && let Some(status) = envelope["status"].as_i64()
    {
        envelope["status"] = status.to_string().into();
    }
    respond(StatusCode::OK, "application/json", envelope.to_string().into())
}

fn scripted(app: &App, fault: &Fault, status: i64) -> Value {
    let token = app.world().next_token(app.clock.now());
    let mut envelope = json!({"status": status, "chat_hostname": events::hostname(token)});
    if let Some(text) = &fault.status_message {
        envelope["status_message"] = text.as_str().into();
    }
    if fault.with_token {
        envelope["message_token"] = token.into();
    }
    envelope
}

fn refusal(app: &App, status: i64, message: &str) -> Value {
    let token = app.world().next_token(app.clock.now());
    let mut envelope =
        json!({"status": status, "status_message": message, "chat_hostname": events::hostname(token)});
    // Seen in reality: a malformed receiver is refused with a token, so a token does not mean success.
    if status == 999 {
        envelope["message_token"] = token.into();
    }
    envelope
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn respond(status: StatusCode, media_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    response
}

/// A finished response of any kind.
pub(crate) fn plain(status: StatusCode, media_type: &'static str, body: Bytes) -> Response<Body> {
    respond(status, media_type, body).map(Body::from)
}
