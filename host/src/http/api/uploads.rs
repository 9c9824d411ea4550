//! `/api/v1/uploads`: a file that an operator is going to send. Used by naming its id; not used, it is forgotten in a day.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::StatusCode;
use desk_store::FileRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::answer::Created;
use super::super::auth::Operator;
use super::super::error::{ApiError, ApiResult};
use super::super::extract::Query;
use crate::app::App;
use crate::attachments::{BlobError, FILE_BYTES_MAX, Upload};
use crate::clock::{now_ms, to_column};

/// A file that is going to be sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Upload")]
pub(crate) struct Shown {
    /// What `attachments` of an action name.
    id: i64,
    /// As customers will see it.
    name: String,
    /// By its first bytes.
    media_type: String,
    /// Bytes.
    size: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddQuery {
    /// What the file is called; without one, by its kind.
    name: Option<String>,
}

/// The body is the file, whatever it says of itself.
pub(crate) async fn add(
    _: Operator,
    State(app): State<Arc<App>>,
    Query(query): Query<AddQuery>,
    mut body: Body,
) -> ApiResult<Created<Shown>> {
    if body.size_hint().lower() > FILE_BYTES_MAX {
        return Err(too_large());
    }
    let mut upload = Upload::begin(&app.blobs).map_err(refused)?;
    while let Some(bytes) = next(&mut body).await? {
        // It may be large, and others come too.
        app.pressure.room()?;
        upload.write(&bytes).map_err(refused)?;
    }
    if upload.is_empty() {
        let detail = "the body is empty: send the file's bytes as they are";
        return Err(ApiError::bad_request("empty-file", detail));
    }
    let finish = move || upload.finish(query.name.as_deref(), to_column(now_ms()));
    let kept = tokio::task::spawn_blocking(finish).await.map_err(std::io::Error::other)?;
    let (new, pin) = kept.map_err(refused)?;
    let row = app.store.write(move |tx| tx.add_upload(&new).and_then(|id| tx.upload(id))).await?;
    drop(pin);
    let row = row.ok_or_else(|| ApiError::not_found("the upload"))?;
    Ok(Created(shown(row)))
}

fn shown(row: FileRow) -> Shown {
    Shown { id: row.id, name: row.name, media_type: row.media_type, size: row.size }
}

async fn next(body: &mut Body) -> ApiResult<Option<Bytes>> {
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        let broken = |_| ApiError::bad_request("broken-body", "the body ended too early: send it again");
        match frame.transpose().map_err(broken)?.map(|frame| frame.into_data().ok()) {
            None => return Ok(None),
            Some(Some(bytes)) => return Ok(Some(bytes)),
            // Trailers.
            Some(None) => {}
        }
    }
}

fn refused(error: BlobError) -> ApiError {
    match error {
        BlobError::TooLarge(_) => too_large(),
        BlobError::Disk(error) => ApiError::internal(&error),
    }
}

fn too_large() -> ApiError {
    let detail = format!("a file may have {FILE_BYTES_MAX} bytes");
    ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}
