//! The operators' page: a few files without a build step, which use the JSON API like any other program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const PAGE: &str = include_str!("../../console/index.html");
const STYLE: &str = include_str!("../../console/console.css");

/// The modules, `console.js` first: it imports the others.
const SCRIPTS: [(&str, &str); 7] = [
    ("console.js", include_str!("../../console/console.js")),
    ("task.js", include_str!("../../console/task.js")),
    ("quick.js", include_str!("../../console/quick.js")),
    ("parts.js", include_str!("../../console/parts.js")),
    ("accounts.js", include_str!("../../console/accounts.js")),
    ("base.js", include_str!("../../console/base.js")),
    ("words.js", include_str!("../../console/words.js")),
];

/// Nothing but our own files; no inline script, no other site's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/` and `/tasks/{id}`.
pub(super) async fn page() -> Response {
    answer("text/html; charset=utf-8", PAGE)
}

/// `/console/{file}`.
pub(super) async fn file(Path(file): Path<String>) -> Response {
    if file == "console.css" {
        return answer("text/css; charset=utf-8", STYLE);
    }
    match SCRIPTS.iter().find(|(name, _)| *name == file) {
        Some((_, script)) => answer("text/javascript; charset=utf-8", script),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(media_type: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}
