//! What becomes of an event that cannot be handled now: it waits and is tried again, or it is parked for a person. Not
//! here: the call that failed (`step`), or who tries again (`worker`).
//!
//! A plugin that breaks down over an event is given it again, since a moment later, or with a better version, it may
//! succeed. A problem that it reports itself is its answer, and final.

use channel_engine::CallError;
use channel_engine::contract::{Problem, ProblemClass};
use desk_store::faults::is_planted;
use desk_store::{NewParked, PendingEvent, Tries, Tx};

use super::event::{Event, Origin};
use super::step::{End, InboxError, Input};
use crate::app::App;
use crate::clock::to_column;
use crate::desk::{accounts, deliveries};
use crate::telemetry;

/// How long an event waits after each try that failed but the last, ms: ten minutes in all. A fault of a moment costs
/// seconds, a restart with a better version comes in time, and its conversation is not held up for longer.
const WAITS_MS: [u64; 4] = [15_000, 60_000, 165_000, 360_000];
/// How often an event is tried.
pub(super) const TRIES: i64 = WAITS_MS.len() as i64 + 1;

/// Keeps an event for later, unchanged: the plugin is paused, or another event of its conversation waits.
pub(super) async fn wait(app: &App, input: Input, origin: Origin, now: u64) -> Result<End, InboxError> {
    let kept = app.store.write(move |tx| enqueue(tx, &input, origin, now)).await?;
    Ok(if kept.is_some() { End::Waiting } else { End::Repeated })
}

/// The plugin broke down: the event is tried again later, or parked when it was tried often enough. Where the version was
/// failing before, as `is_probe` says, the try does not count against the event.
pub(super) async fn failed(
    app: &App,
    input: Input,
    origin: Origin,
    tries: Tries,
    is_probe: bool,
    now: u64,
    error: &CallError,
) -> Result<End, InboxError> {
    let problem = problem_of(error);
    let left = tries.left + i64::from(is_probe);
    if left == 0 || origin == Origin::Direct || is_planted("tries-removed") {
        return park(app, input, origin, tries.attempts, now, problem).await;
    }
    tracing::warn!(
        account.id = input.account.id,
        event.kind = input.event.kind(),
        attempt = tries.attempts,
        problem.code = telemetry::code(&problem.code),
        "the plugin broke down over an event; it is tried again"
    );
    let kept = app.store.write(move |tx| {
        let Some(seq) = enqueue(tx, &input, origin, now)? else { return Ok(None) };
        if !matches!(origin, Origin::Queue { .. }) {
            tx.begin_event(seq)?;
        }
        let due_at = to_column(now.saturating_add(wait_ms(left)));
        tx.postpone_event(seq, left, due_at, &serde_json::to_value(&problem)?).map(Some)
    });
    Ok(if kept.await?.is_some() { End::Waiting } else { End::Repeated })
}

fn wait_ms(left: i64) -> u64 {
    let used = usize::try_from(TRIES - 1 - left).unwrap_or(0);
    WAITS_MS[used.min(WAITS_MS.len() - 1)]
}

/// Queues an event where it is not queued already, and marks that it is kept where it came from. `None` if it is kept or
/// done already.
fn enqueue(tx: &Tx, input: &Input, origin: Origin, now: u64) -> desk_store::Result<Option<i64>> {
    let Input { account, conversation, event } = input;
    let at = to_column(now);
    let call = match origin {
        Origin::Queue { seq, .. } => return Ok(Some(seq)),
        Origin::Outbox(call) => Some(call),
        Origin::Webhook if !tx.mark_handled(&account.id, event.dedupe(), at)? => return Ok(None),
        Origin::Direct if tx.has_event(&account.id, &conversation.id, &serde_json::to_value(event)?)? => {
            return Ok(None);
        }
        Origin::Webhook | Origin::Direct => None,
    };
    event.queue_for(tx, &account.id, &conversation.id, call, at).map(Some)
}

/// Keeps an event that the plugin could not handle. A reply ends as failed, so that its operator sees it.
pub(super) async fn park(
    app: &App,
    input: Input,
    origin: Origin,
    attempts: i64,
    now: u64,
    problem: Problem,
) -> Result<End, InboxError> {
    let shown = problem.clone();
    tracing::warn!(
        account.id = input.account.id,
        event.kind = input.event.kind(),
        attempt = attempts,
        problem.code = telemetry::code(&problem.code),
        "the plugin could not handle an event; it is parked"
    );
    let done = app
        .store
        .write(move |tx| {
            tell_people(tx, &input, &problem, now)?;
            let new = NewParked {
                account: input.account.id,
                conversation: input.conversation.id,
                dedupe: input.event.dedupe().to_owned(),
                kind: input.event.kind().to_owned(),
                problem: serde_json::to_value(&problem)?,
                event: serde_json::to_value(&input.event)?,
                attempts,
                at: to_column(now),
            };
            keep(tx, origin, &new)
        })
        .await?;
    Ok(if done { End::Parked(shown) } else { End::Repeated })
}

/// Parks an event of the queue that this desk cannot read, as a later version may have left it: whole, and to be replayed by
/// the version that can. It would hold up its conversation for ever. `false` if it was taken already.
pub(super) fn park_unknown(tx: &Tx, queued: &PendingEvent, now: u64) -> desk_store::Result<bool> {
    tracing::warn!(
        account.id = queued.account,
        event.kind = telemetry::code(&queued.kind),
        "an event in the queue is not one that this version of the desk knows; it is parked"
    );
    let problem = Problem {
        class: ProblemClass::Internal,
        code: "unknown-event".into(),
        text: "this version of the desk does not know the event".into(),
        advice: "Start the version of the desk that queued it, or a later one, and replay it there.".into(),
    };
    let new = NewParked {
        account: queued.account.clone(),
        conversation: queued.conversation.clone(),
        dedupe: String::new(),
        kind: queued.kind.clone(),
        problem: serde_json::to_value(problem)?,
        event: queued.event.clone(),
        attempts: tx.event_attempts(queued.seq)?,
        at: to_column(now),
    };
    keep(tx, Origin::Queue { seq: queued.seq, call: queued.call }, &new)
}

fn keep(tx: &Tx, origin: Origin, new: &NewParked) -> desk_store::Result<bool> {
    if let Origin::Queue { seq, call } = origin {
        call.map(|call| tx.end_call(call)).transpose()?;
        return tx.park_queued(seq, new);
    }
    let is_first = match origin {
        Origin::Webhook => tx.mark_handled(&new.account, &new.dedupe, new.at)?,
        Origin::Outbox(call) => tx.end_call(call)?,
        Origin::Queue { .. } | Origin::Direct => true,
    };
    if is_first {
        tx.park(new)?;
    }
    Ok(is_first)
}

/// Who waits for the event must not wait for ever: the operator for the reply, the administrator for the account.
fn tell_people(tx: &Tx, input: &Input, problem: &Problem, now: u64) -> desk_store::Result<()> {
    let (account, conversation) = (&input.account.id, &input.conversation.id);
    match &input.event {
        Event::Reply(reply) => deliveries::fail_reply(tx, account, conversation, &reply.id, problem, now),
        Event::AccountRequest(_) => accounts::fail(tx, account, problem),
        Event::Answer(_) if conversation.is_empty() => accounts::fail(tx, account, problem),
        Event::Answer(_) | Event::Inbound(_) | Event::TaskEvent(_) => Ok(()),
    }
}

fn problem_of(error: &CallError) -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: format!("plugin-{}", error.kind()),
        text: error.to_string(),
        advice: "Report it to the plugin's author, then replay the event.".into(),
    }
}

/// The plugin's commands cannot be carried out: `what` is not there.
pub(super) fn refused_outcome(what: &str) -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: "outcome-refused".into(),
        text: format!("the plugin's commands speak of something that is not there: {what}"),
        advice: "Report it to the plugin's author, then replay the event.".into(),
    }
}

/// It happened too long ago to come from the messenger now.
pub(super) fn stale() -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: "stale".into(),
        text: "it happened more than 24 hours before it came, by the messenger's clock: messengers repeat for an hour or so".into(),
        advice: "If the desk's clock is right and nobody knows why it comes now, discard it; else replay it.".into(),
    }
}

/// The process ended at each try, so there is no try left and nobody knows why.
pub(super) fn unfinished() -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: "plugin-unfinished".into(),
        text: "the desk ended each time while the plugin was handling the event".into(),
        advice: "See the desk's log and the machine's for why it ended, then replay the event.".into(),
    }
}

#[cfg(test)]
mod tests {
    use desk_store::{NewAccount, NewEvent, Store};
    use serde_json::json;

    use super::*;

    /// G11: what this version does not know is kept whole for one that does, and holds nothing up.
    #[tokio::test]
    async fn an_event_of_another_version_is_parked() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("desk.sqlite")).expect("it opens");
        let event = json!({"poll": {"question": "?"}});
        let kept = event.clone();
        let parked = store.write(move |tx| {
            tx.add_account(&NewAccount {
                id: "a".into(),
                channel: "viber".into(),
                name: "Shop".into(),
                settings: json!({}),
                configured_by: None,
                at: 1,
            })?;
            assert!(serde_json::from_value::<Event>(kept.clone()).is_err());
            tx.queue_event(&NewEvent {
                account: "a".into(),
                conversation: "c".into(),
                kind: "inbound",
                event: kept,
                call: None,
                tries: TRIES,
                at: 2,
            })?;
            let queued = tx.first_event("a", "c")?.expect("it waits");
            assert!(park_unknown(tx, &queued, 3)? && !park_unknown(tx, &queued, 3)?);
            assert!(tx.first_event("a", "c")?.is_none(), "what comes behind it is free");
            tx.parked(i64::MAX, 10)
        });
        let parked = parked.await.expect("written");
        let [row] = parked.as_slice() else { panic!("{parked:?}") };
        assert_eq!((row.kind.as_str(), &row.event), ("inbound", &event));
        assert_eq!(row.problem["code"], "unknown-event");
    }
}
