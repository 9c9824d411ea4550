//! Calls to the messenger, their answers, and how far a reply has come; not the waiting and not the sending.

use crate::prelude::*;
use crate::{Extras, HttpResponse, Problem, TimeMs};

/// A header's value, or the name of the secret setting that is its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallValue {
    /// The value.
    Text(String),
    /// The name of a secret setting; the host puts the value in when it sends.
    Secret(String),
}

/// One header of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: CallValue,
}

/// A field of a JSON body that is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretField {
    /// RFC 6901.
    pub pointer: String,
    /// The name of a secret setting.
    pub secret: String,
}

/// An HTTP request to the messenger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Chosen by the plugin.
    pub id: String,
    /// Upper case.
    pub method: String,
    /// `https://`, to a host that the manifest names.
    pub url: String,
    /// The headers.
    pub headers: Vec<CallHeader>,
    /// At most 64 KiB.
    pub body: Vec<u8>,
    /// Fields of the body that the host fills in.
    pub secret_fields: Vec<SecretField>,
    /// Milliseconds, 1,000 to 60,000.
    pub timeout_ms: u32,
    /// The plugin's own bytes, given back in the answer; at most 4 KiB.
    pub context: Vec<u8>,
    /// What has no field.
    pub extras: Extras,
}

/// What waits while a call waits to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryScope {
    /// This call, and so those behind it in its conversation.
    Call,
    /// Every call of the conversation.
    Conversation,
    /// Every call of the account, but for those of its own conversation.
    Account,
    /// A scope of a later version: treated as `Conversation`.
    Other(String),
}

/// Sends a call again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The call's id.
    pub call: String,
    /// Milliseconds from now.
    pub after_ms: u64,
    /// What waits.
    pub scope: RetryScope,
    /// Sent from now on instead of the call's body.
    pub body: Option<Vec<u8>>,
    /// Why, for the operator.
    pub problem: Problem,
}

/// How far something sent has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Accepted by the plugin, not sent yet.
    Pending,
    /// The messenger has it.
    Sent,
    /// A device of the customer has it.
    Delivered,
    /// The customer has seen it.
    Seen,
    /// It did not arrive and is not tried again by itself.
    Failed,
    /// Its answer was lost: it may have arrived.
    Unconfirmed,
    /// A state of a later version.
    Other(String),
}

/// The state of one part of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The reply's id.
    pub reply: String,
    /// From 0, in the order of sending.
    pub part: u32,
    /// How far it has come.
    pub state: DeliveryState,
    /// The messenger's id, once it is known.
    pub message_id: Option<String>,
    /// With `Failed` and `Unconfirmed`; with `Pending`, why it waits; with `Pending` and `Sent`, what was changed to
    /// send it.
    pub problem: Option<Problem>,
}

/// What a receipt speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptTarget {
    /// The message with this id.
    Message(String),
    /// That message and everything sent before it.
    UpToMessage(String),
    /// Everything sent until then.
    UpToTime(TimeMs),
    /// A target of a later version: ignored.
    Other(String),
}

/// What the messenger reports about something sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReceipt {
    /// What it speaks of.
    pub target: ReceiptTarget,
    /// `Delivered`, `Seen` or `Failed`.
    pub state: DeliveryState,
    /// By the messenger's clock.
    pub at: TimeMs,
    /// With `Failed`.
    pub problem: Option<Problem>,
}

/// What became of an attempt to send a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerResult {
    /// The messenger answered.
    Response(HttpResponse),
    /// Nothing left the machine; the reason.
    NotSent(String),
    /// Bytes left, and no whole answer came; the reason.
    Unknown(String),
    /// The host does not allow this call; the reason.
    RefusedByPolicy(String),
    /// A result of a later version: treated as `Unknown`.
    Other(String),
}

/// The answer to one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The call's id.
    pub call: String,
    /// 1 for the first.
    pub attempt: u32,
    /// When the attempt began, by the host's clock.
    pub began_at: TimeMs,
    /// What became of it.
    pub result: AnswerResult,
    /// The body that was sent, without secrets.
    pub body: Vec<u8>,
    /// As the call gave it.
    pub context: Vec<u8>,
}
