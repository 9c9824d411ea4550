//! Media that users send, with links signed like a CDN's that die after an hour of the simulator's clock. Not
//! a store: files are generated from their names.

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Response, StatusCode};

use crate::delivery::sign;
use crate::rest::plain;
use crate::{App, png};

/// How long a link lives.
const LINK_MS: u64 = 3_600_000;
/// Largest file that a name like `size-1000000.mp4` can ask for.
const FILE_BYTES_MAX: usize = 60_000_000;
/// Key of the links; not a secret, the simulator protects nothing.
const LINK_KEY: &str = "viber-sim-media-links";
const KEY_PAIR_ID: &str = "APKASIMULATOREXAMPLE";

/// A signed link to a file, and the file's size.
pub(crate) fn link(base: &str, name: &str, now: u64) -> (String, usize) {
    let expires = (now + LINK_MS) / 1_000;
    let signature = sign(LINK_KEY, format!("{name}/{expires}").as_bytes());
    let size = file(name).map_or(0, |(_, bytes)| bytes.len());
    let link =
        format!("{base}/media/{name}?Expires={expires}&Signature={signature}__&Key-Pair-Id={KEY_PAIR_ID}");
    (link, size)
}

/// `GET /media/{name}`: 403 without a right signature, after an hour, or when told that all are dead.
pub(crate) async fn signed(
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let query = query.unwrap_or_default();
    let value = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)).unwrap_or_default();
    let expires: u64 = value("Expires=").parse().unwrap_or_default();
    let right = sign(LINK_KEY, format!("{name}/{expires}").as_bytes());
    let is_dead = app.world().options.media_dead || app.clock.now() > expires.saturating_mul(1_000);
    if value("Signature=") != format!("{right}__") || is_dead {
        let body = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        return plain(StatusCode::FORBIDDEN, "application/xml", body.into());
    }
    serve(&name)
}

/// `GET /avatars/{name}`: unsigned and lasting, like avatars and stickers.
pub(crate) async fn unsigned(Path(name): Path<String>) -> Response<Body> {
    serve(&name)
}

fn serve(name: &str) -> Response<Body> {
    match file(name) {
        Some((media_type, bytes)) => plain(StatusCode::OK, media_type, bytes.into()),
        None => plain(StatusCode::NOT_FOUND, "text/plain", Bytes::from_static(b"no such file")),
    }
}

/// Whether a link to this name can be made and leads to a file.
pub(crate) fn exists(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    plain && file(name).is_some()
}

/// Media type and bytes by the name's extension. `size-N.ext` has N bytes; `lying.png` is HTML.
fn file(name: &str) -> Option<(&'static str, Vec<u8>)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let (media_type, mut bytes) = match extension {
        "png" if stem == "lying" => ("image/png", b"<html><script>alert(1)</script></html>".to_vec()),
        "png" => {
            ("image/png", png::square(if stem.starts_with("thumbnail") { 40 } else { 96 }, colour(stem)))
        }
        "mp4" => ("video/mp4", mp4()),
        "pdf" => ("application/pdf", PDF.to_vec()),
        "txt" => ("text/plain", format!("{stem}\n").into_bytes()),
        "bin" => ("application/octet-stream", vec![0; 16]),
        _ => return None,
    };
    if let Some(size) = stem.strip_prefix("size-").and_then(|size| size.parse::<usize>().ok()) {
        bytes.resize(size.min(FILE_BYTES_MAX), 0);
    }
    Some((media_type, bytes))
}

fn colour(stem: &str) -> [u8; 3] {
    let mix = stem.bytes().fold(7_u32, |mix, byte| mix.wrapping_mul(31).wrapping_add(byte.into()));
    let [_, red, green, blue] = mix.to_be_bytes();
    [red, green, blue]
}

/// An `ftyp` box and a `mdat` box: recognised as MP4 by its first bytes, playable by nothing.
fn mp4() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec();
    bytes.extend(1_032_u32.to_be_bytes());
    bytes.extend(b"mdat");
    bytes.resize(bytes.len() + 1_024, 0);
    bytes
}

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n\
trailer<</Root 1 0 R>>\n%%EOF\n";
