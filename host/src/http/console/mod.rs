//! The operators' console: pages made here from the rows, forms that do what the API does, and a stream that says when to
//! look again. Every page works without its script; with it, what changes appears by itself.
//!
//! | module | page |
//! |---|---|
//! | `login` | signing in and out |
//! | `inbox` | the tasks, by status and assignee, or found by words |
//! | `task` | one task: `conversation` and its `parts`, `side`, `answer` |
//! | `settings` | accounts, people, quick replies, the state of the desk |
//! | `events` | what was changed, as it happens |
//! | `session`, `origin`, `refusal` | who may; what another site sent; what is said when it may not be |
//! | `layout`, `look`, `words` | what is around a page; a visitor's clock and language |
//!
//! A page is loaded in one read of the store and drawn by pure functions; maud escapes whatever is put in. What a form
//! does is done by the API's own handlers, so the API can do all that the console does.

mod answer;
mod conversation;
mod events;
mod inbox;
mod layout;
mod login;
mod look;
mod origin;
mod parts;
mod people;
mod problem;
mod refusal;
mod session;
mod settings;
mod side;
mod task;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::app::App;
use crate::clock::{now_ms, to_column};
use look::Look;
use refusal::Refusal;

const STYLE: &str = include_str!("../../../console/console.css");

/// The modules, `console.js` first: it imports the others.
const SCRIPTS: [(&str, &str); 5] = [
    ("console.js", include_str!("../../../console/console.js")),
    ("live.js", include_str!("../../../console/live.js")),
    ("answer.js", include_str!("../../../console/answer.js")),
    ("files.js", include_str!("../../../console/files.js")),
    ("quick.js", include_str!("../../../console/quick.js")),
];

/// Every route of the console.
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(inbox::page))
        .route("/tasks/{id}", get(task::page))
        .route("/tasks/{id}/answer", post(answer::write))
        .route("/tasks/{id}/change", post(side::change))
        .route("/tasks/{id}/quick", get(answer::quick))
        .route("/uploads", post(answer::upload))
        .route("/tasks/{id}/actions/{action}/retry", post(answer::retry))
        .route("/login", get(login::page).post(login::sign_in))
        .route("/logout", post(login::sign_out))
        .route("/language", post(login::choose_language))
        .route("/events", get(events::stream))
        .route("/console/{file}", get(file))
        .merge(settings::routes())
        .layer(middleware::from_fn_with_state(app.clone(), refuse_when_full))
        .layer(middleware::from_fn_with_state(app.clone(), origin::refuse_cross_site))
}

/// Lets nothing be changed while there is no room to keep it.
async fn refuse_when_full(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !request.method().is_safe()
        && let Err(full) = app.pressure.room()
    {
        return Refusal::new(Look::of(request.headers(), to_column(now_ms())), full).into_response();
    }
    next.run(request).await
}

/// `/console/{file}`.
async fn file(Path(file): Path<String>) -> Response {
    if file == "console.css" {
        return asset("text/css; charset=utf-8", STYLE);
    }
    match SCRIPTS.iter().find(|(name, _)| *name == file) {
        Some((_, script)) => asset("text/javascript; charset=utf-8", script),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn asset(media_type: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}
