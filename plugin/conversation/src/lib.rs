//! The words of a messenger conversation and the rule that says which task a message belongs to; no messenger, no JSON.
//!
//! The types say in plain Rust what `wit/messenger-channel.wit` says in WIT, with the same nouns, so that converting
//! one into the other decides nothing. What each field means to a host stands in the WIT file; here it is said once
//! more in short. Read [`routing`] for the rules; the other modules are vocabulary.
//!
//! This crate imports nothing: what is true of every messenger must be sayable without one.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod account;
mod command;
mod content;
mod delivery;
mod manifest;
mod prelude;
mod problem;
mod request;
pub mod routing;
mod task;
mod webhook;

pub use account::{Account, AccountStatus, ConnectionState, Profile};
pub use command::{Command, Contact, Fact, OtherCommand, Outcome};
pub use content::{ContactCard, Link, Location, Media, OtherPart, Part, Sticker, Text, TextFormat};
pub use delivery::{
    Answer, AnswerResult, Call, CallHeader, CallValue, Delivery, DeliveryReceipt, DeliveryState,
    ReceiptTarget, Retry, RetryScope, SecretField,
};
pub use manifest::{Limit, Localized, Manifest};
pub use problem::{Problem, ProblemClass};
pub use request::{AccountRequest, Author, Conversation, Reply, Suggestion};
pub use task::{Action, Note, PreviousTask, Task, TaskChange, TaskEvent};
pub use webhook::{Header, HttpRequest, HttpResponse, Inbound, Receipt, Rejection, Secret, Unreadable};

use prelude::{String, Vec};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type TimeMs = u64;

/// (name, value) pairs for what a record has no field for; names are kebab-case, unknown ones are ignored.
pub type Extras = Vec<(String, String)>;
