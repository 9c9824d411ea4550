//! What a channel asks its host to carry out. Not here: how a host does so, and the outcome that holds them.

use super::{AccountRequest, Extras, Part, Problem, Profile, TimeMs, bytes};
use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// Makes or refreshes a contact card. `none` leaves a field as it is. Carrying it out twice is harmless.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Contact {
    /// Chosen by the plugin (C4).
    pub id: String,
    /// The name, as the messenger shows it.
    pub name: Option<String>,
    /// A link to the picture.
    pub avatar: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Whether messages can be sent to them now.
    pub subscribed: Option<bool>,
    /// The helpdesk's template for a card that is made new.
    pub template: Option<String>,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// The task that a new one follows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct PreviousTask {
    /// The plugin's id of it.
    pub task: String,
    /// It was deleted: the host MUST say so in the description, and make no link.
    pub deleted: bool,
}

/// Opens a task with a customer as its requester. If the id exists already, nothing happens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Task {
    /// Chosen by the plugin (C4).
    pub id: String,
    /// The requester; a `save-contact` for it came before.
    pub contact: String,
    /// One line, at most 120 characters.
    pub title: String,
    /// The text of the message that opened it. The host adds the link to `previous` below.
    pub description: String,
    /// The host MUST link it, in both directions, and add the link to the description.
    pub previous: Option<PreviousTask>,
    /// The helpdesk's template; it names the assignee. Without one, or if it names nobody, the host
    /// assigns the employee who configured the account, else its owner: a task is never unassigned.
    pub template: Option<String>,
    /// The helpdesk's ids of employees that are assigned in addition.
    #[serde(default)]
    pub assignees: Vec<String>,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// Adds a customer's message to a task. If the id exists already, nothing happens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Action {
    /// Chosen by the plugin (C4).
    pub id: String,
    /// The task it is added to.
    pub task: String,
    /// The author.
    pub contact: String,
    /// When it was written, by the messenger's clock.
    pub at: TimeMs,
    /// At least one.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// Tells the operators something; customers never see it. If the id exists already, nothing happens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Note {
    /// Chosen by the plugin (C4).
    pub id: String,
    /// The task it is about.
    pub task: String,
    /// Stable, kebab-case, for translation and filters.
    pub code: String,
    /// English.
    pub text: String,
}

/// A header's value, or the name of the secret setting that is its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum CallValue {
    /// The value itself.
    #[component(name = "text")]
    Text(String),
    /// The host puts the value in when it sends, and nowhere else (C5).
    #[component(name = "secret")]
    Secret(String),
}

/// A header of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct CallHeader {
    /// The header's name.
    pub name: String,
    /// Its value, or where the value comes from.
    pub value: CallValue,
}

/// A field of a JSON body that is a secret: the host replaces what stands at `pointer` when it sends.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct SecretField {
    /// RFC 6901; MUST exist in the body.
    pub pointer: String,
    /// The secret setting's name.
    pub secret: String,
}

/// An HTTP request to the messenger. The host sends calls of one conversation in order, one at a time:
/// the next after the answer to the last was handled and no `retry` was asked for (C6). If the id exists
/// already, nothing happens. A host MUST send the same bytes at each attempt, and MUST NOT follow
/// redirects.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Call {
    /// Chosen by the plugin (C4).
    pub id: String,
    /// The HTTP method, upper case.
    pub method: String,
    /// `https://`, to a host that the manifest names.
    pub url: String,
    /// The headers, in order.
    #[serde(default)]
    pub headers: Vec<CallHeader>,
    /// At most 64 KiB.
    #[serde(default, with = "bytes")]
    pub body: Vec<u8>,
    /// Fields of the body that are secrets.
    #[component(name = "secret-fields")]
    #[serde(default)]
    pub secret_fields: Vec<SecretField>,
    /// The host gives up waiting after this, with `unknown`. 1,000 to 60,000.
    #[component(name = "timeout-ms")]
    pub timeout_ms: u32,
    /// The plugin's own bytes, given back in `answer`. At most 4 KiB.
    #[serde(default, with = "bytes")]
    pub context: Vec<u8>,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// What waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum RetryScope {
    /// This call, and so those behind it in its conversation.
    #[component(name = "call")]
    Call,
    /// Every call of the conversation, those of other replies too.
    #[component(name = "conversation")]
    Conversation,
    /// Every call of the account, but for those of its own conversation: they are how it is mended.
    #[component(name = "account")]
    Account,
    /// A scope of a later version: treat as `conversation`.
    #[component(name = "other")]
    Other(String),
}

/// Sends a call again: valid only in the outcome of `handle-answer` for that call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Retry {
    /// The call's id.
    pub call: String,
    /// From `account.now`.
    #[component(name = "after-ms")]
    pub after_ms: u64,
    /// What waits until then.
    pub scope: RetryScope,
    /// Sent from now on instead of the call's body; none: the same bytes again.
    #[serde(default, with = "bytes::optional", skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<u8>>,
    /// Why, for the operator.
    pub problem: Problem,
}

/// How far something sent has come. The first four only rise; the host MUST ignore what would lower them.
/// `failed` and `unconfirmed` stand beside them: a receipt settles `unconfirmed`; after `failed` nothing
/// comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Accepted by the plugin, not sent yet.
    #[component(name = "pending")]
    Pending,
    /// The messenger has it.
    #[component(name = "sent")]
    Sent,
    /// A device of the customer has it.
    #[component(name = "delivered")]
    Delivered,
    /// The customer has seen it.
    #[component(name = "seen")]
    Seen,
    /// It did not arrive and is not tried again by itself.
    #[component(name = "failed")]
    Failed,
    /// Its answer was lost: it may have arrived. It MUST NOT be sent again without a person's word.
    #[component(name = "unconfirmed")]
    Unconfirmed,
    /// A state of a later version: show its name.
    #[component(name = "other")]
    Other(String),
}

/// The state of one part of a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Delivery {
    /// The reply's id.
    pub reply: String,
    /// Counted from 0 in the order of sending. The outcome of `handle-reply` names every part once.
    pub part: u32,
    /// How far it has come.
    pub state: DeliveryState,
    /// The messenger's id of what was sent, once it is known: receipts name it.
    #[component(name = "message-id")]
    pub message_id: Option<String>,
    /// With `failed` and `unconfirmed`; with `pending`, why it waits.
    pub problem: Option<Problem>,
}

/// What a receipt speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptTarget {
    /// The message with this id of the messenger's.
    #[component(name = "message")]
    Message(String),
    /// That message and everything sent before it in the conversation.
    #[component(name = "up-to-message")]
    UpToMessage(String),
    /// Everything sent in the conversation until then, by the messenger's clock.
    #[component(name = "up-to-time")]
    UpToTime(TimeMs),
    /// A target of a later version: ignore.
    #[component(name = "other")]
    Other(String),
}

/// What the messenger reports about something sent. It may come before the answer to the call, several
/// times, out of order, and for messages that this host never sent: the host MUST keep it by (account,
/// messenger's id), apply it when the id becomes known, and let states only rise (C7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct DeliveryReceipt {
    /// What it speaks of.
    pub target: ReceiptTarget,
    /// `delivered`, `seen` or `failed`.
    pub state: DeliveryState,
    /// By the messenger's clock.
    pub at: TimeMs,
    /// With `failed`.
    pub problem: Option<Problem>,
}

/// Whether the account works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Not yet: calls are under way.
    #[component(name = "pending")]
    Pending,
    /// The key was checked, the webhook set, and the messenger called it back.
    #[component(name = "connected")]
    Connected,
    /// It does not: see the problem.
    #[component(name = "failed")]
    Failed,
    /// Taken down by `disconnect`.
    #[component(name = "disconnected")]
    Disconnected,
    /// A state of a later version: show its name.
    #[component(name = "other")]
    Other(String),
}

/// What became of connecting, checking or taking down an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct AccountStatus {
    /// Whether it works.
    pub state: ConnectionState,
    /// Why it does not.
    pub problem: Option<Problem>,
    /// Replaces the account's profile; `none` leaves it.
    pub profile: Option<Profile>,
}

/// A command of a later version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct OtherCommand {
    /// Kebab-case.
    pub kind: String,
    /// What it carries.
    pub json: String,
}

/// Something that the host carries out. All commands of an outcome, and its state, MUST become durable
/// together or not at all, in order (C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Makes or refreshes a contact card.
    #[component(name = "save-contact")]
    SaveContact(Contact),
    /// Opens a task.
    #[component(name = "open-task")]
    OpenTask(Task),
    /// Adds a customer's message to a task.
    #[component(name = "add-action")]
    AddAction(Action),
    /// Tells the operators something.
    #[component(name = "note")]
    Note(Note),
    /// Sends an HTTP request to the messenger.
    #[component(name = "call")]
    Call(Call),
    /// Sends a call again.
    #[component(name = "retry")]
    Retry(Retry),
    /// What waits in this scope, by a `retry`, is due now. `call` means `conversation`.
    #[component(name = "resume")]
    Resume(RetryScope),
    /// Says how far a part of a reply has come.
    #[component(name = "delivery")]
    Delivery(Delivery),
    /// Passes on what the messenger reports.
    #[component(name = "receipt")]
    Receipt(DeliveryReceipt),
    /// Says whether the account works.
    #[component(name = "account-status")]
    AccountStatus(AccountStatus),
    /// Asks for a call of `manage-account`, soon, in the account's own conversation. Several equal ones
    /// that wait MAY be taken as one.
    #[component(name = "manage-account")]
    ManageAccount(AccountRequest),
    /// A command of a later version. A host that does not know its kind MUST ignore it and log the kind.
    #[component(name = "other")]
    Other(OtherCommand),
}
