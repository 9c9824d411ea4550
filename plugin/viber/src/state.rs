//! What is kept of a customer's dialogue between two calls, as JSON with its own schema number; not the account's state.
//!
//! A later version of this file MUST read what this one writes: a field that is added is absent in older states, and
//! [`SCHEMA`] is raised only with a reader for the number before.

use conversation::routing::{Opened, State as Routing, Status};
use conversation::{Fact, Problem, ProblemClass};
use serde::Serialize;
use serde_json::Value;

use crate::limits::SESSION_MS;
use crate::phone::Source;
use crate::prelude::*;
use crate::saved::{self, Odd, Saved};
use crate::sends::Sends;

/// The schema that this version writes.
pub(crate) const SCHEMA: u32 = 1;

/// Bytes of a dialogue's state at most, with replies' ids of up to 64 characters: some 4 KiB with usual names, this with a
/// name, an avatar and a link's context as long and as odd as they are kept. A host takes 256 KiB.
#[cfg(test)]
pub(crate) const BYTES_MAX: usize = 24 << 10;

/// A customer's dialogue with an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// When the customer wrote the message that opened the session, ms, by the shorter reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_from: Option<u64>,
    /// What the last message sent cost, or why the next will not go: a word of the fact `price`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<String>,
    /// Whether a reply has asked for the phone number in words.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(crate) phone_asked: bool,
    /// Messages wait for the limit of an hour, which ends when the customer writes.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(crate) limited: bool,
    /// A message waits, since the whole account was refused.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(crate) stopped: bool,
    /// What is remembered of sends.
    #[serde(skip_serializing_if = "Sends::is_empty")]
    pub(crate) sends: Sends,
}

/// What a contact's card was told, so that only changes are told again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Card {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) avatar: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    /// How the number came. Older states do not say: it counts as shared there, which a typed one never replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone_source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
}

/// [`Status`], as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum TaskStatus {
    Active,
    Inactive,
    Completed,
    Deleted,
}

/// Reads a state; no bytes are a new one. `fields` reads all but the schema's number, which is 1 in all that was written.
///
/// # Errors
/// Class `internal`: `state-from-the-future` for a schema of a later version, `state-unreadable` for anything else.
pub(crate) fn read<T: Default>(
    bytes: &[u8],
    fields: impl FnOnce(Saved) -> Result<T, Odd>,
) -> Result<T, Problem> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    let (saved, schema) = open(bytes).map_err(|Odd| unreadable())?;
    if schema > SCHEMA {
        return Err(from_the_future(schema));
    }
    fields(saved).map_err(|Odd| unreadable())
}

fn open(bytes: &[u8]) -> Result<(Saved, u32), Odd> {
    let mut saved = Saved::parse(bytes)?;
    let schema = saved.number("v")?.and_then(|schema| schema.try_into().ok()).ok_or(Odd)?;
    Ok((saved, schema))
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
        let dialogue = read(bytes, Self::of)?;
        dialogue.routing().check().map_err(|_| unreadable())?;
        Ok(dialogue)
    }

    fn of(mut saved: Saved) -> Result<Self, Odd> {
        Ok(Self {
            v: SCHEMA,
            opened: saved.number("opened")?.unwrap_or_default(),
            tasks: saved.list("tasks")?.iter().map(task).collect::<Result<_, _>>()?,
            recent: saved.list("recent")?.into_iter().map(saved::text).collect::<Result<_, _>>()?,
            card: saved.object("card")?.map(Card::of).transpose()?,
            subscribed: saved.flag("subscribed")?,
            api_version: saved.number("api_version")?,
            context: saved.text("context")?,
            wrote_at: saved.number("wrote_at")?,
            session_from: saved.number("session_from")?,
            price: saved.text("price")?,
            phone_asked: saved.flag("phone_asked")?.unwrap_or_default(),
            limited: saved.flag("limited")?.unwrap_or_default(),
            stopped: saved.flag("stopped")?.unwrap_or_default(),
            sends: saved.object("sends")?.map(Sends::of).transpose()?.unwrap_or_default(),
        })
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

    /// Whether the token is that of a recent message of the customer's.
    pub(crate) fn has_received(&self, token: &str) -> bool {
        self.recent.iter().any(|recent| recent == token)
    }

    /// The name to call the customer by.
    pub(crate) fn name(&self) -> &str {
        self.card.as_ref().and_then(|card| card.name.as_deref()).unwrap_or(crate::contact::NAMELESS)
    }

    /// The customer wrote: what was out of the session and waited for them is in it again.
    pub(crate) fn customer_wrote(&mut self, at: u64) {
        self.wrote_at = self.wrote_at.max(Some(at));
        if self.session_from.is_none_or(|from| at >= from.saturating_add(SESSION_MS)) {
            self.session_from = Some(at);
        }
        // Inside a session answers need neither quota nor balance.
        if matches!(self.price.as_deref(), Some("quota-used-up" | "no-balance")) {
            self.price = None;
        }
    }

    /// What an operator should see before they send.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let fact = |name: &str, value: String, text: &str| Fact {
            name: name.to_owned(),
            value,
            text: text.to_owned(),
        };
        let mut facts = Vec::new();
        if let Some(from) = self.session_from.or(self.wrote_at) {
            facts.push(fact("session-until", from.saturating_add(SESSION_MS).to_string(), SESSION_TEXT));
        }
        if let Some(at) = self.wrote_at {
            let until = at.saturating_add(SESSION_MS).to_string();
            facts.push(fact("session-until-at-most", until, SESSION_AT_MOST_TEXT));
        }
        if let Some(price) = &self.price {
            let text = match price.as_str() {
                "in-session" => "The last message was inside the session: free of charge.",
                "charged" => "The last message was outside the session: Viber charged for it.",
                "quota-used-up" => {
                    "The month's free messages are used up: only answers inside a session go out."
                }
                "no-balance" => "The bot has no balance: messages wait until it is topped up.",
                _ => "The last message was free of charge.",
            };
            facts.push(fact("price", price.clone(), text));
        }
        let (value, text) = match self.subscribed {
            Some(true) => ("yes", "The customer gets messages."),
            Some(false) => {
                ("no", "The customer has not written yet, or switched messages off: they must write first.")
            }
            None => ("unknown", "Whether the customer gets messages is not known."),
        };
        facts.push(fact("subscribed", value.to_owned(), text));
        facts
    }
}

impl Card {
    fn of(mut saved: Saved) -> Result<Self, Odd> {
        Ok(Self {
            name: saved.text("name")?,
            avatar: saved.text("avatar")?,
            phone: saved.text("phone")?,
            phone_source: saved.text("phone_source")?.map(|word| Source::of(&word).ok_or(Odd)).transpose()?,
            language: saved.text("language")?,
            country: saved.text("country")?,
        })
    }
}

/// A task as it is written: number and status.
fn task(value: &Value) -> Result<(u64, TaskStatus), Odd> {
    let Some([number, status]) = value.as_array().map(Vec::as_slice) else { return Err(Odd) };
    let status = match status.as_str() {
        Some("active") => TaskStatus::Active,
        Some("inactive") => TaskStatus::Inactive,
        Some("completed") => TaskStatus::Completed,
        Some("deleted") => TaskStatus::Deleted,
        _ => return Err(Odd),
    };
    Ok((saved::number(number)?, status))
}

const SESSION_TEXT: &str = "Until then answers are free of charge for certain: 24 hours after the message with which the \
                            customer opened the session.";

const SESSION_AT_MOST_TEXT: &str = "After that answers may cost money for certain: 24 hours after the customer's last \
                                    message. Viber's documents do not agree from which message it counts.";

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
