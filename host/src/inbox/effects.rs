//! An outcome into the transaction: the new state, then each command in order. Not here: what the plugin decides.

use channel_engine::contract::{AccountRequest, Call, Command, Outcome, Retry, RetryScope};
use desk_store::{NewCall, StoreError, Tx};

use super::event::Event;
use crate::clock::to_column;
use crate::desk::{Helpdesk, Place, accounts, deliveries};
use crate::telemetry;

/// Applies an outcome. On an error the caller's transaction is rolled back, so nothing of it stays.
pub(super) fn apply(
    tx: &Tx,
    helpdesk: &dyn Helpdesk,
    place: &Place,
    revision: i64,
    outcome: &Outcome,
) -> desk_store::Result<()> {
    let facts = serde_json::to_value(&outcome.facts)?;
    // First, since a retry may pause the conversation's row.
    tx.set_conversation(&place.account.id, place.conversation, revision, &outcome.state, &facts)?;
    outcome.commands.iter().try_for_each(|command| apply_command(tx, helpdesk, place, command))
}

fn apply_command(
    tx: &Tx,
    helpdesk: &dyn Helpdesk,
    place: &Place,
    command: &Command,
) -> desk_store::Result<()> {
    match command {
        Command::SaveContact(contact) => helpdesk.save_contact(tx, place, contact),
        Command::OpenTask(task) => helpdesk.open_task(tx, place, task),
        Command::AddAction(action) => helpdesk.add_action(tx, place, action),
        Command::Note(note) => helpdesk.note(tx, place, note),
        Command::Call(call) => tx.queue_call(&NewCall {
            account: place.account.id.clone(),
            conversation: place.conversation.to_owned(),
            id: call.id.clone(),
            request: serde_json::to_value(call)?,
            at: place.now,
        }),
        Command::Retry(retry) => apply_retry(tx, place, retry),
        Command::Resume(scope) => apply_resume(tx, place, scope),
        Command::Delivery(delivery) => deliveries::apply_delivery(tx, place, delivery),
        Command::Receipt(receipt) => deliveries::apply_receipt(tx, place, receipt),
        Command::AccountStatus(status) => accounts::apply_status(tx, place, status),
        Command::ManageAccount(request) => queue_request(tx, place, request),
        Command::Other(other) => {
            let kind = telemetry::code(&other.kind);
            tracing::warn!(account.id = place.account.id, kind, "unknown command ignored");
            Ok(())
        }
    }
}

fn apply_retry(tx: &Tx, place: &Place, retry: &Retry) -> desk_store::Result<()> {
    let until = place.now.saturating_add(to_column(retry.after_ms));
    let account = &place.account.id;
    match retry.scope {
        RetryScope::Call => {}
        RetryScope::Conversation | RetryScope::Other(_) => {
            tx.pause_conversation(account, place.conversation, until)?;
        }
        RetryScope::Account => tx.pause_account(account, until)?,
    }
    if let Some(body) = &retry.body {
        let request = tx.call_request(account, &retry.call)?.ok_or(StoreError::Missing("the call"))?;
        let call = Call { body: body.clone(), ..serde_json::from_value(request)? };
        tx.set_call_request(account, &retry.call, &serde_json::to_value(&call)?)?;
    }
    tx.queue_again(account, &retry.call, until, &serde_json::to_value(&retry.problem)?)
}

fn apply_resume(tx: &Tx, place: &Place, scope: &RetryScope) -> desk_store::Result<()> {
    let account = &place.account.id;
    match scope {
        RetryScope::Call | RetryScope::Conversation | RetryScope::Other(_) => {
            tx.resume_conversation(account, place.conversation, place.now)
        }
        RetryScope::Account => tx.resume_account(account, place.now),
    }
}

/// In the account's own conversation, whose lane is another one: the worker takes it up after the commit. An equal one
/// that waits is enough.
fn queue_request(tx: &Tx, place: &Place, request: &AccountRequest) -> desk_store::Result<()> {
    let event = Event::AccountRequest(request.clone());
    if tx.has_event(&place.account.id, "", &serde_json::to_value(&event)?)? {
        return Ok(());
    }
    event.queue(tx, &place.account.id, "", place.now)
}
