//! One event through the plugin and into the store. This is where a message is either kept whole or not at all.

use channel_engine::contract::{
    Account, AccountRequest, Command, Conversation, Outcome, Problem, ProblemClass,
};
use desk_store::{AccountRow, NewParked, StoreError, Tx};
use std::pin::Pin;
use std::sync::Arc;

use super::event::{Event, Origin};
use super::{effects, lanes::Lane};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::desk::{Place, accounts, deliveries};
use crate::telemetry;

/// How an event ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Its effects are on disk.
    Done,
    /// It was handled before; nothing changed.
    Repeated,
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
    drain_in(app, account, conversation, &lane).await?;
    step(app, account, conversation, event, origin, &lane).await
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
    drain_in(app, account, "", &lane).await?;
    let check = Event::AccountRequest(AccountRequest::Check);
    step(app, account, "", check, Origin::Direct, &lane).await?;
    Ok(true)
}

/// Tells the plugin the queued events of a conversation.
///
/// # Errors
/// See [`InboxError`].
pub async fn drain(app: &Arc<App>, account: &str, conversation: &str) -> Result<(), InboxError> {
    let lane = app.lanes.enter(account, conversation).await;
    drain_in(app, account, conversation, &lane).await
}

/// Tells the plugins every queued event: after a start, those that a stop left behind.
///
/// # Errors
/// The store cannot be read. A conversation that cannot be drained is logged, and the others go on.
pub async fn drain_all(app: &Arc<App>) -> Result<(), InboxError> {
    for (account, conversation) in app.store.read(|tx| tx.conversations_with_events()).await? {
        if let Err(error) = drain(app, &account, &conversation).await {
            tracing::error!(account.id = account, %error, "queued events could not be handled");
        }
    }
    Ok(())
}

async fn drain_in(
    app: &Arc<App>,
    account: &str,
    conversation: &str,
    lane: &Lane<'_>,
) -> Result<(), InboxError> {
    loop {
        let key = (account.to_owned(), conversation.to_owned());
        let Some(queued) = app.store.read(move |tx| tx.first_event(&key.0, &key.1)).await? else {
            return Ok(());
        };
        let event = serde_json::from_value(queued.event).map_err(StoreError::from)?;
        step(app, account, conversation, event, Origin::Queue(queued.seq), lane).await?;
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
    let shared = app.clone();
    let (called, input) = tokio::task::spawn_blocking(move || {
        let call = || input.event.call(&channel, &input.account, &input.conversation);
        (shared.metrics.call(input.event.kind(), call), input)
    })
    .await
    .map_err(|_| InboxError::Thread)?;
    let problem = match called {
        Ok(Ok(outcome)) => {
            let place = Commit { row, revision: before.revision, origin, now };
            match commit(app, place, &input, outcome).await {
                Err(StoreError::Missing(what)) => refused_outcome(what),
                end => return Ok(end?),
            }
        }
        Ok(Err(problem)) => problem,
        Err(error) => Problem {
            class: ProblemClass::Internal,
            code: format!("plugin-{}", error.kind()),
            text: error.to_string(),
            advice: "Report it to the plugin's author, then replay the event.".into(),
        },
    };
    park(app, account, input, origin, now, problem).await
}

struct Input {
    account: Account,
    conversation: Conversation,
    event: Event,
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
    let asks_account = outcome.commands.iter().any(|command| matches!(command, Command::ManageAccount(_)));
    let account = commit.row.id.clone();
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
                call: if let Origin::Outbox(seq) = origin { Some(seq) } else { None },
                now: to_column(now),
                keys: &shared.keys,
                public_url: &shared.public_url,
            };
            effects::apply(tx, shared.helpdesk.as_ref(), &place, revision, &outcome)?;
            if origin == Origin::Webhook {
                tx.count_done()?;
            }
            Ok(End::Done)
        })
        .await?;
    app.outbox_bell.notify_one();
    app.media_bell.notify_one();
    if asks_account {
        tokio::spawn(drain_own(app.clone(), account));
    }
    Ok(end)
}

/// Tells the plugin what it asked for in the account's own conversation. Should it fail, the next event there, or the
/// next start, does it.
///
/// Boxed, since it is a part of what it starts.
fn drain_own(app: Arc<App>, account: String) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if let Err(error) = drain(&app, &account, "").await {
            tracing::error!(account.id = account, %error, "a request to the account could not be handled");
        }
    })
}

/// Marks the event as done where it came from; `false` if it was done before.
fn mark_done(tx: &Tx, account: &str, origin: Origin, dedupe: &str, now: u64) -> desk_store::Result<bool> {
    match origin {
        Origin::Webhook => tx.mark_handled(account, dedupe, to_column(now)),
        Origin::Queue(seq) => tx.take_event(seq),
        Origin::Outbox(seq) => tx.end_call(seq),
        Origin::Direct => Ok(true),
    }
}

/// Keeps an event that the plugin could not handle. A reply ends as failed, so that its operator sees it.
async fn park(
    app: &App,
    account: &str,
    input: Input,
    origin: Origin,
    now: u64,
    problem: Problem,
) -> Result<End, InboxError> {
    let (account, shown) = (account.to_owned(), problem.clone());
    tracing::warn!(
        account.id = account,
        event.kind = input.event.kind(),
        problem.code = telemetry::code(&problem.code),
        "the plugin could not handle an event; it is parked"
    );
    let done = app
        .store
        .write(move |tx| {
            if !mark_done(tx, &account, origin, input.event.dedupe(), now)? {
                return Ok(false);
            }
            tell_people(tx, &account, &input, &problem, now)?;
            tx.park(&NewParked {
                account,
                conversation: input.conversation.id,
                dedupe: input.event.dedupe().to_owned(),
                kind: input.event.kind(),
                problem: serde_json::to_value(&problem)?,
                event: serde_json::to_value(&input.event)?,
                at: to_column(now),
            })?;
            Ok(true)
        })
        .await?;
    Ok(if done { End::Parked(shown) } else { End::Repeated })
}

/// Who waits for the event must not wait for ever: the operator for the reply, the administrator for the account.
fn tell_people(tx: &Tx, account: &str, input: &Input, problem: &Problem, now: u64) -> desk_store::Result<()> {
    match &input.event {
        Event::Reply(reply) => {
            deliveries::fail_reply(tx, account, &input.conversation.id, &reply.id, problem, now)
        }
        Event::AccountRequest(_) => accounts::fail(tx, account, problem),
        Event::Answer(_) if input.conversation.id.is_empty() => accounts::fail(tx, account, problem),
        Event::Answer(_) | Event::Inbound(_) | Event::TaskEvent(_) => Ok(()),
    }
}

fn refused_outcome(what: &str) -> Problem {
    Problem {
        class: ProblemClass::Internal,
        code: "outcome-refused".into(),
        text: format!("the plugin's commands speak of something that is not there: {what}"),
        advice: "Report it to the plugin's author, then replay the event.".into(),
    }
}
