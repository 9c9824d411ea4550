//! Signing in and out. The token comes once, in a form; afterwards the browser has a cookie that no script can read.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::auth::{hash_token, new_token};
use super::super::error::ApiError;
use super::super::language::Language;
use super::layout;
use super::look::{LANGUAGE_COOKIE, Look};
use super::refusal::Refusal;
use super::session::{SESSION_MS, cookie_name, session_hash};
use crate::app::App;
use crate::clock::{now_ms, to_column};

/// How long a browser remembers the language, seconds.
const LANGUAGE_S: u64 = 365 * 24 * 3_600;

/// No `Debug`: it holds a token.
#[derive(Deserialize)]
pub(super) struct SignIn {
    token: String,
    #[serde(default)]
    to: String,
}

/// `GET /login`.
pub(super) async fn page(headers: HeaderMap) -> Response {
    let look = Look::of(&headers, to_column(now_ms()));
    let page = form(&look, "/", None);
    layout::answer(StatusCode::OK, look.language, page)
}

/// The form. A link `/#token=…` fills it in and sends it, by the script: what stands behind `#` goes to no server and into
/// no log.
pub(super) fn form(look: &Look, to: &str, problem: Option<&str>) -> Markup {
    let words = look.words;
    let body = html! {
        main.alone #content {
            h1 { (words.sign_in_title) }
            p.lead { (words.sign_in_lead) }
            form.stack #login method="post" action="/login" {
                input type="hidden" name="to" value=(to);
                label for="token" { (words.token) }
                input #token type="password" name="token" required autocomplete="current-password" autofocus
                    aria-describedby="token-help" spellcheck="false";
                p.faint #token-help { (words.token_help) }
                @if let Some(problem) = problem { p.problem role="alert" { (problem) } }
                button.send { (words.sign_in) }
            }
            (layout::languages(look, to))
        }
    };
    layout::bare(look, words.sign_in, &body)
}

/// `POST /login`.
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(given): Form<SignIn>,
) -> Result<Response, Refusal> {
    let now = now_ms();
    let look = Look::of(&headers, to_column(now));
    let cookie = new_token().map_err(|error| {
        Refusal::new(look.clone(), ApiError::unavailable("no-randomness", error.to_string()))
    })?;
    let (token, hash) = (hash_token(given.token.trim()), hash_token(&cookie));
    let until = to_column(now.saturating_add(SESSION_MS));
    let opened = app.store.write(move |tx| {
        let is_known = tx.token(&token)?.is_some_and(|kept| kept.is_good(to_column(now)));
        if is_known {
            tx.add_session(&hash, &token, until, to_column(now))?;
        }
        Ok(is_known)
    });
    if !opened.await.map_err(|error| Refusal::new(look.clone(), error))? {
        let page = form(&look, inside(&given.to), Some(look.words.token_refused));
        return Ok(layout::answer(StatusCode::UNAUTHORIZED, look.language, page));
    }
    let cookie = set_cookie(&app, cookie_name(&app), &cookie, SESSION_MS / 1_000, true);
    Ok((cookie, Redirect::to(inside(&given.to))).into_response())
}

/// `POST /logout`.
pub(super) async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refusal> {
    if let Some(hash) = session_hash(&headers, &app) {
        let ended = app.store.write(move |tx| tx.end_session(&hash)).await;
        ended.map_err(|error| Refusal::new(Look::of(&headers, to_column(now_ms())), error))?;
    }
    let cookie = set_cookie(&app, cookie_name(&app), "", 0, true);
    Ok((cookie, Redirect::to("/login")).into_response())
}

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    language: String,
    #[serde(default)]
    to: String,
}

/// `POST /language`.
pub(super) async fn choose_language(State(app): State<Arc<App>>, Form(chosen): Form<Chosen>) -> Response {
    let language = Language::of(&chosen.language).unwrap_or(Language::English);
    let cookie = set_cookie(&app, LANGUAGE_COOKIE, language.code(), LANGUAGE_S, false);
    (cookie, Redirect::to(inside(&chosen.to))).into_response()
}

/// Where to go afterwards: a page of ours, whatever was asked for.
fn inside(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '\r']);
    if is_path && to.is_ascii() { to } else { "/" }
}

fn set_cookie(
    app: &App,
    name: &str,
    value: &str,
    max_age_s: u64,
    is_secret: bool,
) -> [(header::HeaderName, HeaderValue); 1] {
    let secure = if app.public_url.starts_with("https://") { "; Secure" } else { "" };
    let hidden = if is_secret { "; HttpOnly" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age_s}; SameSite=Strict{hidden}{secure}");
    let value = HeaderValue::try_from(cookie).unwrap_or_else(|_| HeaderValue::from_static(""));
    [(header::SET_COOKIE, value)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for kept in ["/", "/tasks/5?status=all", "/settings"] {
            assert_eq!(inside(kept), kept);
        }
        for other in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\nb",
            "tasks/5",
        ] {
            assert_eq!(inside(other), "/", "{other}");
        }
    }
}
