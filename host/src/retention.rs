//! The worker that forgets: once an hour, in small steps, what has been kept long enough. Not here: what that is, which
//! the store says.

use std::sync::Arc;

use desk_store::{KeptFrom, Result};

use crate::app::App;
use crate::clock::{self, now_ms, to_column};
use crate::desk::erase;

/// How long done calls, receipts without a message and deleted tasks' content are kept unless the settings say
/// otherwise, days.
pub const KEEP_DAYS: u32 = 30;
/// How long dedupe ids are kept, days. Viber repeats a callback for an hour; a backup that is put back brings more.
const HANDLED_DAYS: u32 = 30;
/// How long an upload waits to be used, days.
const UPLOAD_DAYS: u32 = 1;
/// By the desk's clock, which a simulation moves.
const EVERY_MS: u64 = 3_600_000;
/// After a start: it has more urgent things to do.
const AFTER_START_MS: u64 = 60_000;
/// Most things of a kind that are looked up at a time.
const FOUND_MAX: i64 = 5_000;
/// Things that are forgotten in one job of the store: a millisecond or two, between webhooks.
const JOB_MAX: usize = 100;

/// How long what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Done calls, receipts without a message, deleted tasks' content: days.
    pub days: u32,
    /// Files in customers' messages: days; `None` for ever.
    pub media_days: Option<u32>,
}

impl Keep {
    /// In words, for who looks after a desk.
    #[must_use]
    pub fn says(self) -> String {
        let media = self.media_days.map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
        format!(
            "done calls {} days, dedupe ids {HANDLED_DAYS} days, customers' files {media}, parked events until they are settled",
            self.days
        )
    }
}

/// Forgets for ever.
pub async fn run(app: Arc<App>, keep: Keep) {
    let mut next = now_ms() + AFTER_START_MS;
    loop {
        clock::until(next).await;
        // From its beginning: an hour that passes meanwhile counts.
        next = now_ms() + EVERY_MS;
        match sweep(&app, keep).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "what was kept long enough is forgotten"),
            Err(error) => tracing::error!(%error, "what was kept long enough could not be forgotten"),
        }
        sweep_files(&app).await;
    }
}

/// Deletes the files that nothing has any more, a 256th of them at a time.
async fn sweep_files(app: &Arc<App>) {
    for first in 0..=u8::MAX {
        let blobs = app.blobs.clone();
        match tokio::task::spawn_blocking(move || blobs.hashes(first)).await {
            Ok(Ok(hashes)) => erase::delete_unused(app, hashes).await,
            Ok(Err(error)) => tracing::error!(%error, "a folder of files could not be read"),
            Err(error) => tracing::error!(%error, "looking for files ended early"),
        }
    }
}

async fn sweep(app: &App, keep: Keep) -> Result<usize> {
    let now = to_column(now_ms());
    let kept = KeptFrom {
        handled: before(now, HANDLED_DAYS),
        rest: before(now, keep.days),
        media: keep.media_days.map(|days| before(now, days)),
        uploads: before(now, UPLOAD_DAYS),
    };
    let mut forgotten = 0;
    loop {
        let found = app.store.read(move |tx| tx.expired(kept, FOUND_MAX)).await?;
        if found.is_empty() {
            return Ok(forgotten);
        }
        forgotten += found.len();
        for some in found.chunks(JOB_MAX) {
            let some = some.to_vec();
            app.store.write(move |tx| some.iter().try_for_each(|one| tx.forget(one, kept))).await?;
        }
    }
}

fn before(now: i64, days: u32) -> i64 {
    now.saturating_sub(i64::from(days) * 24 * 3_600_000)
}
