//! Who calls the API: a bearer token, its scope, its employee. A handler names what it needs by its argument
//! ([`Reader`], [`Operator`], [`Admin`]), so a route without a guard is seen where it is written.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use desk_store::{KeptToken, TokenRow};
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use crate::app::App;
use crate::clock::{now_ms, to_column};

/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read everything but tokens and quick replies.
    Read,
    /// Read, and work in tasks.
    Operate,
    /// Everything.
    Admin,
}

impl Scope {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Admin => "admin",
        }
    }
}

/// May read.
pub(crate) struct Reader {
    pub(crate) token: TokenRow,
    /// What the store knows the token by.
    pub(crate) hash: String,
}
/// May read, and work in tasks.
pub(crate) struct Operator(pub(crate) TokenRow);
/// May do everything.
pub(crate) struct Admin(pub(crate) TokenRow);

/// A new token: 256 bits, with a prefix by which people and scanners know it.
///
/// # Errors
/// The system has no randomness.
pub fn new_token() -> anyhow::Result<String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(format!("desk_{}", hex(&bytes)))
}

/// What the store keeps of a token. One round of SHA-256 is enough for 256 random bits, and finding a row by it gives
/// nothing away about the token.
#[must_use]
pub fn hash_token(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn caller(parts: &Parts, app: &App) -> Result<Reader, ApiError> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(ApiError::unauthorized)?;
    let hash = hash_token(given.trim());
    let sought = hash.clone();
    let found = app.store.read(move |tx| tx.token(&sought)).await?.ok_or_else(ApiError::unauthorized)?;
    let now = to_column(now_ms());
    if !found.is_good(now) {
        return Err(ApiError::expired());
    }
    note_use(app, &found, now);
    Ok(Reader { token: found.token, hash })
}

/// Notes the day of use, once a day. Nobody waits for it: a full disk must not keep anybody from reading.
fn note_use(app: &App, found: &KeptToken, now: i64) {
    let (id, today) = (found.id, now - now % DAY_MS);
    if found.used_on.is_none_or(|day| day < today) {
        let store = app.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.write(move |tx| tx.note_token_use(id, today)).await {
                tracing::warn!(token.id = id, %error, "a token's use was not noted");
            }
        });
    }
}

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        caller(parts, app).await
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Reader { token, .. } = caller(parts, app).await?;
        match token.scope.as_str() {
            "operate" | "admin" => Ok(Self(token)),
            _ => Err(ApiError::forbidden("operate or admin")),
        }
    }
}

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Reader { token, .. } = caller(parts, app).await?;
        if token.scope == "admin" { Ok(Self(token)) } else { Err(ApiError::forbidden("admin")) }
    }
}
