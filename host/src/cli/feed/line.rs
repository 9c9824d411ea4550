//! A line of `desk feed`, as people write it: what can be derived may be left out.

use base64::Engine as _;
use channel_engine::contract::{AccountRequest, Header, HttpRequest};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::Sha256;

/// One event. Exactly one of the last five is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// The time of the call, ms.
    pub(super) now: u64,
    /// Overrides the conversation that is derived from the task, contact or call.
    pub(super) conversation: Option<String>,
    pub(super) webhook: Option<WebhookLine>,
    pub(super) task_event: Option<Map<String, Value>>,
    pub(super) reply: Option<Map<String, Value>>,
    pub(super) answer: Option<Map<String, Value>>,
    pub(super) account_request: Option<AccountRequest>,
}

/// A raw request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookLine {
    #[serde(default = "post")]
    method: String,
    /// May have a query.
    #[serde(default = "root")]
    path: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    body_base64: Option<String>,
    /// Sign with the secret `api_key` first: HMAC-SHA256 of the body, hex, in the first header that the manifest names.
    #[serde(default)]
    sign: bool,
}

fn post() -> String {
    "POST".into()
}

fn root() -> String {
    "/".into()
}

impl WebhookLine {
    /// The request that a host would pass.
    pub(super) fn request(self, wanted: &[String], api_key: Option<&str>) -> anyhow::Result<HttpRequest> {
        let body = match &self.body_base64 {
            Some(text) => base64::engine::general_purpose::STANDARD.decode(text)?,
            None => self.body.into_bytes(),
        };
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut headers: Vec<Header> = self
            .headers
            .into_iter()
            .map(|(name, value)| Header { name: name.to_ascii_lowercase(), value })
            .filter(|header| wanted.contains(&header.name))
            .collect();
        if self.sign {
            let key = api_key.ok_or_else(|| anyhow::anyhow!("`sign` needs the secret `api_key`"))?;
            let name = wanted.first().ok_or_else(|| anyhow::anyhow!("the channel wants no header"))?;
            headers.push(Header { name: name.clone(), value: signature(key, &body)? });
        }
        Ok(HttpRequest { method: self.method, path: path.into(), query: query.into(), headers, body })
    }
}

fn signature(key: &str, body: &[u8]) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())?;
    mac.update(body);
    Ok(crate::http::hex(&mac.finalize().into_bytes()))
}
