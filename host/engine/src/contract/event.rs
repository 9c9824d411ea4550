//! What a host tells a channel, besides inbound things. Not here: the functions that take them.

use super::{Extras, HttpResponse, Part, TimeMs, bytes};
use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// What became of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum TaskChange {
    /// Its status is an active one.
    #[component(name = "active")]
    Active,
    /// Its status is neither active nor final.
    #[component(name = "inactive")]
    Inactive,
    /// It is done.
    #[component(name = "completed")]
    Completed,
    /// It is gone.
    #[component(name = "deleted")]
    Deleted,
    /// It was completed, inactive or deleted, and is active again.
    #[component(name = "reopened")]
    Reopened,
    /// A change of a later version: treat as `active`.
    #[component(name = "other")]
    Other(String),
}

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct TaskEvent {
    /// The plugin's id.
    pub task: String,
    /// What happened.
    pub change: TaskChange,
    /// When.
    pub at: TimeMs,
}

/// The employee who wrote something.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Author {
    /// The helpdesk's id of the employee.
    pub id: String,
    /// The name that customers may see.
    pub name: String,
    /// A public link.
    pub avatar: Option<String>,
}

/// A quick answer that is offered to the customer as a button.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Suggestion {
    /// What the button says.
    pub title: String,
    /// What the customer then says; often the title.
    pub value: String,
}

/// An operator's comment that notifies the customer. One that does not MUST NOT be given to the plugin.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Reply {
    /// The host's id, unique in the account, the same for every recipient and after a restart.
    pub id: String,
    /// The plugin's id of the task it was written in.
    pub task: String,
    /// Who wrote it.
    pub author: Author,
    /// The plugin's ids of the contacts in this conversation that it notifies. Where one reply notifies
    /// customers of several conversations, the host calls once for each.
    #[serde(default)]
    pub notify: Vec<String>,
    /// What it says, in order.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Quick answers that are offered with it.
    #[serde(default)]
    pub suggestions: Vec<Suggestion>,
    /// When it was written.
    pub at: TimeMs,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// What became of an attempt to send a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum AnswerResult {
    /// The messenger answered.
    #[component(name = "response")]
    Response(HttpResponse),
    /// Nothing left the machine: harmless to repeat. The reason, for a log.
    #[component(name = "not-sent")]
    NotSent(String),
    /// Bytes left, and no whole answer came: it may have arrived. The reason, for a log.
    #[component(name = "unknown")]
    Unknown(String),
    /// The host does not allow this call. The reason.
    #[component(name = "refused-by-policy")]
    RefusedByPolicy(String),
    /// A result of a later version: treat as `unknown`.
    #[component(name = "other")]
    Other(String),
}

/// What became of one attempt to send a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Answer {
    /// The call's id.
    pub call: String,
    /// 1 for the first.
    pub attempt: u32,
    /// When the attempt began, by the host's clock.
    #[component(name = "began-at")]
    pub began_at: TimeMs,
    /// What became of it.
    pub result: AnswerResult,
    /// The body that was sent, without secrets: the call's, or that of its last `retry`.
    #[serde(default, with = "bytes")]
    pub body: Vec<u8>,
    /// As the call gave it.
    #[serde(default, with = "bytes")]
    pub context: Vec<u8>,
}

/// What an administrator asks of an account. `conversation` is the account's own, with the empty id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum AccountRequest {
    /// Check the key, set the webhook. Also after settings changed. Ends in an `account-status`.
    #[component(name = "connect")]
    Connect,
    /// Ask the messenger whether all is as it was set.
    #[component(name = "check")]
    Check,
    /// Take the webhook away.
    #[component(name = "disconnect")]
    Disconnect,
    /// A request of a later version: fail with `unsupported`.
    #[component(name = "other")]
    Other(String),
}
