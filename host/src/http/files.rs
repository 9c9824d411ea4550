//! `GET /files/{id}/{name}`: a file for whoever holds its link: a customer's phone, or an operator's browser. Its type is
//! what its bytes are, and nothing in it runs (G18, G19). A link that is wrong, has ended or was taken back, and a file that
//! is gone, have one answer. Not here: what a link is (`attachments::links`).

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_store::Tx;

use super::error::{ApiError, ApiResult};
use super::file_body::FileBody;
use super::range::{Wanted, wanted};
use crate::app::App;
use crate::attachments::Linked;
use crate::clock::now_ms;

/// Types that are shown where the link is opened; every other is saved.
const SHOWN: [&str; 7] =
    ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg"];
/// What a file of another type goes out as: a browser would run some of them.
const UNKNOWN: &str = "application/octet-stream";

/// What is sent of a file's row.
struct Kept {
    sha256: String,
    name: String,
    media_type: String,
}

pub(super) async fn serve(
    State(app): State<Arc<App>>,
    method: Method,
    path: Result<axum::extract::Path<(String, String)>, PathRejection>,
    asked: HeaderMap,
) -> ApiResult<Response> {
    let gone = || ApiError::not_found("the file");
    let Ok(axum::extract::Path((segment, name))) = path else { return Err(gone()) };
    // Before anything is looked up: a wrong link costs an HMAC and tells nothing by the time it takes.
    let linked = app.links.read(&segment, &name, now_ms()).ok_or_else(gone)?;
    let kept = app.store.read(move |tx| find(tx, &linked)).await?.ok_or_else(gone)?;
    let (blobs, sha256) = (app.blobs.clone(), kept.sha256.clone());
    let range = asked.get(header::RANGE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let range = range.filter(|_| method == Method::GET && is_same_file(&asked, &kept));
    let open = move || begin(blobs.open_file(&sha256)?, range.as_deref());
    let opened = tokio::task::spawn_blocking(open).await.map_err(io::Error::other).flatten();
    let (file, size, wanted) = opened.map_err(|error| {
        tracing::error!(%error, "a kept file cannot be read");
        gone()
    })?;
    Ok(answer(&kept, file, size, wanted))
}

fn find(tx: &Tx, linked: &Linked) -> desk_store::Result<Option<Kept>> {
    Ok(match linked {
        Linked::File(id) => tx.linked_file(id)?.map(|row| Kept {
            sha256: row.sha256,
            name: row.name,
            media_type: row.media_type,
        }),
        Linked::Media(id) => tx
            .media(*id)?
            .and_then(|row| Some(Kept { sha256: row.sha256?, name: row.name?, media_type: row.media_type? })),
    })
}

/// The file where its first wanted byte is, its size, and what is wanted.
fn begin(mut file: File, range: Option<&str>) -> io::Result<(File, u64, Wanted)> {
    let size = file.metadata()?.len();
    let wanted = range.map_or(Wanted::Whole, |range| wanted(range, size));
    if let Wanted::Part(first, _) = wanted {
        file.seek(SeekFrom::Start(first))?;
    }
    Ok((file, size, wanted))
}

/// Whether the rest that is asked for belongs to what the client has: without a condition it does.
fn is_same_file(asked: &HeaderMap, kept: &Kept) -> bool {
    asked.get(header::IF_RANGE).is_none_or(|tag| tag.as_bytes() == etag(kept).as_bytes())
}

fn etag(kept: &Kept) -> String {
    format!("\"{}\"", kept.sha256)
}

fn answer(kept: &Kept, file: File, size: u64, wanted: Wanted) -> Response {
    let (status, length, range) = match wanted {
        Wanted::Whole => (StatusCode::OK, size, None),
        Wanted::Part(first, last) => {
            (StatusCode::PARTIAL_CONTENT, last - first + 1, Some(format!("bytes {first}-{last}/{size}")))
        }
        Wanted::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, 0, Some(format!("bytes */{size}"))),
    };
    let range = range.map(|range| [(header::CONTENT_RANGE, range)]);
    let body = Body::new(FileBody::new(file, length));
    (status, headers(kept, length), range, body).into_response()
}

fn headers(kept: &Kept, length: u64) -> [(HeaderName, String); 9] {
    let is_shown = SHOWN.contains(&kept.media_type.as_str());
    let how = if is_shown { "inline" } else { "attachment" };
    [
        (header::CONTENT_TYPE, if is_shown { &kept.media_type } else { UNKNOWN }.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename*=UTF-8''{}", encoded(&kept.name))),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, etag(kept)),
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
