//! Errors of the API as RFC 9457 problem details: public text to the caller, the cause to the log.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;

use crate::desk::directory::Refusal;
use crate::inbox::InboxError;
use crate::pressure::Full;

/// What a handler answers.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// Why something was not done.
#[derive(Serialize, JsonSchema)]
pub(super) struct Problem {
    /// Always `about:blank`: `code` says more.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: Option<&'static str>,
    /// The HTTP status.
    status: u16,
    /// Stable: what programs decide by.
    code: &'static str,
    /// What is wrong and what to do, for people. It may change.
    detail: String,
}

/// An error with a status, a stable code, and a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into() }
    }

    /// The status to answer with.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Stable, for programs.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// For people, in English.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What an extractor refuses, with its own status and words.
    pub(crate) fn refused(status: StatusCode, code: &'static str, detail: String) -> Self {
        Self::new(status, code, detail)
    }

    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// A form of the console's that no page of it has.
    pub(crate) fn bad_form() -> Self {
        Self::bad_request("bad-form", "the form is not ours")
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "send a token as `Authorization: Bearer …`; `desk token create` makes one",
        )
    }

    pub(crate) fn expired() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token-expired",
            "the token's time is over: ask an administrator for a new one",
        )
    }

    pub(crate) fn forbidden(needs: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("this needs a token of scope {needs}"))
    }

    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// It is not what the caller read.
    pub(crate) fn changed(what: &str) -> Self {
        let detail = format!("{what} was changed since you read it: read it again, then decide");
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("{what} does not exist"))
    }

    /// The desk cannot do it now, and can later.
    pub(crate) fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// Why a transaction was given up: its handler's own error, or a rule of the desk's.
    fn of_refusal(reason: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let reason = match reason.downcast::<Self>() {
            Ok(own) => return *own,
            Err(reason) => reason,
        };
        match reason.downcast_ref::<Refusal>() {
            Some(Refusal::Owner) => Self::conflict("the-owner", reason.to_string()),
            Some(Refusal::InUse(_)) => Self::conflict("in-use", reason.to_string()),
            None => Self::internal(&reason),
        }
    }

    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "a request could not be served");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the desk could not do that; its log says why",
        )
    }
}

/// Answers a path that is none of the API's.
pub(crate) async fn no_route() -> ApiError {
    ApiError::not_found("this route")
}

/// Answers a method that the route does not have.
pub(crate) async fn no_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "this route does not take that method",
    )
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(what) => Self::not_found(what),
            StoreError::Conflict(what) => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                format!("{what} was changed meanwhile: read it again"),
            ),
            StoreError::Refused(reason) => Self::of_refusal(reason),
            StoreError::NotCommitted => {
                Self::unavailable("not-kept", "the desk could not write that to its disk: try again later")
            }
            other => Self::internal(&other),
        }
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self::internal(&error)
    }
}

/// What a transaction is given up for; nothing of it is kept.
impl From<ApiError> for StoreError {
    fn from(error: ApiError) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<Full> for ApiError {
    fn from(full: Full) -> Self {
        Self::unavailable(full.code(), full.to_string())
    }
}

impl From<InboxError> for ApiError {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Store(error) => error.into(),
            InboxError::UnknownAccount(_) => Self::not_found("the account"),
            InboxError::UnknownChannel(_) => Self::bad_request("unknown-channel", error.to_string()),
            InboxError::Thread => Self::internal(&error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Problem {
            kind: "about:blank",
            title: self.status.canonical_reason(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
        };
        let mut response = (self.status, Json(body)).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        response
    }
}
