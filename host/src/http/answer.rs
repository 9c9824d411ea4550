//! What the API's handlers answer, each kind with its status and its description. Not here: errors (`error`).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::auth::hex;
use super::describe::{Answer, Operation};

/// Bytes of a tag's hash: two states of one thing do not share one by chance.
const TAG_BYTES: usize = 12;

/// The state of what people can change of a thing. It is a hash of exactly that: a customer's message, which nobody can
/// overwrite, does not make an operator's change fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(String);

impl Tag {
    /// The tag of these fields.
    pub(crate) fn of(fields: &impl Serialize) -> Self {
        // What the API shows can be written as JSON.
        let json = serde_json::to_vec(fields).unwrap_or_default();
        Self(format!("\"{}\"", hex(&Sha256::digest(json)[..TAG_BYTES])))
    }

    /// As it stands in a header, with its quotes.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        Some((header::ETAG, HeaderValue::from_str(&self.0).ok()?))
    }
}

/// A thing that two people could overwrite, with its tag.
pub(crate) struct Tagged<T>(pub(crate) Tag, pub(crate) T);

/// It was made.
pub(crate) struct Created<T>(pub(crate) T);

/// It was begun; how it ends is to be read.
pub(crate) struct Accepted<T>(pub(crate) T);

/// It was done, and there is nothing to say.
pub(crate) struct Done;

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.1).into_response();
        response.headers_mut().extend(self.0.header());
        response
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, axum::Json(self.0)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, axum::Json(self.0)).into_response()
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: JsonSchema> Answer for Tagged<T> {
    fn describe(operation: &mut Operation) {
        operation.respond_tagged::<T>(StatusCode::OK, "As it is now");
    }
}

impl<T: JsonSchema> Answer for Created<T> {
    fn describe(operation: &mut Operation) {
        operation.respond_json::<T>(StatusCode::CREATED, "It was made");
    }
}

impl<T: JsonSchema> Answer for Accepted<T> {
    fn describe(operation: &mut Operation) {
        operation.respond_json::<T>(StatusCode::ACCEPTED, "It was begun; read it again to see how it ends");
    }
}

impl Answer for Done {
    fn describe(operation: &mut Operation) {
        operation.respond_as(StatusCode::NO_CONTENT, "It was done", None);
    }
}
