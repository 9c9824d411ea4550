//! Who looks at the console: a cookie, the token that it was opened with, and that token's scope and employee. A handler
//! names what it needs by its argument, as the API's do. Not here: signing in (`login`).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use desk_store::{Employee, StoreError, TokenRow};

use super::super::auth::hash_token;
use super::look::{Look, cookie};
use super::refusal::Refusal;
use crate::app::App;
use crate::clock::{now_ms, to_column};

/// How long a session lasts, ms: two weeks, so that who comes each day signs in seldom.
pub(super) const SESSION_MS: u64 = 14 * 24 * 3_600_000;

/// Somebody who is signed in, and may read.
pub(super) struct Reader {
    pub(super) token: TokenRow,
    /// Who they are in the helpdesk: the token's employee; the owner where it has none.
    pub(super) me: Employee,
    pub(super) look: Look,
}

/// A reader who may work in tasks.
pub(super) struct Operator(pub(super) Reader);

/// A reader who may do everything.
pub(super) struct Admin(pub(super) Reader);

impl Reader {
    pub(super) fn may_operate(&self) -> bool {
        matches!(self.token.scope.as_str(), "operate" | "admin")
    }

    pub(super) fn may_administer(&self) -> bool {
        self.token.scope == "admin"
    }
}

/// The cookie's name. Over TLS with a prefix by which browsers take it from nobody but this host.
pub(super) fn cookie_name(app: &App) -> &'static str {
    if app.public_url.starts_with("https://") { "__Host-desk_session" } else { "desk_session" }
}

/// The hash of the session's cookie, as the store knows it.
pub(super) fn session_hash(headers: &HeaderMap, app: &App) -> Option<String> {
    cookie(headers, cookie_name(app)).map(hash_token)
}

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let now = to_column(now_ms());
        let look = Look::of(&parts.headers, now);
        let Some(hash) = session_hash(&parts.headers, app) else {
            return Err(Refusal::sign_in(look, &parts.uri));
        };
        let found = app
            .store
            .read(move |tx| {
                let Some(token) = tx.session(&hash, now)? else { return Ok(None) };
                let me = tx.employee_of(&token)?.ok_or(StoreError::Missing("the employee"))?;
                Ok(Some((token, me)))
            })
            .await;
        match found {
            Ok(Some((token, me))) => Ok(Self { token, me, look }),
            Ok(None) => Err(Refusal::sign_in(look, &parts.uri)),
            Err(error) => Err(Refusal::new(look, error)),
        }
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let reader = Reader::from_request_parts(parts, app).await?;
        if reader.may_operate() { Ok(Self(reader)) } else { Err(Refusal::scope(reader.look, "operate")) }
    }
}

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let reader = Reader::from_request_parts(parts, app).await?;
        if reader.may_administer() { Ok(Self(reader)) } else { Err(Refusal::scope(reader.look, "admin")) }
    }
}
