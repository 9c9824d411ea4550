//! Every route of the desk on one screen. Not here: what they do.

mod access;
mod api;
mod auth;
mod console;
mod error;
mod extract;
mod file_body;
mod files;
mod go;
mod health;
mod language;
mod metrics;
mod range;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, delete, get, post};

pub(crate) use auth::hex;
pub use auth::{hash_token, new_token};
use error::ApiError;

use crate::app::App;

/// Largest webhook body. Viber's own requests stay under 30 kB (Viber REST API, "request size").
const WEBHOOK_BYTES_MAX: usize = 128 << 10;
/// Largest JSON body of the API.
const API_BYTES_MAX: usize = 1 << 20;

/// The desk's routes.
pub fn routes(app: Arc<App>) -> Router {
    Router::new()
        // Messengers. No session, no CSRF check, no token: the plugin authenticates.
        .route("/webhooks/{account}", any(webhook::take).layer(DefaultBodyLimit::max(webhook::bytes_max())))
        // Customers.
        .route("/go/{account}", get(go::landing))
        .route("/go/{account}/qr.svg", get(go::qr))
        .route("/go/assets/{file}", get(go::asset))
        // Files, for whoever has the link.
        .route("/files/{id}/{name}", get(files::serve))
        // Programs.
        .nest("/api/v1", api_routes(app.clone()))
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

fn api_routes(app: Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/accounts", get(api::accounts::list).post(api::accounts::create))
        .route(
            "/accounts/{id}",
            get(api::accounts::show).patch(api::accounts::change).delete(api::accounts::disconnect),
        )
        .route("/accounts/{id}/check", post(api::accounts::check))
        .route("/contacts", get(api::contacts::list))
        .route("/contacts/{id}", get(api::contacts::show).delete(api::contacts::erase))
        .route("/contacts/{id}/export", get(api::contacts::export))
        .route("/tasks", get(api::tasks::list))
        .route("/tasks/{id}", get(api::tasks::show).patch(api::tasks::change).delete(api::tasks::delete))
        .route("/tasks/{id}/actions", get(api::actions::list).post(api::actions::write))
        .route("/tasks/{id}/actions/{action}/retry", post(api::actions::retry))
        .route("/tasks/{id}/actions/{action}/attachments/{attachment}", delete(api::actions::revoke))
        .route("/uploads", post(api::uploads::add))
        .route("/employees", get(api::directory::employees).post(api::directory::add_employee))
        .route(
            "/contact_templates",
            get(api::directory::contact_templates).post(api::directory::add_contact_template),
        )
        .route("/task_templates", get(api::directory::task_templates).post(api::directory::add_task_template))
        .route("/quick_replies", get(api::quick_replies::list).post(api::quick_replies::add))
        .route(
            "/quick_replies/{id}",
            get(api::quick_replies::show)
                .patch(api::quick_replies::change)
                .delete(api::quick_replies::delete),
        )
        .route("/channels", get(api::channels::list))
        .route("/parked", get(api::parked::list))
        .route("/parked/replay", post(api::parked::replay_like))
        .route("/parked/{id}", delete(api::parked::discard))
        .route("/parked/{id}/replay", post(api::parked::replay))
        .route("/held", get(api::held::list))
        .route("/held/release", post(api::held::release))
        .route("/held/drop", post(api::held::drop))
        .fallback(error::no_route)
        .method_not_allowed_fallback(error::no_method)
        .layer(DefaultBodyLimit::max(API_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app, read_only_when_full))
}
