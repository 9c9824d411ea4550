//! The first step of a webhook: is it Viber's, what is it about, what is answered; not what follows from it.

use conversation::{
    Account, Header, HttpRequest, HttpResponse, Inbound, Problem, ProblemClass, Receipt, Rejection, Secret,
    Unreadable,
};

use crate::callback::{self, Callback, CallbackError, Event};
use crate::ids;
use crate::limits::{TIME_AHEAD_MS_MAX, TIME_MS_MIN};
use crate::prelude::*;
use crate::settings;
use crate::signature::{self, SignatureError};
use crate::welcome;

/// The name of the secret setting that holds the token.
pub(crate) const API_KEY: &str = "api_key";

/// Authenticates a request and says what it is about. Nothing of a request that is not Viber's is parsed.
///
/// # Errors
/// A rejection: 405 `method-not-allowed`; 401 `missing-signature`, `bad-signature` or `missing-key`.
pub fn receive_webhook(
    account: &Account,
    secrets: &[Secret],
    request: &HttpRequest,
) -> Result<Receipt, Rejection> {
    if request.method != "POST" {
        return Err(rejection(405, "method-not-allowed", "the webhook takes POST only"));
    }
    let key = secrets.iter().find(|secret| secret.name == API_KEY).map(|secret| secret.value.as_str());
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Err(rejection(401, "missing-key", "the account has no API key to check the signature with"));
    };
    signature::verify(key, &request.headers, &request.query, &request.body).map_err(|error| match error {
        SignatureError::Missing => rejection(401, "missing-signature", "the request has no signature"),
        SignatureError::Bad => rejection(401, "bad-signature", "the signature does not fit the body"),
    })?;
    Ok(match callback::parse(&request.body) {
        Ok(callback) => read(account, &callback, &request.body),
        Err(error) => unreadable(&request.body, error.code(), malformed(error)),
    })
}

fn read(account: &Account, callback: &Callback, body: &[u8]) -> Receipt {
    let conversation = match &callback.event {
        Event::Unknown(name) => {
            let text =
                format!("Viber sent an event that nobody has described: {}", crate::chars::cut(name, 60));
            return unreadable(body, "unknown-event", text);
        }
        Event::ChatExtension | Event::Ignored => return empty(),
        Event::Webhook => "",
        Event::Subscribed(user)
        | Event::ConversationStarted { user, .. }
        | Event::Message { sender: user, .. } => &user.id,
        Event::Unsubscribed { user_id } => user_id,
        Event::Delivered { user_id } | Event::Seen { user_id } | Event::Failed { user_id, .. } => {
            user_id.as_deref().unwrap_or_default()
        }
    };
    let inbound = Inbound {
        conversation: conversation.to_owned(),
        dedupe: dedupe(callback, conversation, body),
        at: at(account, callback),
        payload: body.to_vec(),
        extras: Vec::new(),
    };
    Receipt { response: response(account, &callback.event), inbound: vec![inbound], unreadable: Vec::new() }
}

/// Receipts reuse the token of the message that they speak of, and a message of ours has one for each device and
/// customer: only event, token and user together name a thing.
fn dedupe(callback: &Callback, user: &str, body: &[u8]) -> String {
    match &callback.message_token {
        Some(token) => format!("{}:{token}:{user}", event_name(&callback.event)),
        None => raw_dedupe(body),
    }
}

fn raw_dedupe(body: &[u8]) -> String {
    format!("raw:{}", ids::digest_hex(body))
}

fn event_name(event: &Event) -> &'static str {
    match event {
        Event::Webhook => "webhook",
        Event::Subscribed(_) => "subscribed",
        Event::Unsubscribed { .. } => "unsubscribed",
        Event::ConversationStarted { .. } => "conversation_started",
        Event::Message { .. } | Event::ChatExtension => "message",
        Event::Delivered { .. } => "delivered",
        Event::Seen { .. } => "seen",
        Event::Failed { .. } => "failed",
        Event::Ignored | Event::Unknown(_) => "other",
    }
}

/// Viber's time stamp if it can be one; the call's time if not, as where it is swapped with the token.
fn at(account: &Account, callback: &Callback) -> u64 {
    let until = account.now.saturating_add(TIME_AHEAD_MS_MAX);
    callback.timestamp.filter(|at| (TIME_MS_MIN..=until).contains(at)).unwrap_or(account.now)
}

/// 200 and nothing, or the welcome message, which travels in this response and in no other way.
fn response(account: &Account, event: &Event) -> HttpResponse {
    let Event::ConversationStarted { user, subscribed, .. } = event else { return ok() };
    // Settings that cannot be read are told where a person sees it, by the second step.
    let settings = settings::parse(&account.settings).unwrap_or_default();
    match welcome::body(account, &settings, user, *subscribed) {
        Some(body) => {
            let name = "content-type".to_owned();
            HttpResponse {
                status: 200,
                headers: vec![Header { name, value: "application/json".to_owned() }],
                body,
            }
        }
        None => ok(),
    }
}

fn ok() -> HttpResponse {
    HttpResponse { status: 200, headers: Vec::new(), body: Vec::new() }
}

fn empty() -> Receipt {
    Receipt { response: ok(), inbound: Vec::new(), unreadable: Vec::new() }
}

/// 200 all the same: anything else makes Viber repeat it for an hour. developers.viber.com, FAQ; checked 2026-11.
fn unreadable(body: &[u8], code: &str, text: String) -> Receipt {
    let problem = Problem::new(ProblemClass::Malformed, code, text, "Report this with what came.");
    let unreadable = Unreadable { dedupe: raw_dedupe(body), problem, payload: body.to_vec() };
    Receipt { response: ok(), inbound: Vec::new(), unreadable: vec![unreadable] }
}

fn malformed(error: CallbackError) -> String {
    format!("Viber sent what cannot be read: {error}")
}

fn rejection(status: u16, code: &str, text: &str) -> Rejection {
    Rejection { status, problem: Problem::new(ProblemClass::Unauthenticated, code, text, "") }
}

#[cfg(test)]
#[path = "tests/receive.rs"]
mod tests;
