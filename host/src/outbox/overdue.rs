//! The last resort: what an operator wrote ends in time, whatever keeps it from being sent, and its operator sees how. Not
//! here: when something is tried again before, which is the plugin's to say.

use std::sync::Arc;

use channel_engine::contract::{AnswerResult, Problem, ProblemClass};
use desk_store::faults::is_planted;
use desk_store::{CallRow, StoreError};

use super::dispatcher::{begin_attempts, deliver};
use super::resend;
use crate::app::App;
use crate::clock::{self, now_ms, to_column};
use crate::inbox::{InboxError, give_up};

/// How long an answer may wait to be sent unless the settings say otherwise, hours: a day later it answers nothing any more.
pub const SEND_HOURS: u32 = 24;
/// How often is looked, by the desk's clock.
const EVERY_MS: u64 = 60_000;
/// Most rows that are taken at a time.
pub(super) const FOUND_MAX: i64 = 100;

/// Looks for ever.
pub async fn run(app: Arc<App>) {
    let mut next = now_ms() + EVERY_MS;
    loop {
        clock::until(next).await;
        // From its beginning: a minute that passes meanwhile counts.
        next = now_ms() + EVERY_MS;
        if let Err(error) = sweep(&app).await {
            tracing::error!(%error, "what has waited too long could not be ended");
        }
    }
}

/// Ends what has waited too long, in its order and so that the plugin hears of each call, and what nothing more can come of;
/// then sends again what is lost, where the desk may.
///
/// # Errors
/// The store cannot be read or written.
pub async fn sweep(app: &Arc<App>) -> Result<(), InboxError> {
    end_late_replies(app).await?;
    end_late_calls(app).await?;
    settle_forsaken(app).await?;
    Ok(resend::sweep(app).await?)
}

/// Until when what is late now was queued, ms.
pub(super) fn late(app: &App, now: i64) -> i64 {
    let hours = if is_planted("late-sent") { u32::MAX } else { app.send_hours };
    now.saturating_sub(i64::from(hours) * 3_600_000)
}

/// What the plugin hears of a call that is late.
pub(super) fn answer(app: &App, row: &CallRow) -> AnswerResult {
    let why = row.problem.as_ref().and_then(|problem| problem["text"].as_str());
    let why = why.map(|text| format!("; what it waited for: {text}")).unwrap_or_default();
    AnswerResult::RefusedByPolicy(format!("it could not be sent within {} hours{why}", app.send_hours))
}

/// Replies that the plugin was not told yet: it is paused, not loaded, or breaks down.
async fn end_late_replies(app: &Arc<App>) -> Result<(), InboxError> {
    let mut after = 0;
    loop {
        let since = late(app, to_column(now_ms()));
        let found = app.store.read(move |tx| tx.late_replies(since, after, FOUND_MAX)).await?;
        let Some(last) = found.last() else { return Ok(()) };
        after = last.seq;
        for event in found {
            give_up(app, event, problem_of_late(app)).await?;
        }
    }
}

/// The first of each conversation, whatever it waits for, until none of them is late.
async fn end_late_calls(app: &Arc<App>) -> Result<(), StoreError> {
    loop {
        let (channels, now) = (app.channels.ids(), to_column(now_ms()));
        let since = late(app, now);
        let found = app.store.read(move |tx| tx.late_calls(&channels, since, FOUND_MAX)).await?;
        if found.is_empty() {
            return Ok(());
        }
        for row in begin_attempts(app, found, now).await? {
            deliver(app.clone(), row).await;
        }
    }
}

fn problem_of_late(app: &App) -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: "late".into(),
        text: format!("the channel could not be told of it within {} hours", app.send_hours),
        advice: "See whether the channel is loaded and works, then write it again if it still matters."
            .into(),
    }
}

/// Parts that are pending, and of which no call is left to say more: the plugin never did.
async fn settle_forsaken(app: &App) -> Result<(), StoreError> {
    let problem = Problem {
        class: ProblemClass::Internal,
        code: "no-end".into(),
        text: format!("the channel did not say within {} hours what became of it", app.send_hours),
        advice: "Ask the customer before you send it again: they may have it already.".into(),
    };
    let problem = serde_json::to_value(problem)?;
    loop {
        let (problem, channels, now) = (problem.clone(), app.channels.ids(), to_column(now_ms()));
        let since = late(app, now);
        let looked = channels.clone();
        // Mostly there is none, and the writer has better to do.
        let found = app.store.read(move |tx| tx.forsaken_deliveries(&looked, since, 1)).await?;
        if found.is_empty() {
            return Ok(());
        }
        let settle = app.store.write(move |tx| {
            let found = tx.forsaken_deliveries(&channels, since, FOUND_MAX)?;
            for row in &found {
                tx.set_delivery(row.seq, "unconfirmed", None, Some(&problem), now)?;
            }
            Ok(found.len())
        });
        match settle.await? {
            0 => return Ok(()),
            parts => {
                tracing::warn!(parts, "nobody said what became of parts of answers: they are unconfirmed")
            }
        }
    }
}
