//! A webhook request from its bytes to its answer. Nothing is answered 200 before it is on disk.

use std::sync::Arc;

use channel_engine::contract::{
    Account, Conversation, HttpRequest, HttpResponse, Inbound, Receipt, Rejection, Secret, Unreadable,
};
use desk_store::faults::is_planted;
use desk_store::{AccountRow, NewParked};

use super::event::{Event, Origin};
use super::failure;
use super::step::{InboxError, Input, handle};
use crate::app::App;
use crate::clock::{now_ms, to_column};
use crate::secrets::{self, Secrets};
use crate::telemetry;

/// How old what happened may be, by the messenger's clock, to be handled, ms. Messengers repeat for an hour or so: what comes
/// later was captured and is sent by somebody else, or a clock is wrong. A person decides (G23).
const STALE_MS: u64 = 24 * 3_600_000;

/// What to answer the messenger.
#[derive(Debug)]
pub enum WebhookAnswer {
    /// On disk: answer as the plugin says.
    Accepted(HttpResponse),
    /// Refused: this status and an empty body; nothing was stored.
    Refused(u16),
    /// No such account.
    Unknown,
    /// Could not be kept: the messenger should repeat it.
    TryAgain,
}

/// Takes a webhook request of an account.
pub async fn receive(app: &Arc<App>, account: &str, request: HttpRequest) -> WebhookAnswer {
    match take(app, account, request).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(account.id = account, %error, "a webhook could not be kept; the messenger will repeat it");
            WebhookAnswer::TryAgain
        }
    }
}

async fn take(app: &Arc<App>, account: &str, request: HttpRequest) -> Result<WebhookAnswer, InboxError> {
    let (id, shared) = (account.to_owned(), app.clone());
    let looked = app.store.read(move |tx| {
        let Some(row) = tx.account(&id)? else { return Ok(None) };
        let working = secrets::values(tx, &shared.keys, &id)?;
        Ok(Some((row, working, secrets::candidates(tx, &shared.keys, &id)?)))
    });
    let Some((row, working, candidates)) = looked.await? else { return Ok(WebhookAnswer::Unknown) };
    let mut answer = ask(app, &row, working, request.clone()).await?;
    // While a new key is tried, the messenger signs with it: its call of the webhook is part of the trial.
    if let (Some(Err(_)), Some(candidates)) = (&answer, candidates) {
        answer = ask(app, &row, candidates, request).await?;
    }
    match answer {
        None => Ok(WebhookAnswer::TryAgain),
        Some(Err(rejection)) => {
            tracing::info!(
                account.id = row.id,
                problem.code = telemetry::code(&rejection.problem.code),
                http.status = rejection.status,
                "webhook refused"
            );
            Ok(WebhookAnswer::Refused(rejection.status))
        }
        Some(Ok(receipt)) => {
            keep_unreadable(app, &row.id, receipt.unreadable).await?;
            for inbound in receipt.inbound {
                keep(app, &row.id, inbound).await?;
            }
            Ok(WebhookAnswer::Accepted(receipt.response))
        }
    }
}

/// Asks the plugin; `None` if the plugin broke down.
async fn ask(
    app: &Arc<App>,
    row: &AccountRow,
    secrets: Secrets,
    mut request: HttpRequest,
) -> Result<Option<Result<Receipt, Rejection>>, InboxError> {
    let channel = app.channels.find(&row.channel).cloned();
    let channel = channel.ok_or_else(|| InboxError::UnknownChannel(row.channel.clone()))?;
    request.headers.retain(|header| channel.manifest().headers.contains(&header.name));
    let account = app.contract_account(row, now_ms());
    let secrets =
        secrets.iter().map(|(name, value)| Secret { name: name.to_owned(), value: value.to_owned() });
    let secrets: Vec<Secret> = secrets.collect();
    let shared = app.clone();
    let answer = tokio::task::spawn_blocking(move || {
        shared.metrics.call("webhook", || channel.receive_webhook(&account, &secrets, &request))
    })
    .await
    .map_err(|_| InboxError::Thread)?;
    Ok(answer
        .inspect_err(|error| tracing::error!(account.id = row.id, %error, "the plugin failed on a webhook"))
        .ok())
}

async fn keep(app: &Arc<App>, account: &str, inbound: Inbound) -> Result<(), InboxError> {
    let (now, conversation) = (now_ms(), inbound.conversation.clone());
    // Not every messenger says when.
    if inbound.at > 0 && now.saturating_sub(inbound.at) > STALE_MS && !is_planted("stale-handled") {
        let input = Input {
            account: Account { id: account.to_owned(), now, ..Account::default() },
            conversation: Conversation { id: conversation, ..Conversation::default() },
            event: Event::Inbound(inbound),
        };
        return failure::park(app, input, Origin::Webhook, 0, now, failure::stale()).await.map(drop);
    }
    handle(app, account, &conversation, Event::Inbound(inbound), Origin::Webhook).await?;
    Ok(())
}

async fn keep_unreadable(app: &App, account: &str, unreadable: Vec<Unreadable>) -> Result<(), InboxError> {
    for item in unreadable {
        let (account, at) = (account.to_owned(), to_column(now_ms()));
        app.store
            .write(move |tx| {
                if !tx.mark_handled(&account, &item.dedupe, at)? {
                    return Ok(());
                }
                let event = serde_json::to_value(&item)?;
                tx.park(&NewParked {
                    account,
                    conversation: String::new(),
                    dedupe: item.dedupe,
                    kind: "unreadable".into(),
                    problem: serde_json::to_value(&item.problem)?,
                    event: event.get("payload").cloned().unwrap_or_default(),
                    attempts: 1,
                    at,
                })
            })
            .await?;
    }
    Ok(())
}
