//! Callbacks of a test's own making, signed and posted as Viber does it. Not the simulator's: these can be wrong, and
//! they need no user on a phone.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

/// The header that carries the signature.
pub const SIGNATURE: &str = "X-Viber-Content-Signature";

/// Lower-case hex of HMAC-SHA256 over the body, keyed with the token's text.
#[must_use]
pub fn sign(key: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length; an empty signature would fail loudly.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A `message` callback of a user: `token` tells it from others.
#[must_use]
pub fn message(token: u64, user: &str, message: &Value) -> Vec<u8> {
    let callback = json!({
        "event": "message",
        "timestamp": now_ms(),
        "message_token": token,
        "sender": {"id": user, "name": format!("User {user}"), "language": "uk-UA", "country": "UA", "api_version": 10},
        "message": message,
        "silent": false,
    });
    callback.to_string().into_bytes()
}

/// When it happens: now. What is older than a day is not handled.
#[must_use]
pub fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or_default()
}

/// The same with a text.
#[must_use]
pub fn text(token: u64, user: &str, text: &str) -> Vec<u8> {
    message(token, user, &json!({"type": "text", "text": text}))
}

/// The webhook of an account, and the key that signs for it.
#[derive(Clone)]
pub struct Hook {
    http: Client,
    /// Where callbacks go.
    pub url: String,
    /// The bot's token.
    pub key: String,
}

impl Hook {
    /// The webhook at this address.
    #[must_use]
    pub fn new(url: &str, key: &str) -> Self {
        Self { http: crate::desk::client(), url: url.to_owned(), key: key.to_owned() }
    }

    /// The webhook that the simulator has of a bot.
    ///
    /// # Errors
    /// The bot has none.
    pub async fn of(viber: &crate::SimClient, bot: &str) -> anyhow::Result<Self> {
        let bots = viber.get("bots").await?;
        let bots = bots["items"].as_array().cloned().unwrap_or_default();
        let found = bots.iter().find(|item| item["alias"] == bot).context("the bot exists")?;
        let url = found["webhook"].as_str().context("the bot has a webhook")?;
        Ok(Self::new(url, found["token"].as_str().unwrap_or_default()))
    }

    /// Posts a body with its right signature in the header.
    ///
    /// # Errors
    /// No answer came.
    pub async fn post(&self, body: &[u8]) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        self.post_with(Some(&sign(&self.key, body)), None, body).await
    }

    /// Posts a body with these signatures in header and query.
    ///
    /// # Errors
    /// No answer came.
    pub async fn post_with(
        &self,
        header: Option<&str>,
        query: Option<&str>,
        body: &[u8],
    ) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        let url = query.map_or_else(|| self.url.clone(), |sig| format!("{}?sig={sig}", self.url));
        let mut request = self.http.post(url).header("Content-Type", "application/json").body(body.to_vec());
        if let Some(header) = header {
            request = request.header(SIGNATURE, header);
        }
        let response = request.send().await?;
        let status = response.status();
        Ok((status, response.bytes().await?.to_vec()))
    }
}
