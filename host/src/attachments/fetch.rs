//! The queue of files that customers sent: fetched right after the commit that asked for them, those first whose link dies
//! first. Not here: one file's bytes (`download`), or what a file means (`desk`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use desk_store::faults::crash_point;
use desk_store::{KeptMedia, MediaRow, StoreError};
use serde_json::json;
use tokio::task::JoinSet;

use super::download::{Fetched, Trouble};
use super::kinds::{Kind, clean_name};
use super::{Downloader, FILE_BYTES_MAX};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::erase;
use crate::shutdown::Stop;

/// Most files at once: at 60 s each at worst, 500 waiting files begin within two hours, and usually within seconds.
const AT_ONCE: usize = 4;
/// How often the rows are looked at without a bell: for those that wait for their next attempt.
const POLL: Duration = Duration::from_secs(1);
/// Before the second attempt; doubled for each one after.
const PAUSE_MS: i64 = 2_000;
/// Longest pause.
const PAUSE_MS_MAX: i64 = 300_000;
/// Attempts for a link of which nobody knows how long it lives.
const ATTEMPTS_MAX: i64 = 8;
/// Most bytes of a person's picture.
const AVATAR_BYTES_MAX: u64 = 5 << 20;

/// Fetches until `stop`. What is under way then is begun anew at the next start: its row still waits.
pub async fn run(app: Arc<App>, downloader: Arc<Downloader>, mut stop: Stop) {
    let (mut tasks, mut under_way) = (JoinSet::new(), BTreeSet::new());
    while !stop.is_asked() {
        if let Err(error) = begin(&app, &downloader, &mut tasks, &mut under_way).await {
            tracing::error!(%error, "the queue of files cannot be read");
        }
        tokio::select! {
            () = app.media_bell.notified(), if under_way.len() < AT_ONCE => {}
            () = tokio::time::sleep(POLL) => {}
            Some(ended) = tasks.join_next() => match ended {
                Ok(id) => { under_way.remove(&id); }
                Err(error) => tracing::error!(%error, "fetching a file ended early"),
            },
            () = stop.asked() => {}
        }
    }
}

async fn begin(
    app: &Arc<App>,
    downloader: &Arc<Downloader>,
    tasks: &mut JoinSet<i64>,
    under_way: &mut BTreeSet<i64>,
) -> Result<(), StoreError> {
    let free = AT_ONCE.saturating_sub(under_way.len());
    // A full disk is for what customers write.
    if free == 0 || app.pressure.room().is_err() {
        return Ok(());
    }
    let now = to_column(now_ms());
    let due = app.store.read(move |tx| tx.due_media(now, 2 * AT_ONCE as i64)).await?;
    let due: Vec<_> = due.into_iter().filter(|row| !under_way.contains(&row.id)).take(free).collect();
    for row in due {
        under_way.insert(row.id);
        let (app, downloader) = (app.clone(), downloader.clone());
        tasks.spawn(async move {
            let id = row.id;
            if let Err(error) = rescue(&app, &downloader, row).await {
                tracing::error!(media.id = id, %error, "what became of a file could not be recorded");
            }
            id
        });
    }
    Ok(())
}

async fn rescue(app: &Arc<App>, downloader: &Downloader, row: MediaRow) -> Result<(), StoreError> {
    let kind = Kind::of(&row.kind);
    let limit = if row.action.is_some() { FILE_BYTES_MAX } else { AVATAR_BYTES_MAX };
    match downloader.fetch(&app.blobs, &row.url, kind, limit).await {
        Ok(fetched) => {
            let kept = kept(&row, kind, &fetched);
            crash_point("before-kept");
            let is_wanted = app.store.write(move |tx| tx.keep_media(row.id, &kept)).await?;
            crash_point("after-kept");
            let Fetched { blob, pin, .. } = fetched;
            drop(pin);
            if !is_wanted {
                erase::delete_unused(app, vec![blob.sha256]).await;
            }
            Ok(())
        }
        Err(trouble) => {
            let (trouble, due_at) = verdict(&row, trouble, to_column(now_ms()));
            let problem = json!({"code": trouble.code(), "text": trouble.to_string()});
            tracing::warn!(
                account.id = row.account,
                media.id = row.id,
                problem.code = trouble.code(),
                again = due_at.is_some(),
                "a customer's file was not fetched"
            );
            app.store.write(move |tx| tx.fail_media(row.id, &problem, due_at)).await
        }
    }
}

fn kept(row: &MediaRow, kind: Kind, fetched: &Fetched) -> KeptMedia {
    KeptMedia {
        name: clean_name(row.name.as_deref(), kind, fetched.extension),
        sha256: fetched.blob.sha256.clone(),
        size: to_column(fetched.blob.size),
        media_type: fetched.media_type.to_owned(),
    }
}

/// What to tell, and when to try again, if at all. The last attempt is at the link's end.
fn verdict(row: &MediaRow, trouble: Trouble, now: i64) -> (Trouble, Option<i64>) {
    let made = row.attempts + 1;
    if trouble.attempts_max().is_some_and(|most| made >= most) {
        return (trouble, None);
    }
    let pause = PAUSE_MS.saturating_mul(1 << row.attempts.clamp(0, 20)).min(PAUSE_MS_MAX);
    match row.url_until {
        Some(until) if now >= until => (Trouble::Expired, None),
        Some(until) => (trouble, Some((now + pause).min(until))),
        None if made >= ATTEMPTS_MAX => (trouble, None),
        None => (trouble, Some(now + pause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(attempts: i64, url_until: Option<i64>) -> MediaRow {
        MediaRow {
            id: 1,
            account: "viber-1".into(),
            action: Some(1),
            part: 0,
            contact: None,
            kind: "image".into(),
            url: "https://dl-media.viber.com/a".into(),
            url_until,
            state: "waiting".into(),
            attempts,
            name: None,
            sha256: None,
            media_type: None,
            size: None,
            problem: None,
        }
    }

    #[track_caller]
    fn check(attempts: i64, until: Option<i64>, trouble: Trouble, code: &str, due_at: Option<i64>) {
        let (trouble, due) = verdict(&row(attempts, until), trouble, 1_000_000);
        assert_eq!((trouble.code(), due), (code, due_at));
    }

    /// G18, T8: as long as the link lives, and not beyond; what will not change is not tried again.
    #[test]
    fn a_file_is_tried_until_its_link_dies() {
        let hour = Some(4_600_000);
        check(0, hour, Trouble::Unreachable, "unreachable", Some(1_002_000));
        check(3, hour, Trouble::Status(503), "server-refused", Some(1_016_000));
        check(40, hour, Trouble::Unreachable, "unreachable", Some(1_300_000));
        check(0, Some(1_001_000), Trouble::Unreachable, "unreachable", Some(1_001_000));
        check(9, Some(1_000_000), Trouble::Unreachable, "link-expired", None);
        check(0, hour, Trouble::Expired, "link-expired", None);
        check(0, hour, Trouble::Status(404), "server-refused", None);
        check(0, hour, Trouble::TooLarge(1), "too-large", None);
        check(1, hour, Trouble::Slow, "too-slow", Some(1_004_000));
        check(2, hour, Trouble::Slow, "too-slow", None);
        check(6, None, Trouble::Unreachable, "unreachable", Some(1_128_000));
        check(7, None, Trouble::Unreachable, "unreachable", None);
    }
}
