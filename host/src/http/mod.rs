//! Every route of the desk on one screen. Not here: what they do.

mod access;
mod answer;
mod api;
mod auth;
mod codes;
mod console;
mod describe;
mod document;
mod error;
mod extract;
mod file_body;
mod files;
mod go;
mod health;
mod language;
mod live;
mod metrics;
mod range;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get};

pub(crate) use auth::hex;
pub use auth::{DAY_MS, Scope, hash_token, new_token};
use document::Api;
use error::ApiError;

use crate::app::App;

/// Largest JSON body of the API.
const API_BYTES_MAX: usize = 1 << 20;

/// The desk's routes.
pub fn routes(app: Arc<App>) -> Router {
    let (api, document) = api().finish();
    let document = document.to_string();
    Router::new()
        // Messengers. No session, no CSRF check, no token: the plugin authenticates.
        .route("/webhooks/{account}", any(webhook::take))
        // Customers.
        .route("/go/{account}", get(go::landing))
        .route("/go/{account}/qr.svg", get(go::qr))
        .route("/go/assets/{file}", get(go::asset))
        // Files, for whoever has the link.
        .route("/files/{id}/{name}", get(files::serve))
        // Programs.
        .nest(document::BASE, guarded(api, app.clone()))
        .route("/api/openapi.json", get(async move || ([(CONTENT_TYPE, "application/json")], document)))
        // People.
        .merge(console::routes(&app))
        // Operations.
        .route("/healthz", get(health::lives))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .layer(middleware::from_fn(access::log))
        .with_state(app)
}

/// Lets nothing be changed while there is no room to keep it; what there is can be read.
async fn read_only_when_full(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !request.method().is_safe() {
        app.pressure.room()?;
    }
    Ok(next.run(request).await)
}

fn guarded(api: Router<Arc<App>>, app: Arc<App>) -> Router<Arc<App>> {
    api.fallback(error::no_route)
        .method_not_allowed_fallback(error::no_method)
        .layer(DefaultBodyLimit::max(API_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app, read_only_when_full))
}

/// The OpenAPI document of the API, as it is served at `/api/openapi.json`, in lines.
#[must_use]
pub fn openapi() -> String {
    let (_, document) = api().finish();
    format!("{document:#}\n")
}

/// The API. What a route takes, answers and needs is in its handler's signature.
#[rustfmt::skip] // A route a line.
fn api() -> Api {
    use api::{accounts, actions, channels, contact_templates, contacts, doctor, employees, events, held, me};
    use api::{parked, quick_replies, task_templates, tasks, tokens, uploads};

    Api::new()
        .get("/accounts", "Every account, oldest first", accounts::list)
        .post("/accounts", "Keeps an account and begins to connect it", accounts::create)
        .get("/accounts/{id}", "An account", accounts::show)
        .patch("/accounts/{id}", "Changes an account and connects it anew", accounts::change)
        .delete("/accounts/{id}", "Disconnects an account; what customers wrote stays", accounts::disconnect)
        .post("/accounts/{id}/check", "Asks the messenger whether all is as it was set", accounts::check)
        .get("/contacts", "The people who write, oldest first", contacts::list)
        .get("/contacts/{id}", "Somebody who writes", contacts::show)
        .delete("/contacts/{id}", "Erases everything that is kept of a contact; it cannot be undone", contacts::erase)
        .get("/contacts/{id}/export", "Everything that is kept of a contact", contacts::export)
        .get("/tasks", "Tasks, newest first", tasks::list)
        .get("/tasks/{id}", "A task", tasks::show)
        .patch("/tasks/{id}", "Changes a task", tasks::change)
        .delete("/tasks/{id}", "Puts a task to the deleted ones", tasks::delete)
        .post("/tasks/{id}/read", "Notes that the caller has read a task: it is not `unread` until the customer writes again", tasks::read)
        .get("/tasks/{id}/actions", "What was written in a task, in order", actions::list)
        .post("/tasks/{id}/actions", "Writes in a task; with `notify` it is sent", actions::write)
        .post("/tasks/{id}/actions/{action}/retry", "Sends again what did not arrive", actions::retry)
        .delete("/tasks/{id}/actions/{action}/attachments/{attachment}", "Takes a sent file back: its link opens it no more", actions::revoke)
        .post("/uploads", "Takes a file in that is going to be sent; not used, it is forgotten in a day", uploads::add)
        .get("/employees", "Who works here", employees::list)
        .post("/employees", "Adds an employee", employees::add)
        .get("/employees/{id}", "An employee", employees::show)
        .patch("/employees/{id}", "Changes an employee", employees::change)
        .delete("/employees/{id}", "Removes an employee; 409 while open tasks, templates, tokens or settings name them", employees::delete)
        .get("/contact_templates", "Every contact template", contact_templates::list)
        .post("/contact_templates", "Adds a contact template", contact_templates::add)
        .get("/contact_templates/{id}", "A contact template", contact_templates::show)
        .patch("/contact_templates/{id}", "Renames a contact template", contact_templates::change)
        .delete("/contact_templates/{id}", "Removes a contact template; 409 while an account's settings name it", contact_templates::delete)
        .get("/task_templates", "Every task template", task_templates::list)
        .post("/task_templates", "Adds a task template", task_templates::add)
        .get("/task_templates/{id}", "A task template", task_templates::show)
        .patch("/task_templates/{id}", "Changes a task template", task_templates::change)
        .delete("/task_templates/{id}", "Removes a task template; 409 while an account's settings name it", task_templates::delete)
        .get("/quick_replies", "Every canned answer, by title", quick_replies::list)
        .post("/quick_replies", "Adds a canned answer", quick_replies::add)
        .get("/quick_replies/{id}", "A canned answer", quick_replies::show)
        .patch("/quick_replies/{id}", "Changes a canned answer", quick_replies::change)
        .delete("/quick_replies/{id}", "Removes a canned answer", quick_replies::delete)
        .get("/me", "Who calls, by their token", me::show)
        .get("/tokens", "Every token, without the tokens", tokens::list)
        .post("/tokens", "Makes a token, which is shown this once", tokens::create)
        .delete("/tokens/{id}", "Revokes a token at once; 409 if nobody could administrate without it", tokens::revoke)
        .get("/events", "Word of every change from now on, as it happens", events::listen)
        .get("/doctor", "Whether all is well with the desk, and what to do if not", doctor::examine)
        .get("/channels", "The loaded plugins, how they are set up", channels::list)
        .get("/parked", "Events that a plugin could not read or handle, newest first", parked::list)
        .post("/parked/replay", "Gives all parked events of one reason to the plugin again", parked::replay_like)
        .delete("/parked/{id}", "Forgets a parked event for good: what the customer wrote is lost", parked::discard)
        .post("/parked/{id}/replay", "Gives a parked event to the plugin again; if it fails again it is parked again", parked::replay)
        .get("/held", "What a restored backup had not sent", held::list)
        .post("/held/release", "Sends what is held; customers may get it twice", held::release)
        .post("/held/drop", "Gives up what is held: it ends as unconfirmed", held::drop)
}
