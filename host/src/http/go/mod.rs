//! `/go/{account}`: where a published link leads. It opens the chat where that works, and helps where it does not (S22).
//! Public, without a session; it shows nothing but what the messenger shows of the bot.

mod page;
mod qr;
mod words;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_store::AccountRow;

use super::error::{ApiError, ApiResult};
use super::extract::{Path, Query};
use super::language::Language;
use crate::app::App;
use crate::desk::entry::{self, Carried};
use page::{Landing, Messenger};

/// Longest link with what it carries, bytes: the most that phones' cameras still read from a screen, and far below what
/// browsers and QR codes hold.
const LINK_BYTES_MAX: usize = 1_000;
/// How long browsers and proxies may keep the page: a bot that was taken down is gone everywhere by then.
const PAGE_CACHE: &str = "public, max-age=300";

const STYLE: &str = include_str!("go.css");
const SCRIPT: &str = include_str!("go.js");
/// The page's sign in the browser's tab.
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><path fill=\"#6a55e8\" \
                    d=\"M3 1h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H8l-4 4v-4H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z\"/></svg>";

/// The query, of which anything may come: what is not known is passed over, and of the same name the first counts.
pub(super) type Asked = Query<Vec<(String, String)>>;

fn first(asked: &Asked, name: &str) -> Option<String> {
    asked.0.iter().find(|(has, _)| has == name).map(|(_, value)| value.clone())
}

fn carried(asked: &Asked) -> Carried {
    Carried { context: first(asked, "context"), text: first(asked, "text") }
}

/// `GET /go/{account}`.
pub(super) async fn landing(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::choose(first(&asked, "lang").as_deref(), accepted.unwrap_or_default());
    let Some(row) = find(&app, account).await? else {
        return Ok(show(StatusCode::NOT_FOUND, language, "'none'", page::gone(language)));
    };
    let carried = carried(&asked);
    let Some((link, code)) = entry::deep_link(&row).and_then(|link| whole(link, &carried)) else {
        return Ok(show(StatusCode::BAD_REQUEST, language, "'none'", page::too_long(language)));
    };
    let profile = row.profile.clone().unwrap_or_default();
    let avatar = profile["avatar"].as_str().and_then(secure);
    let page = page::landing(&Landing {
        language,
        messenger: &messenger(&app, &row.channel),
        name: profile["name"].as_str().filter(|name| !name.is_empty()).unwrap_or(&row.name),
        avatar: avatar.as_deref(),
        link: &link,
        // A query that has begun: what is carried comes behind `&`.
        query: entry::carrying("?", &carried).trim_start_matches('?'),
        qr: &code,
    });
    let frames = format!("{}:", link.split(':').next().unwrap_or_default());
    Ok(show(StatusCode::OK, language, &frames, page))
}

/// `GET /go/{account}/qr.svg`.
pub(super) async fn qr(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    asked: Asked,
) -> ApiResult<Response> {
    let carried = carried(&asked);
    let row = find(&app, account).await?.ok_or_else(|| ApiError::not_found("the account's link"))?;
    let code = entry::deep_link(&row).and_then(|link| whole(link, &carried)).ok_or_else(|| {
        let detail =
            format!("`context` and `text` make the link longer than {LINK_BYTES_MAX} bytes: shorten them");
        ApiError::bad_request("link-too-long", detail)
    })?;
    Ok(answer("image/svg+xml", PAGE_CACHE, code.1))
}

/// `GET /go/assets/{file}`.
pub(super) async fn asset(Path(file): Path<String>) -> Response {
    match file.as_str() {
        "go.css" => answer("text/css; charset=utf-8", PAGE_CACHE, STYLE.to_owned()),
        "go.js" => answer("text/javascript; charset=utf-8", PAGE_CACHE, SCRIPT.to_owned()),
        "go.svg" => answer("image/svg+xml", PAGE_CACHE, ICON.to_owned()),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The account, if it has a link to publish.
async fn find(app: &App, id: String) -> ApiResult<Option<AccountRow>> {
    let row = app.store.read(move |tx| tx.account(&id)).await?;
    Ok(row.filter(|row| entry::deep_link(row).is_some()))
}

/// The whole link and its QR code; `None` if it is too long.
fn whole(link: &str, carried: &Carried) -> Option<(String, String)> {
    let link = entry::carrying(link, carried);
    let code = if link.len() <= LINK_BYTES_MAX { qr::svg(&link) } else { None };
    code.map(|code| (link, code))
}

/// A picture's address without plain http, which a browser would not load into a secure page.
fn secure(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    matches!(scheme, "http" | "https").then(|| format!("https://{rest}"))
}

/// What the page says of a messenger. The contract has no word for where its app is to be had.
fn messenger(app: &App, channel: &str) -> Messenger {
    if channel == "viber" {
        return Messenger { app: "Viber".into(), download: Some("https://www.viber.com/download/") };
    }
    let texts = app.channels.find(channel).map(|channel| &channel.manifest().texts);
    let name = texts.and_then(|texts| texts.first()).map(|texts| texts.name.clone());
    Messenger { app: name.unwrap_or_else(|| channel.to_owned()), download: None }
}

/// A page. Nothing but our own files and the bot's picture; no script, style or frame of anybody else's. `frames` is the
/// messenger's scheme, which the script tries in a frame.
fn show(status: StatusCode, language: Language, frames: &str, page: maud::Markup) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; frame-src {frames}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let cache = if status == StatusCode::OK { PAGE_CACHE } else { "no-store" };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_LANGUAGE, language.code()),
        (header::VARY, "accept-language"),
    ];
    (status, headers, answer("text/html; charset=utf-8", cache, page.into_string())).into_response()
}

fn answer(media_type: &'static str, cache: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body).into_response()
}
