//! What can happen to a conversation, as one type: to call the plugin with, to queue, and to park.

use channel_engine::contract::{
    Account, AccountRequest, Answer, Conversation, Inbound, Outcome, Problem, Reply, TaskEvent,
};
use channel_engine::{CallError, Channel};
use desk_store::{NewEvent, Tx};
use serde::{Deserialize, Serialize};

use super::failure::TRIES;

/// Something to tell the plugin. In JSON `{"task_event": {…}}`, as in `desk feed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Something that happened at the messenger.
    Inbound(Inbound),
    /// A task changed.
    TaskEvent(TaskEvent),
    /// An operator answered.
    Reply(Reply),
    /// A call came to an end.
    Answer(Answer),
    /// An administrator asked something of the account.
    AccountRequest(AccountRequest),
}

/// Where an event comes from, and so what has to be marked as done in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A webhook: the dedupe id.
    Webhook,
    /// The queue of events: its place there, and the call's in the outbox whose answer it is.
    Queue {
        /// In the queue.
        seq: i64,
        /// In the outbox.
        call: Option<i64>,
    },
    /// The outbox: the call's place there.
    Outbox(i64),
    /// Somebody who waits for the result and repeats it if need be: it is tried once.
    Direct,
}

impl Event {
    /// The event's name, as in the contract's `handle-…`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Inbound(_) => "inbound",
            Self::TaskEvent(_) => "task_event",
            Self::Reply(_) => "reply",
            Self::Answer(_) => "answer",
            Self::AccountRequest(_) => "account_request",
        }
    }

    /// The dedupe id, where there is one.
    #[must_use]
    pub fn dedupe(&self) -> &str {
        if let Self::Inbound(inbound) = self { &inbound.dedupe } else { "" }
    }

    /// Queues it for the plugin, behind what waits in its conversation.
    ///
    /// # Errors
    /// The account does not exist, or the database refuses.
    pub fn queue(&self, tx: &Tx, account: &str, conversation: &str, at: i64) -> desk_store::Result<()> {
        self.queue_for(tx, account, conversation, None, at).map(drop)
    }

    /// The same; says its place. `call` is the place in the outbox of the call whose answer it is, if that is still under
    /// way.
    ///
    /// # Errors
    /// The account does not exist, or the database refuses.
    pub fn queue_for(
        &self,
        tx: &Tx,
        account: &str,
        conversation: &str,
        call: Option<i64>,
        at: i64,
    ) -> desk_store::Result<i64> {
        let new = NewEvent {
            account: account.to_owned(),
            conversation: conversation.to_owned(),
            kind: self.kind(),
            event: serde_json::to_value(self)?,
            call,
            tries: TRIES,
            at,
        };
        tx.queue_event(&new)
    }

    /// Calls the plugin's function for this event, on this thread.
    ///
    /// # Errors
    /// The plugin trapped or broke a limit. Inside: what the plugin refuses.
    pub fn call(
        &self,
        channel: &Channel,
        account: &Account,
        conversation: &Conversation,
    ) -> Result<Result<Outcome, Problem>, CallError> {
        match self {
            Self::Inbound(inbound) => channel.handle_inbound(account, conversation, inbound),
            Self::TaskEvent(event) => channel.handle_task_event(account, conversation, event),
            Self::Reply(reply) => channel.handle_reply(account, conversation, reply),
            Self::Answer(answer) => channel.handle_answer(account, conversation, answer),
            Self::AccountRequest(request) => channel.manage_account(account, conversation, request),
        }
    }
}
