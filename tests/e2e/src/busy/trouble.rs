//! Mistakes of those who call the desk, attacks on it, and a channel that tells what it should not. Not here: what goes as
//! it should.

use anyhow::{Context, ensure};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{ANSWER, Busy, FORGED, KEYS, NAME, PHONE, TEXT, WRONG_KEYS};
use crate::callback::{self, Hook, sign};

/// Where the tattler tells the secret; each in every form.
const PLACES: [&str; 13] = [
    "conversation",
    "dedupe",
    "payload",
    "extras",
    "header",
    "header-name",
    "body",
    "unreadable-dedupe",
    "unreadable-problem",
    "unreadable-payload",
    "rejection",
    "stderr",
    "panic",
];
/// Where it tells what a customer writes.
const TEXT_PLACES: [&str; 5] = ["text-stderr", "text-panic", "text-problem", "text-command", "text-receipt"];
const FORMS: [&str; 3] = ["plain", "hex", "base64"];

impl Busy {
    /// Requests that are refused, with something of somebody's in every part of them.
    pub(super) async fn mistakes_are_made(&mut self) -> anyhow::Result<()> {
        self.webhooks_are_refused().await?;
        let (desk, http, mut answered) = (&self.bench.desk, crate::desk::client(), Vec::new());
        for (method, path, body) in [
            (Method::POST, "accounts", format!("{{\"settings\": \"{}\"}}", WRONG_KEYS[2])),
            (Method::POST, "accounts", format!("{{\"name\": [\"{NAME}\"], \"channel\": {}", WRONG_KEYS[2])),
            (Method::POST, "accounts", json!({"channel": WRONG_KEYS[3], "name": NAME}).to_string()),
            (
                Method::POST,
                "accounts",
                json!({"channel": "viber", "settings": {"api_key": [WRONG_KEYS[4]]}}).to_string(),
            ),
            (Method::POST, "tasks/1/actions", format!("{{\"text\": [\"{ANSWER}\"]}}")),
            (Method::POST, "tasks/1/actions", json!({"text": ANSWER, "notify": [999]}).to_string()),
            (Method::POST, "employees", format!("{{\"name\": {{\"{NAME}\": 1}}}}")),
            (Method::PATCH, "tasks/999", json!({"status": TEXT}).to_string()),
            (Method::POST, "nowhere", json!({"text": TEXT}).to_string()),
        ] {
            let request = desk.request(method.clone(), path).bearer_auth(&desk.token);
            let answer = request.header("Content-Type", "application/json").body(body).send().await?;
            ensure!(answer.status().is_client_error(), "{method} {path}: {}", answer.status());
            answered.extend(answer.bytes().await?);
        }
        for path in [
            format!("api/v1/tasks/{PHONE}-{}", WRONG_KEYS[5]),
            format!("api/v1/tasks?cursor={}", WRONG_KEYS[5]),
            format!("api/v1/accounts/{}", WRONG_KEYS[5]),
            format!("files/{}/photo.jpg", FORGED[1]),
            format!("go/{}?context={}", self.account, super::CONTEXT),
            format!("{}/{}", NAME, WRONG_KEYS[5]),
        ] {
            for token in [desk.token.as_str(), FORGED[0]] {
                let answer = http.get(format!("{}/{path}", desk.base)).bearer_auth(token).send().await?;
                ensure!(!answer.status().is_server_error(), "{path}: {}", answer.status());
                answered.extend(answer.bytes().await?);
            }
        }
        self.answered.extend(answered);
        Ok(())
    }

    /// What Viber did not send, or not so.
    async fn webhooks_are_refused(&mut self) -> anyhow::Result<()> {
        let token = self.next_token();
        let body = callback::text(token, super::USER_ID, TEXT);
        let right = sign(KEYS[0], &body);
        for (header, query) in [
            (None, None),
            (Some("no hex"), None),
            (None, Some(FORGED[2])),
            (Some(FORGED[2]), Some(right.as_str())),
        ] {
            let (status, _) = self.hook.post_with(header, query, &body).await?;
            ensure!(status == StatusCode::UNAUTHORIZED, "{status}");
        }
        let (status, _) = self.hook.post_with(None, Some(&right), &body).await?;
        ensure!(status == StatusCode::OK, "signed in the query: {status}");
        self.signatures.push(right);
        let huge = [body, vec![b' '; 128 << 10]].concat();
        let (status, _) = self.hook.post(&huge).await?;
        ensure!(status == StatusCode::PAYLOAD_TOO_LARGE, "{status}");
        for text in [
            format!("{{\"event\": \"message\", {TEXT}"),
            format!("[\"{NAME}\"]"),
            format!("{{\"event\": \"{PHONE}\"}}"),
        ] {
            let (status, _) = self.hook.post(text.as_bytes()).await?;
            ensure!(status == StatusCode::OK, "{text}: {status}");
        }
        Ok(())
    }

    /// A channel that puts the secret it is shown, or what a customer writes, wherever it can.
    pub(super) async fn the_tattler_tells(&mut self) -> anyhow::Result<()> {
        for place in PLACES.iter().chain(&TEXT_PLACES) {
            for form in FORMS {
                let settings = json!({"api_key": KEYS[0], "deed": format!("{place} {form}")});
                let body = json!({"channel": "tattler", "name": "Tattler", "settings": settings});
                let account = self.bench.desk.post("accounts", body).await?;
                let id = account["id"].as_str().context("an account has an id")?;
                let hook = Hook::new(&format!("{}/webhooks/{id}", self.bench.desk.base), "");
                let text = format!("{place} {form}: {TEXT} {PHONE}");
                let (status, answer) = hook.post(text.as_bytes()).await?;
                // A secret in an answer is an answer refused; words on standard error and what a customer wrote are not.
                let is_kept = place.starts_with("text-") || *place == "stderr";
                let expected = if is_kept { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
                ensure!(status == expected && answer.is_empty(), "{place} {form}: {status}");
            }
        }
        Ok(())
    }
}
