//! One event through the plugin and into the store. This is where a message is either kept whole or not at all.

use std::sync::Arc;

use channel_engine::contract::{Account, AccountRequest, Conversation, Outcome, Problem};
use channel_engine::{CallError, Channel};
use desk_store::faults::{crash_point, is_planted};
use desk_store::{AccountRow, PendingEvent, StoreError, Tries, Tx};
use serde::Deserialize as _;

use super::breaker::{Pause, Verdict};
use super::event::{Event, Origin};
use super::{effects, failure, lanes::Lane};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::{Place, deliveries};

/// How an event ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Its effects are on disk.
    Done,
    /// It was handled before; nothing changed.
    Repeated,
    /// It is on disk, and the plugin is told later: it broke down over it or is paused, or an event before this one waits.
    Waiting,
    /// The plugin could not handle it; it is kept for a person.
    Parked(Problem),
}

/// Why an event could not be brought to an end. Nothing of it was kept: whoever brought it brings it again.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// No such account.
    #[error("account {0} does not exist")]
    UnknownAccount(String),
    /// The account's plugin is not loaded.
    #[error("channel `{0}` is not loaded: start the desk with --plugin for it")]
    UnknownChannel(String),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The plugin's thread died: a bug in the desk.
    #[error("the plugin's thread ended early")]
    Thread,
}

/// Handles an event of a conversation: waits for the lane, tells the plugin what it has to know before, then this.
///
/// # Errors
/// See [`InboxError`].
pub async fn handle(
    app: &Arc<App>,
    account: &str,
    conversation: &str,
    event: Event,
    origin: Origin,
) -> Result<End, InboxError> {
    let lane = app.lanes.enter(account, conversation).await;
    if drain_in(app, account, conversation, &lane).await? || is_planted("queue-jumped") {
        return step(app, account, conversation, event, origin, &lane).await;
    }
    // What came before it waits, so it waits behind.
    let now = now_ms();
    let account = Account { id: account.to_owned(), now, ..Account::default() };
    let conversation = Conversation { id: conversation.to_owned(), ..Conversation::default() };
    failure::wait(app, Input { account, conversation, event }, origin, now).await
}

/// Asks something of an account, in its own conversation.
///
/// # Errors
/// See [`InboxError`].
pub async fn request(app: &Arc<App>, account: &str, request: AccountRequest) -> Result<End, InboxError> {
    handle(app, account, "", Event::AccountRequest(request), Origin::Direct).await
}

/// Checks an account unless something else is under way with it: a check in the middle would end what it interrupts.
/// One that an administrator took down is left alone. Says whether it was checked.
///
/// # Errors
/// See [`InboxError`].
pub async fn check_if_idle(app: &Arc<App>, account: &str) -> Result<bool, InboxError> {
    // In the lane, where every request and every answer of the account's has to pass.
    let lane = app.lanes.enter(account, "").await;
    let id = account.to_owned();
    let is_idle = app.store.read(move |tx| {
        let row = tx.account(&id)?.filter(|row| matches!(row.health.as_str(), "connected" | "failed"));
        Ok(row.is_some() && !tx.has_open_calls(&id, "")?)
    });
    if !is_idle.await? {
        return Ok(false);
    }
    if !drain_in(app, account, "", &lane).await? {
        return Ok(false);
    }
    let check = Event::AccountRequest(AccountRequest::Check);
    step(app, account, "", check, Origin::Direct, &lane).await?;
    Ok(true)
}

/// Tells the plugin the queued events of a conversation that are due.
///
/// # Errors
/// See [`InboxError`].
pub async fn drain(app: &Arc<App>, account: &str, conversation: &str) -> Result<(), InboxError> {
    let lane = app.lanes.enter(account, conversation).await;
    drain_in(app, account, conversation, &lane).await.map(drop)
}

/// Parks an event that waits, untried: it has waited too long.
///
/// # Errors
/// See [`InboxError`].
pub async fn give_up(app: &Arc<App>, queued: PendingEvent, problem: Problem) -> Result<(), InboxError> {
    let _lane = app.lanes.enter(&queued.account, &queued.conversation).await;
    let now = now_ms();
    let Ok(event) = Event::deserialize(&queued.event) else {
        app.store.write(move |tx| failure::park_unknown(tx, &queued, now)).await?;
        return Ok(());
    };
    let input = Input {
        account: Account { id: queued.account, now, ..Account::default() },
        conversation: Conversation { id: queued.conversation, ..Conversation::default() },
        event,
    };
    let origin = Origin::Queue { seq: queued.seq, call: queued.call };
    let seq = queued.seq;
    let attempts = app.store.read(move |tx| tx.event_attempts(seq)).await?;
    failure::park(app, input, origin, attempts, now, problem).await.map(drop)
}

/// Says whether nothing waits any more.
async fn drain_in(
    app: &Arc<App>,
    account: &str,
    conversation: &str,
    lane: &Lane<'_>,
) -> Result<bool, InboxError> {
    loop {
        let key = (account.to_owned(), conversation.to_owned());
        let Some(queued) = app.store.read(move |tx| tx.first_event(&key.0, &key.1)).await? else {
            return Ok(true);
        };
        if queued.due_at > to_column(now_ms()) {
            return Ok(false);
        }
        let Ok(event) = Event::deserialize(&queued.event) else {
            app.store.write(move |tx| failure::park_unknown(tx, &queued, now_ms())).await?;
            continue;
        };
        let origin = Origin::Queue { seq: queued.seq, call: queued.call };
        if step(app, account, conversation, event, origin, lane).await? == End::Waiting {
            return Ok(false);
        }
    }
}

/// The one place where a plugin's `handle-…` is called and its outcome committed. The lane is held throughout, so the
/// state that the plugin saw is the state that is replaced.
async fn step(
    app: &Arc<App>,
    account: &str,
    conversation: &str,
    event: Event,
    origin: Origin,
    _lane: &Lane<'_>,
) -> Result<End, InboxError> {
    let Some((row, before)) = look(app, account, conversation, &event, origin).await? else {
        app.store.write(|tx| tx.count_repeated()).await?;
        return Ok(End::Repeated);
    };
    let channel = app.channels.find(&row.channel).cloned();
    let channel = channel.ok_or_else(|| InboxError::UnknownChannel(row.channel.clone()))?;
    let now = now_ms();
    let input = Input {
        account: app.contract_account(&row, now),
        conversation: Conversation { id: conversation.to_owned(), state: before.state },
        event,
    };
    let Some(pass) = app.breakers.admit(&channel, now) else {
        return failure::wait(app, input, origin, now).await;
    };
    let Some(tries) = begin(app, origin).await? else {
        return failure::park(app, input, origin, failure::TRIES, now, failure::unfinished()).await;
    };
    let (called, input) = call(app, channel, input).await?;
    let problem = match called {
        Ok(answer) => {
            note_pauses(app, pass.succeeded()).await;
            match answer {
                Ok(outcome) => {
                    let place = Commit { row, revision: before.revision, origin, now };
                    match commit(app, place, &input, outcome).await {
                        Err(StoreError::Missing(what)) => failure::refused_outcome(what),
                        end => return Ok(end?),
                    }
                }
                Err(problem) => problem,
            }
        }
        Err(error) => {
            let verdict = pass.failed(now_ms(), &error);
            note_pauses(app, verdict).await;
            return failure::failed(app, input, origin, tries, verdict.is_probe, now, &error).await;
        }
    };
    failure::park(app, input, origin, tries.attempts, now, problem).await
}

/// Counts the try, on disk where the event is in the queue: one that ends with the process counts too. What comes from
/// elsewhere is not acknowledged yet, and so comes again. `None` if there is no try left.
async fn begin(app: &App, origin: Origin) -> Result<Option<Tries>, StoreError> {
    match origin {
        Origin::Queue { seq, .. } => app.store.write(move |tx| tx.begin_event(seq)).await,
        Origin::Webhook | Origin::Outbox(_) | Origin::Direct => {
            Ok(Some(Tries { attempts: 1, left: failure::TRIES - 1 }))
        }
    }
}

type Called = Result<Result<Outcome, Problem>, CallError>;

async fn call(app: &Arc<App>, channel: Channel, input: Input) -> Result<(Called, Input), InboxError> {
    let shared = app.clone();
    let call = move || {
        let call = || input.event.call(&channel, &input.account, &input.conversation);
        (shared.metrics.call(input.event.kind(), call), input)
    };
    tokio::task::spawn_blocking(call).await.map_err(|_| InboxError::Thread)
}

/// Leaves word of the pauses for those who look at the file.
async fn note_pauses(app: &App, verdict: Verdict) {
    if !verdict.has_changed {
        return;
    }
    let pauses = app.breakers.pauses();
    tracing::warn!(paused = pauses.len(), "a plugin's pause began or ended");
    if let Err(error) = app.store.write(move |tx| Pause::keep(tx, &pauses)).await {
        tracing::error!(%error, "the plugins' pauses could not be noted");
    }
}

/// What the plugin is called with.
pub(super) struct Input {
    pub(super) account: Account,
    pub(super) conversation: Conversation,
    pub(super) event: Event,
}

struct Commit {
    row: AccountRow,
    revision: i64,
    origin: Origin,
    now: u64,
}

/// Reads the account and the conversation's state; `None` if the event was handled before.
async fn look(
    app: &App,
    account: &str,
    conversation: &str,
    event: &Event,
    origin: Origin,
) -> Result<Option<(AccountRow, desk_store::ConversationRow)>, InboxError> {
    let (id, conversation) = (account.to_owned(), conversation.to_owned());
    let dedupe = (origin == Origin::Webhook).then(|| event.dedupe().to_owned());
    let (row, state) = app
        .store
        .read(move |tx| {
            let repeated = dedupe.map_or(Ok(false), |dedupe| tx.is_handled(&id, &dedupe))?;
            let state = if repeated { None } else { Some(tx.conversation(&id, &conversation)?) };
            Ok((tx.account(&id)?, state))
        })
        .await?;
    let row = row.ok_or_else(|| InboxError::UnknownAccount(account.to_owned()))?;
    Ok(state.map(|state| (row, state)))
}

/// Dedupe key, state and commands in one transaction: all of it is on disk when this returns, or nothing.
async fn commit(app: &Arc<App>, commit: Commit, input: &Input, outcome: Outcome) -> Result<End, StoreError> {
    let (shared, conversation) = (app.clone(), input.conversation.id.clone());
    let dedupe = input.event.dedupe().to_owned();
    let answered = if let Event::Answer(answer) = &input.event { Some(answer.call.clone()) } else { None };
    let reply = if let Event::Reply(reply) = &input.event { Some(reply.id.clone()) } else { None };
    crash_point("before-effects");
    let end = app
        .store
        .write(move |tx| {
            let Commit { row, revision, origin, now } = commit;
            if !mark_done(tx, &row.id, origin, &dedupe, now)? {
                return Ok(End::Repeated);
            }
            let place = Place {
                account: &row,
                conversation: &conversation,
                call: answered.map(|call| tx.call_seq(&row.id, &call)).transpose()?.flatten(),
                now: to_column(now),
                keys: &shared.keys,
                public_url: &shared.public_url,
            };
            effects::apply(tx, shared.helpdesk.as_ref(), &place, revision, &outcome)?;
            reply.map(|reply| deliveries::expect(tx, &place, &reply)).transpose()?;
            if origin == Origin::Webhook {
                tx.count_done()?;
            }
            Ok(End::Done)
        })
        .await?;
    crash_point("after-effects");
    app.outbox_bell.notify_one();
    app.media_bell.notify_one();
    app.inbox_bell.notify_one();
    Ok(end)
}

/// Marks the event as done where it came from; `false` if it was done before.
fn mark_done(tx: &Tx, account: &str, origin: Origin, dedupe: &str, now: u64) -> desk_store::Result<bool> {
    match origin {
        Origin::Webhook => tx.mark_handled(account, dedupe, to_column(now)),
        Origin::Queue { seq, call } => {
            call.map(|call| tx.end_call(call)).transpose()?;
            tx.take_event(seq)
        }
        Origin::Outbox(seq) => tx.end_call(seq),
        Origin::Direct => Ok(true),
    }
}
