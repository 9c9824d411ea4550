//! `/phone/{user}`: a customer's phone in a browser, for people who try a program by hand. Static files; what they show and do
//! goes through the control routes like anybody's.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const PAGE: &str = include_str!("../phone/phone.html");
const STYLE: &str = include_str!("../phone/phone.css");
const SCRIPT: &str = include_str!("../phone/phone.js");

/// Pictures come from wherever a bot sends them; nothing else comes from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' http: https:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors *";

/// `GET /phone/{user}`.
pub(crate) async fn phone() -> Response {
    answer("text/html; charset=utf-8", PAGE)
}

/// `GET /phone/assets/{file}`.
pub(crate) async fn asset(Path(file): Path<String>) -> Response {
    match file.as_str() {
        "phone.css" => answer("text/css; charset=utf-8", STYLE),
        "phone.js" => answer("text/javascript; charset=utf-8", SCRIPT),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(media_type: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}
