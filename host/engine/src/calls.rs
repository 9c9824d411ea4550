//! The contract's functions as Rust types. Not here: how they are found and called.

use crate::contract::{
    Account, AccountRequest, Answer, Conversation, HttpRequest, Inbound, Outcome, Problem, Receipt,
    Rejection, Reply, Secret, TaskEvent,
};

/// What `describe` takes.
pub(crate) type DescribeCall = ();
/// What `receive-webhook` takes.
pub(crate) type WebhookCall<'a> = (&'a Account, &'a [Secret], &'a HttpRequest);
/// What `handle-inbound` takes.
pub(crate) type InboundCall<'a> = (&'a Account, &'a Conversation, &'a Inbound);
/// What `handle-task-event` takes.
pub(crate) type TaskEventCall<'a> = (&'a Account, &'a Conversation, &'a TaskEvent);
/// What `handle-reply` takes.
pub(crate) type ReplyCall<'a> = (&'a Account, &'a Conversation, &'a Reply);
/// What `handle-answer` takes.
pub(crate) type AnswerCall<'a> = (&'a Account, &'a Conversation, &'a Answer);
/// What `manage-account` takes.
pub(crate) type ManageCall<'a> = (&'a Account, &'a Conversation, &'a AccountRequest);
/// What `receive-webhook` gives.
pub(crate) type WebhookResult = Result<Receipt, Rejection>;
/// What all others but `describe` give.
pub(crate) type OutcomeResult = Result<Outcome, Problem>;
