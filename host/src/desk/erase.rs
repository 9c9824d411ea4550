//! Erasing what is kept of a contact, in the database, in its log and on disk. Not here: which rows that is, which the
//! store says; nor backups that were taken before, which nobody but their owner reaches.

use std::sync::Arc;
use std::time::Duration;

use desk_store::{Erased, StoreError};

use crate::app::App;
use crate::clock::{now_ms, to_column};

/// Between two tries to empty the log while somebody reads an older state of the file, as a backup does.
const LOG_PAUSE: Duration = Duration::from_millis(200);
/// Tries before the caller is told that it is still being done.
const LOG_TRIES: u32 = 10;
/// Tries after that: an hour of them.
const LOG_TRIES_MAX: u32 = 18_000;

/// What an erasure came to.
#[derive(Debug)]
pub struct Erasure {
    /// What was erased.
    pub erased: Erased,
    /// Whether nothing of it is in the log any more. If not yet, it is being done.
    pub is_log_empty: bool,
}

/// Erases what is kept of a contact; `None` if there is none, or not any more.
///
/// # Errors
/// The store refuses; then nothing is erased.
pub async fn contact(app: &Arc<App>, id: i64) -> Result<Option<Erasure>, StoreError> {
    let find = move |tx: &desk_store::Tx| Ok(tx.contact(id)?.filter(|row| row.erased_at.is_none()));
    let Some(row) = app.store.read(find).await? else { return Ok(None) };
    let lane = app.lanes.enter(&row.account, &row.conversation).await;
    let erased = app
        .store
        .write(move |tx| {
            // As it is now, and once: somebody else may have been faster.
            let row = find(tx)?;
            row.map(|row| tx.erase_contact(&row, to_column(now_ms()))).transpose()
        })
        .await?;
    drop(lane);
    let Some(erased) = erased else { return Ok(None) };
    delete_unused(app, erased.blobs.clone()).await;
    let is_log_empty = empty_log(app, LOG_TRIES).await;
    if !is_log_empty {
        let app = app.clone();
        tokio::spawn(async move {
            if !empty_log(&app, LOG_TRIES_MAX).await {
                tracing::warn!("the database's log still has what was erased: the next start empties it");
            }
        });
    }
    Ok(Some(Erasure { erased, is_log_empty }))
}

/// Deletes those of the blobs that no row has any more. One that cannot be deleted now is by the hourly sweep.
pub async fn delete_unused(app: &Arc<App>, blobs: Vec<String>) {
    let app = app.clone();
    let deleted = tokio::task::spawn_blocking(move || {
        for sha256 in blobs {
            let is_used = || app.store.read_now(|tx| tx.is_blob_used(&sha256)).map_err(std::io::Error::other);
            if let Err(error) = app.blobs.delete_unless(&sha256, is_used) {
                tracing::error!(%error, "a file that nothing has any more could not be deleted");
            }
        }
    });
    if deleted.await.is_err() {
        tracing::error!("deleting files ended early");
    }
}

async fn empty_log(app: &App, tries: u32) -> bool {
    for _ in 0..tries {
        match app.store.checkpoint().await {
            Ok(true) => return true,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the database's log could not be emptied"),
        }
        tokio::time::sleep(LOG_PAUSE).await;
    }
    false
}
