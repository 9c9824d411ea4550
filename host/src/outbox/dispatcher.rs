//! The worker that sends: wait for work or a stop, begin the attempts that are due, send, feed the answers back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use channel_engine::contract::{Answer, AnswerResult, Call};
use desk_store::faults::{crash_point, is_planted};
use desk_store::{CallRow, StoreError, Tx};

use super::overdue;
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::inbox::{Event, InboxError, Origin, handle};
use crate::secrets;
use crate::shutdown::Stop;
use crate::telemetry;

/// Most calls that are begun at once; the rest is taken in the next round.
const ROUND_MAX: i64 = 64;
/// The longest wait when nobody rings: a missed ring costs no more than this.
const POLL: Duration = Duration::from_secs(1);
/// After the store refused: time for a full disk or a long checkpoint to pass.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Ends what a stop left half done: whether those calls arrived, nobody knows, and the plugin decides (G6). It is told by
/// the inbox's worker.
///
/// # Errors
/// The store cannot be read or written.
pub async fn recover(app: &App) -> Result<(), StoreError> {
    let said = "the desk stopped while the call was under way";
    let again = is_planted("interrupted-sent-again");
    crash_point("before-recover");
    app.store.write(move |tx| lose(tx, tx.interrupted_calls()?, said, again)).await?;
    crash_point("after-recover");
    Ok(())
}

/// Queues for the plugin that nobody will hear the answers to these calls. `as_not_sent` is a planted fault.
pub(super) fn lose(tx: &Tx, calls: Vec<CallRow>, reason: &str, as_not_sent: bool) -> Result<(), StoreError> {
    let now = to_column(now_ms());
    for row in calls {
        let said = reason.to_owned();
        let result = if as_not_sent { AnswerResult::NotSent(said) } else { AnswerResult::Unknown(said) };
        let (seq, account, conversation) = (row.seq, row.account.clone(), row.conversation.clone());
        Event::Answer(answer(row, result)).queue_for(tx, &account, &conversation, Some(seq), now)?;
    }
    Ok(())
}

/// Sends calls until `stop`, then begins none and lets those under way come to their end. How long that may take is the
/// caller's to say: a call that is cut off counts as unknown at the next start.
pub async fn run(app: Arc<App>, mut stop: Stop) {
    let mut under_way = tokio::task::JoinSet::new();
    while !stop.is_asked() {
        while under_way.try_join_next().is_some() {}
        let wait = match begin(&app).await {
            Ok((begun, wait)) => {
                for row in begun {
                    under_way.spawn(deliver(app.clone(), row));
                }
                wait
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot read its rows");
                PAUSE_AFTER_ERROR
            }
        };
        tokio::select! {
            () = app.outbox_bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
            () = stop.asked() => break,
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Begins every attempt that is due; says when to look again.
async fn begin(app: &App) -> Result<(Vec<CallRow>, Duration), StoreError> {
    let now = to_column(now_ms());
    let channels = app.channels.ids();
    let look = move |tx: &Tx| Ok((tx.due_calls(&channels, now, ROUND_MAX)?, tx.next_due(now)?));
    let (due, next) = app.store.read(look).await?;
    if due.is_empty() {
        let wait = next.and_then(|next| u64::try_from(next - now).ok()).map(Duration::from_millis);
        return Ok((Vec::new(), wait.unwrap_or(POLL).min(POLL)));
    }
    Ok((begin_attempts(app, due, now).await?, Duration::ZERO))
}

/// Begins an attempt of each call that still waits. That it is under way is on disk before a byte leaves: after a crash it
/// counts as unknown, and is not sent again in silence.
pub(super) async fn begin_attempts(
    app: &App,
    calls: Vec<CallRow>,
    now: i64,
) -> Result<Vec<CallRow>, StoreError> {
    crash_point("before-attempts");
    let begun = app
        .store
        .write(move |tx| {
            let mut begun = Vec::new();
            for row in calls {
                if let Some(attempt) = tx.begin_attempt(row.seq, now)? {
                    begun.push(CallRow { attempt, began_at: now, ..row });
                }
            }
            Ok(begun)
        })
        .await?;
    crash_point("after-attempts");
    Ok(begun)
}

/// Sends a call whose attempt was begun, unless it is too late, and tells the plugin what became of it.
pub(super) async fn deliver(app: Arc<App>, row: CallRow) {
    let began = Instant::now();
    let is_late = row.at <= overdue::late(&app, row.began_at);
    let result = if is_late { overdue::answer(&app, &row) } else { send(&app, &row).await };
    let (account, seq) = (row.account.clone(), row.seq);
    let (ended, duration_ms) = (ended(&result), telemetry::ms(began.elapsed()));
    tracing::debug!(
        account.id = account,
        call.seq = seq,
        attempt = row.attempt,
        ended,
        duration_ms,
        "call made"
    );
    let answer = answer(row.clone(), result);
    while let Err(error) = feed(&app, &row, answer.clone()).await {
        tracing::error!(account.id = account, call.seq = seq, %error, "an answer could not be recorded");
        // An account that is gone has no calls. When the desk stops, the row stays `sending`, and the next start asks the
        // plugin what to do.
        if matches!(error, InboxError::UnknownAccount(_)) || app.stop.is_asked() {
            return;
        }
        tokio::time::sleep(PAUSE_AFTER_ERROR).await;
    }
}

/// How a call ended, for the log.
fn ended(result: &AnswerResult) -> &'static str {
    match result {
        AnswerResult::Response(_) => "response",
        AnswerResult::NotSent(_) => "not_sent",
        AnswerResult::Unknown(_) => "unknown",
        AnswerResult::RefusedByPolicy(_) => "refused_by_policy",
        AnswerResult::Other(_) => "other",
    }
}

async fn send(app: &Arc<App>, row: &CallRow) -> AnswerResult {
    // A key that was entered anew is tried in the account's own conversation only: what is said to customers goes by the
    // one that is known to work.
    let (id, is_own, shared) = (row.account.clone(), row.conversation.is_empty(), app.clone());
    let looked = app
        .store
        .read(move |tx| {
            let candidates = if is_own { secrets::candidates(tx, &shared.keys, &id)? } else { None };
            let secrets = candidates.map_or_else(|| secrets::values(tx, &shared.keys, &id), Ok)?;
            Ok((tx.account(&id)?, secrets))
        })
        .await;
    let looked = looked.inspect_err(|error| {
        tracing::error!(account.id = row.account, %error, "the account of a call cannot be read");
    });
    let Ok((Some(account), secrets)) = looked else {
        return AnswerResult::NotSent("the account could not be read".into());
    };
    let Some(channel) = app.channels.find(&account.channel) else {
        return AnswerResult::NotSent(format!("channel `{}` is not loaded", account.channel));
    };
    match serde_json::from_value::<Call>(row.request.clone()) {
        Ok(call) => {
            crash_point("before-send");
            let result = app.egress.send(&call, &channel.manifest().hosts, &secrets).await;
            crash_point("after-send");
            result
        }
        Err(error) => AnswerResult::RefusedByPolicy(format!("the stored call is damaged: {error}")),
    }
}

async fn feed(app: &Arc<App>, row: &CallRow, answer: Answer) -> Result<(), InboxError> {
    handle(app, &row.account, &row.conversation, Event::Answer(answer), Origin::Outbox(row.seq)).await?;
    Ok(())
}

fn answer(row: CallRow, result: AnswerResult) -> Answer {
    let call: Call = serde_json::from_value(row.request).unwrap_or_default();
    Answer {
        call: row.id,
        attempt: u32::try_from(row.attempt).unwrap_or(u32::MAX),
        began_at: u64::try_from(row.began_at).unwrap_or_default(),
        result,
        body: call.body,
        context: call.context,
    }
}
