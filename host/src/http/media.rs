//! `GET /media/{id}/{ticket}`: a customer's file that was kept, for who was given the link by the API. Its type is what its
//! bytes are, and nothing in it runs (G18).

use std::io::Read;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_store::MediaRow;

use super::error::{ApiError, ApiResult};
use super::extract::Path;
use crate::app::App;
use crate::clock::now_ms;

/// Types that are shown where the link is opened; every other is saved.
const SHOWN: [&str; 7] =
    ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg"];
/// What a file of another type goes out as: a browser would run some of them.
const UNKNOWN: &str = "application/octet-stream";

pub(super) async fn serve(
    State(app): State<Arc<App>>,
    Path((id, ticket)): Path<(i64, String)>,
) -> ApiResult<Response> {
    let gone = || ApiError::not_found("the file");
    if !app.tickets.is_good(id, &ticket, now_ms()) {
        return Err(gone());
    }
    let row = app.store.read(move |tx| tx.media(id)).await?.ok_or_else(gone)?;
    let sha256 = row.sha256.clone().ok_or_else(gone)?;
    let blobs = app.blobs.clone();
    let read = move || {
        let mut bytes = Vec::new();
        blobs.open_file(&sha256)?.read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other).flatten();
    let bytes = bytes.map_err(|error| {
        tracing::error!(media.id = id, %error, "a kept file cannot be read");
        gone()
    })?;
    Ok((StatusCode::OK, headers(&row), bytes).into_response())
}

fn headers(row: &MediaRow) -> [(HeaderName, String); 6] {
    let media_type = row.media_type.as_deref().unwrap_or(UNKNOWN);
    let is_shown = SHOWN.contains(&media_type);
    let how = if is_shown { "inline" } else { "attachment" };
    let name = encoded(row.name.as_deref().unwrap_or_default());
    [
        (header::CONTENT_TYPE, if is_shown { media_type } else { UNKNOWN }.to_owned()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename*=UTF-8''{name}")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable".to_owned()),
    ]
}

/// RFC 8187.
fn encoded(name: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
    name.bytes().fold(String::new(), |mut text, byte| {
        if is_plain(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}
