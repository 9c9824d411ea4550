//! The worker that tells plugins the events that wait: those that a stop left behind, that a plugin broke down over, that
//! came while it was paused, and those that somebody replays.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use desk_store::StoreError;
use tokio::task::JoinSet;

use super::step::drain;
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::shutdown::Stop;

/// Most conversations that are worked on at once.
const AT_ONCE_MAX: usize = 16;
/// How often the rows are looked at when nobody rings: when an event is due is a matter of the desk's clock.
const POLL: Duration = Duration::from_secs(1);

/// An account and a conversation of it.
type Key = (String, String);

/// Works until `stop`, then begins nothing and lets what is under way come to its end.
pub async fn run(app: Arc<App>, mut stop: Stop) {
    let (mut under_way, mut held) = (JoinSet::new(), HashSet::new());
    while !stop.is_asked() {
        match due(&app, &held).await {
            Ok(due) => {
                for key in due {
                    held.insert(key.clone());
                    under_way.spawn(work(app.clone(), key));
                }
            }
            Err(error) => tracing::error!(%error, "the events that wait cannot be read"),
        }
        tokio::select! {
            () = app.inbox_bell.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            Some(ended) = under_way.join_next() => { ended.map(|key| held.remove(&key)).ok(); }
            () = stop.asked() => break,
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Conversations to be worked on now, as many as there is room for. One whose plugin is paused, or not loaded, is not.
async fn due(app: &App, held: &HashSet<Key>) -> Result<Vec<Key>, StoreError> {
    let room = AT_ONCE_MAX.saturating_sub(held.len());
    if room == 0 {
        return Ok(Vec::new());
    }
    let now = now_ms();
    let ready = app.channels.iter().filter(|channel| app.breakers.is_ready(channel, now));
    let ready: Vec<_> = ready.map(|channel| channel.manifest().id.clone()).collect();
    let most = i64::try_from(AT_ONCE_MAX).unwrap_or(i64::MAX);
    let mut due = app.store.read(move |tx| tx.due_conversations(&ready, to_column(now), most)).await?;
    due.retain(|key| !held.contains(key));
    due.truncate(room);
    Ok(due)
}

async fn work(app: Arc<App>, key: Key) -> Key {
    if let Err(error) = drain(&app, &key.0, &key.1).await {
        tracing::error!(account.id = key.0, %error, "events that wait could not be handled");
        // As after any look that found nothing: whatever it was may pass.
        tokio::time::sleep(POLL).await;
    }
    key
}
