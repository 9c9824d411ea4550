//! The contract's types in Rust, with JSON beside the component's binary form. Not here: their rules, which the WIT
//! has (`wit/messenger-channel.wit`); a difference between the two is refused when a channel is loaded.
//!
//! They are written by hand instead of by `wasmtime`'s `bindgen!`: so one set of types serves the component, JSON and
//! the host, without a layer that converts, and calls can use export indices that were looked up once.
//!
//! In JSON a record is an object with snake_case names, a variant is `{"case_name": value}` and a case without a value
//! is `"case_name"`. Every field is written; what may be empty may be left out when reading. Bytes are a string where
//! they are UTF-8, else `{"base64": "…"}`.

mod bytes;
mod command;
mod content;
mod event;

pub use self::command::{
    AccountStatus, Action, Call, CallHeader, CallValue, Command, ConnectionState, Contact, Delivery,
    DeliveryReceipt, DeliveryState, Note, OtherCommand, PreviousTask, ReceiptTarget, Retry, RetryScope,
    SecretField, Task,
};
pub use self::content::{ContactCard, Link, Location, Media, OtherPart, Part, Sticker, Text, TextFormat};
pub use self::event::{
    AccountRequest, Answer, AnswerResult, Author, Reply, Suggestion, TaskChange, TaskEvent,
};

use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type TimeMs = u64;

/// Room for what this version has no field for: (name, value) pairs. A reader ignores names it does not know.
pub type Extras = Vec<(String, String)>;

/// Who has to act when something did not work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "snake_case")]
pub enum ProblemClass {
    /// The request did not prove who sent it.
    #[component(name = "unauthenticated")]
    Unauthenticated,
    /// The bytes are not what the messenger documents.
    #[component(name = "malformed")]
    Malformed,
    /// The messenger, or this plugin, cannot do that.
    #[component(name = "unsupported")]
    Unsupported,
    /// The customer cannot be reached: unsubscribed, gone, device too old.
    #[component(name = "recipient")]
    Recipient,
    /// The account is at fault: key, webhook, balance, suspension. An administrator has to act.
    #[component(name = "account")]
    Account,
    /// A limit is used up; it passes with time.
    #[component(name = "limit")]
    Limit,
    /// Nobody knows what happened between host and messenger.
    #[component(name = "transport")]
    Transport,
    /// The plugin or the host has a bug.
    #[component(name = "internal")]
    Internal,
    /// A class of a later version, by its name.
    #[component(name = "other")]
    Other(String),
}

/// Something that did not work, for a program and for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Problem {
    /// Who has to act.
    pub class: ProblemClass,
    /// Stable and kebab-case, unique in the plugin: `receiver-not-subscribed`. Programs decide on it.
    pub code: String,
    /// One English sentence that says what happened. MUST NOT hold secrets.
    pub text: String,
    /// One English sentence that says what a person can do now; empty if nothing.
    #[serde(default)]
    pub advice: String,
}

/// One header of an HTTP message. A host passes names in lower case; a plugin MAY return any case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Header {
    /// The name; a reader ignores its case.
    pub name: String,
    /// The value.
    pub value: String,
}

/// An HTTP response, in either direction.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct HttpResponse {
    /// 100 to 599.
    pub status: u16,
    /// The headers, in order.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// The body, byte for byte.
    #[serde(default, with = "bytes")]
    pub body: Vec<u8>,
}

/// Texts of the manifest in one language.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Localized {
    /// BCP 47, as `en`, `ru`, `uk`. English MUST be there.
    pub language: String,
    /// The messenger's name as people know it.
    pub name: String,
    /// JSON Schema (2020-12) of the settings, one object. Beside the standard's words: `"x-secret": true`
    /// marks a setting that the host MUST keep secret (C5); `"x-picker"` says that the value is chosen
    /// among things of the helpdesk: `contact-template`, `task-template`, `employees`.
    #[component(name = "settings-schema")]
    pub settings_schema: String,
    /// The onboarding guide, Markdown.
    pub guide: String,
}

/// A figure that a host needs before it sends, so that people are told early.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Limit {
    /// `text-characters`, `picture-bytes`, `file-bytes` … Open set.
    pub name: String,
    /// In the unit that ends the name.
    pub value: u64,
}

/// What the plugin is. The host calls `describe` once after loading and MAY keep the answer as long as
/// the component's digest stays.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Manifest {
    /// Of the channel: kebab-case, stable for ever: `viber`.
    pub id: String,
    /// The plugin's own version, SemVer.
    pub version: String,
    /// Lower-case names of the request headers that `receive-webhook` wants. The host MUST pass no
    /// others: each costs, and none leaks.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Host names that calls may go to, lower case, port 443. The host MUST refuse every other with
    /// `refused-by-policy`.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Names of the settings that are secret: those marked `x-secret` in the schema.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// What the channel can do: `delivered`, `seen`, `sender-identity`, `suggestions` … Open set.
    #[serde(default)]
    pub features: Vec<String>,
    /// Figures that a host needs before it sends.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// At least English.
    #[serde(default)]
    pub texts: Vec<Localized>,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// How the messenger shows the account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Profile {
    /// The messenger's id of the bot or page.
    pub id: String,
    /// The name that customers see.
    pub name: String,
    /// The name in links.
    pub uri: String,
    /// A link to its picture.
    pub avatar: Option<String>,
    /// (kind, URL): `deep` opens the conversation in the messenger's app.
    #[serde(default)]
    pub links: Extras,
}

/// One connection of the helpdesk to the messenger.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Account {
    /// The host's id. Ids that the plugin makes are unique within it (C4).
    pub id: String,
    /// The settings as a JSON object, by the manifest's schema, without the secret ones.
    pub settings: String,
    /// Where the messenger reaches `receive-webhook` of this account.
    #[component(name = "webhook-url")]
    #[serde(default)]
    pub webhook_url: String,
    /// As last given in `account-status`; none before that.
    pub profile: Option<Profile>,
    /// The time of this call. The plugin has no other clock. It does not run backwards within a
    /// conversation.
    pub now: TimeMs,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// A secret setting's value. Only `receive-webhook` ever sees one (C5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Secret {
    /// The setting's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What the plugin keeps of one customer's dialogue with one account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Conversation {
    /// Chosen by the plugin, in `inbound`. The empty id is the account's own conversation: connecting,
    /// checking.
    pub id: String,
    /// As the plugin last returned it, byte for byte; empty at first. It carries its own schema number,
    /// and a later version of the plugin MUST read what an earlier one wrote.
    #[serde(default, with = "bytes")]
    pub state: Vec<u8>,
}

/// A raw request to the account's webhook URL.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct HttpRequest {
    /// Upper case.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// What stands behind `?`, undecoded; empty if nothing.
    #[serde(default)]
    pub query: String,
    /// Those that the manifest names, names in lower case, repeated ones repeated, in order.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// As it came, byte for byte: a signature is over bytes. At most 128 KiB.
    #[serde(default, with = "bytes")]
    pub body: Vec<u8>,
}

/// One thing that happened at the messenger.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Inbound {
    /// The conversation it belongs to.
    pub conversation: String,
    /// The same for every repeat of the same thing, different for different things, in the account. The
    /// host MUST handle each once and SHOULD remember it for 30 days (C3).
    pub dedupe: String,
    /// When it happened, by the messenger's clock.
    pub at: TimeMs,
    /// The plugin's own bytes: given back to `handle-inbound`. At most 128 KiB.
    #[serde(default, with = "bytes")]
    pub payload: Vec<u8>,
    /// Room for later fields.
    #[serde(default)]
    pub extras: Extras,
}

/// Something authentic that the plugin cannot read. The host MUST keep it where a person finds it, once
/// for each `dedupe`, and MUST NOT call `handle-inbound` for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Unreadable {
    /// The same for every repeat of the same thing.
    pub dedupe: String,
    /// Why it cannot be read.
    pub problem: Problem,
    /// What came.
    #[serde(default, with = "bytes")]
    pub payload: Vec<u8>,
}

/// An authentic request. The host MUST have on disk what it says before it sends `response` (C3).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Receipt {
    /// To be sent as it is: a messenger may take meaning from it, such as a welcome message.
    pub response: HttpResponse,
    /// In the order in which they are to be handled. Empty if there is nothing to do.
    #[serde(default)]
    pub inbound: Vec<Inbound>,
    /// What is authentic and cannot be read.
    #[serde(default)]
    pub unreadable: Vec<Unreadable>,
}

/// A request that is refused. The host MUST answer with `status` and an empty body, and store nothing of
/// it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Rejection {
    /// 401, 403, 404, 405.
    pub status: u16,
    /// Why, for a log.
    pub problem: Problem,
}

/// What follows from an event. A host MUST refuse one of more than 64 commands, a state over 256 KiB, or
/// 1 MiB in all, and treat it as a `failure` of class `internal`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Outcome {
    /// Replaces the conversation's state.
    #[serde(default, with = "bytes")]
    pub state: Vec<u8>,
    /// What the host carries out, in order.
    #[serde(default)]
    pub commands: Vec<Command>,
    /// Replace the conversation's facts.
    #[serde(default)]
    pub facts: Vec<Fact>,
}

/// Something an operator should see beside the conversation before they send.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Fact {
    /// `session-until` (time-ms), `price` (`in-session`, `free`, `charged`), `subscribed` (`yes`, `no`,
    /// `unknown`) … Open set.
    pub name: String,
    /// The value, for a program.
    pub value: String,
    /// English.
    pub text: String,
}
