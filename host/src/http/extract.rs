//! What a request is taken apart with: axum's extractors, whose refusals are problem details like every other error.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};

use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

use super::answer::Tag;
use super::error::{ApiError, ApiResult};
use crate::telemetry::unquoted;

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub(super) struct Json<T>(pub(super) T);

/// The names in the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(super) struct Path<T>(pub(super) T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(super) struct Query<T>(pub(super) T);

/// The tags of which the caller wants one to stand; without any, all is well.
pub(super) struct IfMatch(Option<String>);

impl IfMatch {
    /// Whatever it is now: for who does not say what they read.
    pub(super) fn any() -> Self {
        Self(None)
    }

    /// As a form says it; one that says nothing goes through.
    pub(super) fn version(said: &str) -> Self {
        Self((!said.is_empty()).then(|| said.to_owned()))
    }

    /// Whether `what` is as the caller read it. To be asked in the transaction that changes it.
    pub(super) fn check(&self, what: &str, tag: &Tag) -> ApiResult<()> {
        let Some(wanted) = &self.0 else { return Ok(()) };
        let stands = wanted.split(',').map(str::trim).any(|it| it == "*" || it == tag.as_str());
        if stands { Ok(()) } else { Err(ApiError::changed(what)) }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let values = parts.headers.get_all(IF_MATCH).iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        Ok(Self((!values.is_empty()).then(|| values.join(","))))
    }
}

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        Self::refused(rejection.status(), "bad-json", unquoted(&rejection.body_text()))
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        // Its own words quote what came.
        let detail = "a part of the path is not what it should be: the ids of tasks and the like are numbers";
        Self::refused(rejection.status(), "bad-path", detail.to_owned())
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::refused(rejection.status(), "bad-query", unquoted(&rejection.body_text()))
    }
}
