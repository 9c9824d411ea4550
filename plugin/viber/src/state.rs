//! What is kept of a customer's dialogue between two calls, as JSON with its own schema number; not the account's state.
//!
//! A later version of this file MUST read what this one writes: add fields with a default, and raise [`SCHEMA`] only
//! with a reader for the number before.

use conversation::routing::{Opened, State as Routing, Status};
use conversation::{Fact, Problem, ProblemClass};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::limits::SESSION_MS;
use crate::prelude::*;

/// The schema that this version writes.
pub(crate) const SCHEMA: u32 = 1;

/// A customer's dialogue with an account.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Dialogue {
    v: u32,
    /// Tasks ever opened.
    opened: u64,
    /// The newest tasks: number, status.
    tasks: Vec<(u64, TaskStatus)>,
    /// The newest messages' ids.
    recent: Vec<String>,
    /// What the contact's card was told; none before there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) card: Option<Card>,
    /// Whether messages can be sent; none if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscribed: Option<bool>,
    /// The API level of the customer's devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_version: Option<u64>,
    /// The `context` of the link that the customer came by, until a task carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<String>,
    /// When the customer last wrote, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wrote_at: Option<u64>,
    /// What the last message sent cost: a word of the fact `price`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<String>,
}

/// What a contact's card was told, so that only changes are told again.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Card {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) avatar: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
}

/// [`Status`], as it is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum TaskStatus {
    Active,
    Inactive,
    Completed,
    Deleted,
}

/// Only the schema number, which is read first.
#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// Reads a state; no bytes are a new one.
///
/// # Errors
/// Class `internal`: `state-from-the-future` for a schema of a later version, `state-unreadable` for anything else.
pub(crate) fn read<T: Default + DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    let version: Version = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    if version.v > SCHEMA {
        return Err(from_the_future(version.v));
    }
    serde_json::from_slice(bytes).map_err(|_| unreadable())
}

/// Writes a state.
///
/// # Errors
/// `state-unreadable`, which cannot happen: these types have no maps with odd keys.
pub(crate) fn write<T: Serialize>(state: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(state).map_err(|_| unreadable())
}

fn from_the_future(schema: u32) -> Problem {
    Problem::new(
        ProblemClass::Internal,
        "state-from-the-future",
        format!("the conversation's state has schema {schema}, and this version reads up to {SCHEMA}"),
        "Install the version of the channel that ran last, or a later one.",
    )
}

fn unreadable() -> Problem {
    Problem::new(
        ProblemClass::Internal,
        "state-unreadable",
        "the conversation's state is not what this channel writes",
        "Report this; the state was changed outside the channel.",
    )
}

impl Dialogue {
    /// Reads a dialogue's state and checks its invariants.
    ///
    /// # Errors
    /// As [`read()`].
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let dialogue: Self = read(bytes)?;
        dialogue.routing().check().map_err(|_| unreadable())?;
        Ok(dialogue)
    }

    /// The state's bytes.
    ///
    /// # Errors
    /// As [`write()`].
    pub(crate) fn write(&mut self) -> Result<Vec<u8>, Problem> {
        self.v = SCHEMA;
        write(self)
    }

    /// The part that the routing machine knows.
    pub(crate) fn routing(&self) -> Routing {
        let opened = |&(number, status): &(u64, TaskStatus)| Opened { number, status: status.into() };
        Routing {
            opened: self.opened,
            tasks: self.tasks.iter().map(opened).collect(),
            recent: self.recent.clone(),
        }
    }

    /// Takes over what the routing machine made of it.
    pub(crate) fn set_routing(&mut self, routing: Routing) {
        self.opened = routing.opened;
        self.tasks = routing.tasks.iter().map(|task| (task.number, task.status.into())).collect();
        self.recent = routing.recent;
    }

    /// The name to call the customer by.
    pub(crate) fn name(&self) -> &str {
        self.card.as_ref().and_then(|card| card.name.as_deref()).unwrap_or(crate::contact::NAMELESS)
    }

    /// What an operator should see before they send.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let fact = |name: &str, value: String, text: &str| Fact {
            name: name.to_owned(),
            value,
            text: text.to_owned(),
        };
        let mut facts = Vec::new();
        if let Some(at) = self.wrote_at {
            facts.push(fact("session-until", at.saturating_add(SESSION_MS).to_string(), SESSION_TEXT));
        }
        if let Some(price) = &self.price {
            let text = match price.as_str() {
                "in-session" => "The last message was inside the session: free of charge.",
                "charged" => "The last message was outside the session: Viber charged for it.",
                _ => "The last message was free of charge.",
            };
            facts.push(fact("price", price.clone(), text));
        }
        let (value, text) = match self.subscribed {
            Some(true) => ("yes", "The customer gets messages."),
            Some(false) => ("no", "The customer switched messages off: they must write first."),
            None => ("unknown", "Whether the customer gets messages is not known."),
        };
        facts.push(fact("subscribed", value.to_owned(), text));
        facts
    }
}

const SESSION_TEXT: &str = "Answers are free of charge for 24 hours after the customer's last message, and may cost \
                            money afterwards; Viber may count from their first message.";

impl From<Status> for TaskStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Inactive => Self::Inactive,
            Status::Completed => Self::Completed,
            Status::Deleted => Self::Deleted,
        }
    }
}

impl From<TaskStatus> for Status {
    fn from(status: TaskStatus) -> Self {
        match status {
            TaskStatus::Active => Self::Active,
            TaskStatus::Inactive => Self::Inactive,
            TaskStatus::Completed => Self::Completed,
            TaskStatus::Deleted => Self::Deleted,
        }
    }
}

#[cfg(test)]
#[path = "tests/state.rs"]
mod tests;
