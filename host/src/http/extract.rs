//! What a request is taken apart with: axum's extractors, whose refusals are problem details like every other error.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};

use super::error::ApiError;

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

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        Self::refused(rejection.status(), "bad-json", without_value(&rejection.body_text()))
    }
}

/// The message without the text that it quotes: a key in the wrong place must not come out again (S26, G21).
fn without_value(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &message[..=first], &message[last..])
        }
        _ => message.to_owned(),
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
        Self::refused(rejection.status(), "bad-query", rejection.body_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G21: serde quotes what it did not expect, which may be a key; the kind of fault and its place stay.
    #[test]
    fn a_refusal_does_not_quote_what_came() {
        #[derive(Debug, serde::Deserialize)]
        struct Wanted {
            #[expect(dead_code, reason = "only its type counts")]
            settings: std::collections::BTreeMap<String, String>,
        }
        for sent in [r#"{"settings": "the-key"}"#, r#"{"settings": "the \"key\" of it"}"#] {
            let error = serde_json::from_str::<Wanted>(sent).expect_err("no map").to_string();
            assert!(error.contains("key"), "it would be quoted: {error}");
            let shown = without_value(&error);
            assert!(!shown.contains("key"), "{shown}");
            assert!(shown.contains("invalid type") && shown.contains("expected a map at line 1"), "{shown}");
        }
        for plain in ["EOF while parsing", "a single \" in it", ""] {
            assert_eq!(without_value(plain), plain);
        }
    }
}
