//! The webhook's HTTP side: bytes in, the plugin's answer out.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use channel_engine::contract::{Header, HttpRequest, HttpResponse};

use crate::app::App;
use crate::inbox::{WebhookAnswer, receive};

/// `POST /webhooks/{account}`.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body.to_vec(),
        // 413 for a body over the limit, 400 for one that broke off.
        Err(rejection) => return rejection.status().into_response(),
    };
    let request = HttpRequest {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.iter().map(contract_header).collect(),
        body,
    };
    match receive(&app, &account, request).await {
        WebhookAnswer::Accepted(answer) => to_response(answer),
        WebhookAnswer::Refused(status) => to_response(HttpResponse { status, ..HttpResponse::default() }),
        WebhookAnswer::Unknown => StatusCode::NOT_FOUND.into_response(),
        WebhookAnswer::TryAgain => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A header that is no text is passed as an empty value: a signature in it will not hold.
fn contract_header((name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)) -> Header {
    Header { name: name.to_string(), value: value.to_str().unwrap_or_default().to_owned() }
}

fn to_response(answer: HttpResponse) -> Response {
    let mut response = Response::builder().status(answer.status);
    for header in &answer.headers {
        response = response.header(&header.name, &header.value);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|error| {
        tracing::error!(%error, "the plugin's answer is no HTTP response");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}
